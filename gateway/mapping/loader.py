"""Loads profiles by name: lays each over what it extends, brings in shared blocks and tables, and compiles both halves.

Opens no file: ``fetch`` gives the text of ``NAME`` (such as ``acme/850``) and the file it came from, or None.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from pydantic import ValidationError

from gateway import located
from gateway.canonical.message import MESSAGE_TYPES, MessageType
from gateway.canonical.values import Part
from gateway.errors import ConfigurationError, Problem, TranslationError
from gateway.mapping import checks
from gateway.mapping.entries import Entry, Problems, Where, entry_of, names_in, overlay, with_includes
from gateway.mapping.layout import lay_out
from gateway.mapping.plan import Plan
from gateway.mapping.planner import make_plan
from gateway.mapping.profile import Profile, read_profile
from gateway.mapping.reading import Reader, compile_reader
from gateway.mapping.writing import Writer, compile_writer
from gateway.x12.hierarchy import nest
from gateway.x12.standards import Choice, set_definition
from gateway.x12.writer import OutSegment

Fetch: TypeAlias = Callable[[str], "tuple[str, str] | None"]

_MAX_CHAIN = 8
_VERSION = re.compile(r"\d{6}")


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


class ProfileLibrary:
    """All profiles that ``fetch`` can give, each read once and compiled once a version."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._drafts: dict[str, tuple[Profile, Problems]] = {}
        self._mappings: dict[tuple[str, str], Mapping] = {}

    def profile(self, name: str) -> Profile:
        """Return the profile ``name`` laid over its bases; raise ConfigurationError with every mistake."""
        profile, problems = self._draft(name)
        if problems:
            raise ConfigurationError(problems)
        return profile

    def mapping(self, name: str, version: str = "") -> Mapping:
        """Return profile ``name`` compiled for ``version`` (GS08) of its set; by default the version it is written for.

        Raises ConfigurationError with every mistake of the profile and of the files that it uses.
        """
        profile, problems = self._draft(name)
        problems = list(problems)
        choice = set_definition(profile.set_id, version or profile.version) if profile.set_id else None
        message_type = MESSAGE_TYPES.get(profile.message)
        problems += _unknown(profile, choice, message_type)
        if choice is None or message_type is None:
            raise ConfigurationError(problems)
        key = (name, choice.definition.version)
        known = self._mappings.get(key)
        if known is None:
            try:
                plan = make_plan(profile, choice.definition, message_type.model)
            except ConfigurationError as error:
                problems += error.problems
            if problems:
                raise ConfigurationError(_once(problems))
            known = Mapping(profile, plan, message_type, compile_reader(plan), compile_writer(plan))
            self._mappings[key] = known
        return known

    def _draft(self, name: str) -> tuple[Profile, Problems]:
        """Read a profile, with the mistakes that can be seen without its set; a file that is none raises at once."""
        known = self._drafts.get(name)
        if known is None:
            problems: Problems = []
            entry = self._laid(name, (), Where(f"mappings/{name}.yaml", 1), problems)
            if problems:
                raise ConfigurationError(_once(problems))
            profile = read_profile(with_includes(entry, problems), problems)
            if profile.name and profile.name != name:
                reason = f"{profile.name!r} is not the name of the file"
                problems.append(profile.keys["profile"].problem("profile", reason, f"write profile: {name}"))
            known = self._drafts[name] = (profile, _once(problems))
        return known

    def _laid(self, name: str, chain: tuple[str, ...], asked: Where, problems: Problems) -> Entry:
        """Return a profile's entries laid over its base and what both share; ``asked`` is where it is named."""
        own = self._entry(name, chain, asked, problems)
        chain = (*chain, name)
        below: Entry | None = None
        for base in names_in(own.child("extends"), "extends", problems):
            below = self._laid(str(base.value), chain, base.where, problems)
        for shared in names_in(own.child("with"), "with", problems):
            entry = _shared(self._entry(str(shared.value), chain, shared.where, problems, "with"))
            below = entry if below is None else overlay(below, entry, problems)
        return own if below is None else overlay(below, own, problems)

    def _entry(
        self, name: str, chain: tuple[str, ...], asked: Where, problems: Problems, key: str = "extends"
    ) -> Entry:
        """Read one file; where there is none, or nothing that makes sense, the mistake is noted and nothing stands for it."""
        nothing = Entry({}, asked)
        if name in chain or len(chain) > _MAX_CHAIN:
            reason = f"the profiles extend each other in a circle: {' -> '.join((*chain, name))}"
            problems.append(asked.problem(key, reason, "let one of them stand alone"))
            return nothing
        found = self._fetch(name)
        if found is None:
            key = key if chain else ""
            problems.append(asked.problem(key, f"there is no profile {name}", f"make the file mappings/{name}.yaml"))
            return nothing
        text, file = found
        try:
            entry = entry_of(located.read(text, file))
        except ConfigurationError as error:
            problems += error.problems
            return nothing
        if not isinstance(entry.value, dict):
            problems.append(Problem(file, 1, "", "a profile is a mapping of keys", "begin with profile: NAME"))
            return nothing
        return entry


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


def _shared(entry: Entry) -> Entry:
    """Keep what a file shares: its blocks and tables."""
    return Entry({key: value for key, value in entry.entries.items() if key in ("blocks", "tables")}, entry.where)
