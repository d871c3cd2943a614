"""Loads profiles by name: each is laid over what it extends, checked, and compiled in both directions. Opens no file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from gateway import located
from gateway.canonical.message import MESSAGE_TYPES, MessageType
from gateway.canonical.values import Part
from gateway.errors import ConfigurationError, TranslationError
from gateway.mapping import checks
from gateway.mapping.entries import Problems, with_includes
from gateway.mapping.layers import Fetch, Layers, Source
from gateway.mapping.layout import lay_out
from gateway.mapping.plan import Plan
from gateway.mapping.planner import make_plan
from gateway.mapping.profile import Profile, read_profile
from gateway.mapping.reading import Reader, compile_reader
from gateway.mapping.writing import Writer, compile_writer
from gateway.x12.hierarchy import nest
from gateway.x12.standards import Choice, set_definition
from gateway.x12.writer import OutSegment

_VERSION = re.compile(r"\d{6}")


@dataclass(frozen=True)
class Mapping:
    """A profile ready to use for one version of its set. Each direction is compiled when its first document comes."""

    profile: Profile
    plan: Plan
    message_type: MessageType

    @cached_property
    def read(self) -> Reader:
        """Read the nested tree of a set into the canonical body as a dict."""
        return compile_reader(self.plan)

    @cached_property
    def write(self) -> Writer:
        """Write a canonical body as a nested tree."""
        return compile_writer(self.plan)

    def to_canonical(self, tree: dict[str, Any], component_mark: str) -> tuple[Part, list[str]]:
        """Read the tree of a judged set into a canonical body; the notes say which totals of the sender differ.

        Raises TranslationError naming the profile's line, also where the canonical model refuses what was read.
        """
        nested = nest(tree)
        found = self.read(nested, component_mark)
        try:
            body = self.message_type.model.model_validate(found)
        except ValidationError as error:
            raise _refused(error, self.plan) from None
        return body, list(checks.compare(self.plan, nested, found))

    def from_canonical(self, body: Part) -> list[OutSegment]:
        """Write a canonical body as the segments of a set, without ST and SE. Raises TranslationError."""
        tree = self.write(body)
        checks.fill(self.plan, tree, body)
        return lay_out(tree, self.plan.definition)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A profile with the mistakes that can be seen without its set, the files it was made of, and what was compiled of it."""

    profile: Profile
    problems: Problems
    sources: dict[str, Source | None]
    mappings: dict[str, Mapping] = field(default_factory=dict)


class ProfileLibrary:
    """All profiles that ``fetch`` can give, each read once and compiled once a version.

    What ``before`` has compiled of the same files is taken over, so that a change of one partner's profile costs no more than
    that one; so is what ``shared`` holds, which is read for all libraries of a process.
    """

    def __init__(
        self, fetch: Fetch, before: ProfileLibrary | None = None, shared: ProfileLibrary | None = None
    ) -> None:
        self._fetch = fetch
        self._drafts: dict[str, _Draft] = {}
        self._before = dict(before._drafts) if before is not None else {}
        self._shared = shared

    def profile(self, name: str) -> Profile:
        """Return the profile ``name`` laid over its bases; raise ConfigurationError with every mistake."""
        draft = self._draft(name)
        if draft.problems:
            raise ConfigurationError(draft.problems)
        return draft.profile

    def mapping(self, name: str, version: str = "") -> Mapping:
        """Return profile ``name`` compiled for ``version`` (GS08) of its set; by default the version it is written for.

        Raises ConfigurationError with every mistake of the profile and of the files that it uses.
        """
        draft = self._draft(name)
        profile, problems = draft.profile, list(draft.problems)
        choice = set_definition(profile.set_id, version or profile.version) if profile.set_id else None
        message_type = MESSAGE_TYPES.get(profile.message)
        problems += _unknown(profile, choice, message_type)
        if choice is None or message_type is None:
            raise ConfigurationError(problems)
        known = draft.mappings.get(choice.definition.version)
        if known is None:
            try:
                plan = make_plan(profile, choice.definition, message_type.model)
            except ConfigurationError as error:
                problems += error.problems
            if problems:
                raise ConfigurationError(_once(problems))
            known = Mapping(profile, plan, message_type)
            draft.mappings[choice.definition.version] = known
        return known

    def _draft(self, name: str) -> _Draft:
        """Read a profile; a file that is none raises at once."""
        known = self._drafts.get(name)
        if known is None:
            known = self._before.pop(name, None)
            if (
                known is None
                and self._shared is not None
                and self._fetch(name) == self._shared._fetch(name) is not None
            ):
                known = self._shared._draft(name)
            if known is None or any(self._fetch(used) != source for used, source in known.sources.items()):
                known = self._read(name)
            self._drafts[name] = known
        return known

    def _read(self, name: str) -> _Draft:
        layers = Layers(self._fetch)
        entry = layers.laid(name)
        problems = layers.problems
        if problems:
            raise ConfigurationError(_once(problems))
        profile = read_profile(with_includes(entry, problems), problems)
        if profile.name and profile.name != name:
            reason = f"{profile.name!r} is not the name of the file"
            problems.append(profile.keys["profile"].problem("profile", reason, f"write profile: {name}"))
        return _Draft(profile, _once(problems), layers.sources)


def _unknown(profile: Profile, choice: Choice | None, message_type: MessageType | None) -> Problems:
    """Name the set or message that there is none of; one that is missing has been named already."""
    found = []
    if choice is None and profile.set_id:
        advice = "name one of: gateway x12 sets"
        found.append(profile.keys["set"].problem("set", f"set {profile.set_id} is not defined", advice))
    if message_type is None and profile.message:
        advice = f"name one of {', '.join(MESSAGE_TYPES)}"
        found.append(profile.keys["message"].problem("message", f"there is no message {profile.message!r}", advice))
    if profile.version and not _VERSION.match(profile.version):
        reason = f"{profile.version!r} is no version"
        found.append(profile.keys["version"].problem("version", reason, 'write it as in GS08: "004010"'))
    return found


def _once(problems: Problems) -> Problems:
    """Name each place and key once: a block that is used in several places has its mistakes in each of them."""
    return list({(problem.file, problem.line, problem.key): problem for problem in reversed(problems)}.values())[::-1]


def _refused(error: ValidationError, plan: Plan) -> TranslationError:
    """Say in one sentence which canonical field does not take what was read, and which line of the profile reads it."""
    first = error.errors(include_url=False)[0]
    where, path = plan.where(first["loc"]), located.dotted(first["loc"])
    shown = (
        "" if first["type"] == "missing" or isinstance(first["input"], dict | list) else f" It is {first['input']!r}."
    )
    more = f" There are {error.error_count() - 1} more like it." if error.error_count() > 1 else ""
    return TranslationError(
        f"{where.file}:{where.line}: {path}: {first['msg']}.{shown[:100]}{more}"
        " Correct the document, or this line of the profile, then replay.",
        profile=where.file,
        path=path,
        value=str(first.get("input", ""))[:80],
    )
