"""Loads profiles by name: lays each over what it extends, brings in shared blocks and tables, and compiles both halves.

Opens no file: ``fetch`` gives the text of ``NAME`` (such as ``acme/850``) and the file it came from, or None.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from pydantic import ValidationError

from gateway import located
from gateway.canonical.message import MESSAGE_TYPES, MessageType
from gateway.canonical.values import Part
from gateway.errors import ConfigurationError, Problem, TranslationError
from gateway.mapping import checks
from gateway.mapping.plan import Plan
from gateway.mapping.planner import make_plan
from gateway.mapping.profile import Entry, Profile, Where, entry_of, overlay, read_profile, with_includes
from gateway.mapping.reading import Reader, compile_reader
from gateway.mapping.writing import Writer, compile_writer, lay_out
from gateway.x12.hierarchy import nest
from gateway.x12.standards import set_definition
from gateway.x12.writer import OutSegment

Fetch: TypeAlias = Callable[[str], "tuple[str, str] | None"]

_MAX_CHAIN = 8


@dataclass(frozen=True, slots=True)
class Mapping:
    """A profile ready to use for one version of its set."""

    profile: Profile
    plan: Plan
    message_type: MessageType
    read: Reader
    write: Writer

    def to_canonical(self, tree: dict[str, Any], component_mark: str) -> tuple[Part, list[str]]:
        """Read the tree of a judged set into a canonical body; the notes say which totals of the sender differ.

        Raises TranslationError naming the profile's line, or the field that the canonical model refuses.
        """
        nested = nest(tree)
        found = self.read(nested, component_mark)
        notes = list(checks.compare(self.plan, nested, found))
        try:
            return self.message_type.model.model_validate(found), notes
        except ValidationError as error:
            raise _refused(error, self.profile) from None

    def from_canonical(self, body: Part) -> list[OutSegment]:
        """Write a canonical body as the segments of a set, without ST and SE. Raises TranslationError."""
        values = {**self.message_type.defaults, **body.model_dump(exclude_unset=True, exclude_none=True)}
        tree = self.write(values)
        checks.fill(self.plan, tree, values)
        return lay_out(tree, self.plan.definition)


class ProfileLibrary:
    """All profiles that ``fetch`` can give, each read once and compiled once a version."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._profiles: dict[str, Profile] = {}
        self._mappings: dict[tuple[str, str], Mapping] = {}

    def profile(self, name: str) -> Profile:
        """Return the profile ``name`` laid over its bases; raise ConfigurationError with every mistake."""
        known = self._profiles.get(name)
        if known is None:
            known = self._profiles[name] = read_profile(with_includes(self._laid(name, ())))
        return known

    def mapping(self, name: str, version: str = "") -> Mapping:
        """Return profile ``name`` compiled for ``version`` (GS08) of its set; by default the version it is written for."""
        profile = self.profile(name)
        choice = set_definition(profile.set_id, version or profile.version)
        if choice is None:
            raise ConfigurationError(
                [profile.where.problem("set", f"set {profile.set_id} is not defined", "name one of: gateway x12 sets")]
            )
        key = (name, choice.definition.version)
        known = self._mappings.get(key)
        if known is None:
            message_type = MESSAGE_TYPES.get(profile.message)
            if message_type is None:
                listed = ", ".join(MESSAGE_TYPES)
                raise ConfigurationError(
                    [
                        profile.where.problem(
                            "message", f"there is no message {profile.message!r}", f"name one of {listed}"
                        )
                    ]
                )
            plan = make_plan(profile, choice.definition, message_type.model)
            known = Mapping(profile, plan, message_type, compile_reader(plan), compile_writer(plan))
            self._mappings[key] = known
        return known

    def _laid(self, name: str, chain: tuple[str, ...]) -> Entry:
        entry = self._entry(name, chain)
        shared = entry.child("with")
        names = shared.value if shared is not None and isinstance(shared.value, list) else []
        for other in names:
            entry = overlay(_shared(self._entry(other, (*chain, name))), entry)
        base = entry.child("extends")
        if base is not None and isinstance(base.value, str):
            entry = overlay(self._laid(base.value, (*chain, name)), entry)
        return entry

    def _entry(self, name: str, chain: tuple[str, ...]) -> Entry:
        here = chain[-1] if chain else name
        if name in chain or len(chain) > _MAX_CHAIN:
            reason = f"the profiles extend each other in a circle: {' -> '.join((*chain, name))}"
            raise ConfigurationError([Problem(here, 1, "extends", reason, "let one of them stand alone")])
        found = self._fetch(name)
        if found is None:
            reason = f"there is no profile {name}"
            raise ConfigurationError([Problem(here, 1, "extends", reason, f"make the file mappings/{name}.yaml")])
        text, file = found
        entry = entry_of(located.read(text, file))
        if not isinstance(entry.value, dict):
            raise ConfigurationError(
                [Problem(file, 1, "", "a profile is a mapping of keys", "begin with profile: NAME")]
            )
        return entry


def _refused(error: ValidationError, profile: Profile) -> TranslationError:
    """Say in one sentence which canonical field does not take what was read."""
    first = error.errors(include_url=False)[0]
    path = ".".join(str(part) for part in first["loc"])
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    shown = "" if first["type"] == "missing" else f" It is {first['input']!r}."
    return TranslationError(
        f"{path}: {first['msg']}{more}.{shown} Correct the document, or the line of profile {profile.name} that reads it.",
        profile=profile.name,
        path=path,
        value=str(first.get("input", ""))[:80],
    )


def _shared(entry: Entry) -> Entry:
    """Keep what a file shares: its blocks and tables."""
    kept = {key: value for key, value in entry.entries.items() if key in ("blocks", "tables")}
    return Entry(kept, Where(entry.where.file, entry.where.line))
