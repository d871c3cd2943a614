"""Lays a profile over what it extends, and over the blocks and tables that it shares.

Opens no file: ``fetch`` gives the text of ``NAME`` (such as ``acme/850``) and the file it came from, or None.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from gateway import located
from gateway.errors import ConfigurationError, Problem
from gateway.mapping.entries import Entry, Problems, Where, entry_of, names_in, overlay

Source: TypeAlias = tuple[str, str]
Fetch: TypeAlias = Callable[[str], Source | None]

_MAX_CHAIN = 8


class Layers:
    """The files of one profile. ``problems`` are what is wrong with them, ``sources`` what was fetched on the way."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self.problems: Problems = []
        self.sources: dict[str, Source | None] = {}

    def laid(self, name: str) -> Entry:
        """Return the entries of profile ``name``, laid over its base and what both share."""
        return self._laid(name, (), Where(f"mappings/{name}.yaml", 1))

    def _laid(self, name: str, chain: tuple[str, ...], asked: Where) -> Entry:
        """Do the same for one of ``chain``, the profiles that led here; ``asked`` is where it is named."""
        own = self._entry(name, chain, asked, "extends")
        chain = (*chain, name)
        below: Entry | None = None
        for base in names_in(own.child("extends"), "extends", self.problems):
            laid = self._laid(str(base.value), chain, base.where)
            below = laid if below is None else overlay(below, laid, self.problems)
        for shared in names_in(own.child("with"), "with", self.problems):
            entry = _shared(self._entry(str(shared.value), chain, shared.where, "with"))
            below = entry if below is None else overlay(below, entry, self.problems)
        return own if below is None else overlay(below, own, self.problems)

    def _entry(self, name: str, chain: tuple[str, ...], asked: Where, key: str) -> Entry:
        """Read one file; where there is none, or nothing that makes sense, the mistake is noted and nothing stands for it."""
        nothing = Entry({}, asked)
        if name in chain or len(chain) > _MAX_CHAIN:
            reason = f"the profiles extend each other in a circle: {' -> '.join((*chain, name))}"
            self.problems.append(asked.problem(key, reason, "let one of them stand alone"))
            return nothing
        found = self.sources[name] = self._fetch(name)
        if found is None:
            reason, advice = f"there is no profile {name}", f"make the file mappings/{name}.yaml"
            self.problems.append(asked.problem(key if chain else "", reason, advice))
            return nothing
        text, file = found
        try:
            entry = entry_of(located.read(text, file))
        except ConfigurationError as error:
            self.problems += error.problems
            return nothing
        if not isinstance(entry.value, dict):
            advice = "begin with profile: NAME"
            self.problems.append(Problem(file, 1, "", "a profile is a mapping of keys", advice))
            return nothing
        return entry


def _shared(entry: Entry) -> Entry:
    """Keep what a file shares: its blocks and tables."""
    return Entry({key: value for key, value in entry.entries.items() if key in ("blocks", "tables")}, entry.where)
