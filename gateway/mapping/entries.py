"""The YAML of a profile before anybody knows what it means: entries with their lines, laid over one another.

A mapping laid over a mapping is merged, ``null`` deletes, anything else replaces.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from gateway.errors import Problem
from gateway.located import Located, Path

Problems: TypeAlias = list[Problem]


@dataclass(frozen=True, slots=True)
class Where:
    """File and line of an entry."""

    file: str
    line: int

    def problem(self, key: str, reason: str, advice: str = "") -> Problem:
        """Describe a mistake here."""
        return Problem(self.file, self.line, key, reason, advice)


@dataclass(slots=True, eq=False)
class Entry:
    """One YAML value with its place: text, None, a list of entries, or a mapping."""

    value: str | list[Entry] | dict[str, Entry] | None
    where: Where

    def child(self, key: str) -> Entry | None:
        """Return the entry under ``key``."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    @property
    def entries(self) -> dict[str, Entry]:
        """The entries of a mapping; none for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    def without(self, *keys: str) -> Entry:
        """Return the same mapping without some keys."""
        return Entry({key: value for key, value in self.entries.items() if key not in keys}, self.where)


def entry_of(located: Located) -> Entry:
    """Turn a read YAML file into entries."""

    def build(value: object, path: Path) -> Entry:
        where = Where(located.file, located.line(path))
        if isinstance(value, dict):
            return Entry({str(key): build(inner, (*path, str(key))) for key, inner in value.items()}, where)
        if isinstance(value, list):
            return Entry([build(inner, (*path, index)) for index, inner in enumerate(value)], where)
        return Entry(None if value is None else str(value), where)

    return build(located.data, ())


def overlay(base: Entry, over: Entry, problems: Problems, key: str = "") -> Entry:
    """Lay one entry over another; a ``null`` that deletes nothing is a mistake."""
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return over
    merged = dict(base.value)
    for name, entry in over.value.items():
        path = f"{key}.{name}" if key else name
        if entry.value is None:
            if merged.pop(name, None) is None:
                problems.append(entry.where.problem(path, "there is nothing here to delete", "correct the name"))
        elif name in merged:
            merged[name] = overlay(merged[name], entry, problems, path)
        else:
            merged[name] = entry
    return Entry(merged, over.where)


def names_in(entry: Entry | None, key: str, problems: Problems) -> Iterator[Entry]:
    """Yield the names that stand under a key: one, or a list of them."""
    if entry is None:
        return
    for inner in entry.value if isinstance(entry.value, list) else [entry]:
        if isinstance(inner.value, str):
            yield inner
        else:
            problems.append(inner.where.problem(key, "a name stands here", f"write {key}: NAME"))


def with_includes(entry: Entry, problems: Problems) -> Entry:
    """Lay each block over those that it includes; a name that is none, or a circle, is a mistake."""
    found = entry.child("blocks")
    if found is None:
        return entry
    blocks, done = found.entries, dict[str, Entry]()

    def expanded(name: str, chain: tuple[str, ...]) -> Entry:
        if name not in done:
            block = blocks[name]
            laid = block.without("include")
            for included in reversed(list(names_in(block.child("include"), "include", problems))):
                other = str(included.value)
                if other in blocks and other not in (*chain, name):
                    laid = overlay(expanded(other, (*chain, name)), laid, problems, name)
                    continue
                circle = " -> ".join((*chain, name, other))
                reason = f"blocks include each other: {circle}" if other in blocks else f"there is no block {other}"
                advice = f"name one of {', '.join(sorted(set(blocks) - {name}))}"
                problems.append(included.where.problem("include", reason, advice))
            done[name] = laid
        return done[name]

    all_blocks = {name: expanded(name, ()) if block.entries else block for name, block in blocks.items()}
    return Entry({**entry.entries, "blocks": Entry(all_blocks, found.where)}, entry.where)
