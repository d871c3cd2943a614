"""The facts tables beside our definitions: both are turned into the same rows, so that what differs can be read.

The tables (``GATEWAY_FACTS``, by default ``../shared/facts``) hold identifiers, order, requirement, lengths, repeat counts and
codes of X12, gathered from public sources; they are no part of this project. A row is a tuple of words.
"""

import csv
import os
from collections.abc import Iterator
from pathlib import Path

from gateway.x12.standards import VERSIONS, available, codes, library, set_definition
from gateway.x12.standards.definition import Composite, Element, Loop, Position, SyntaxNote, Use
from tests.conftest import ROOT

Row = tuple[str, ...]


def facts_folder() -> Path | None:
    """Return the folder of the X12 tables, or None where a clone lacks it."""
    folder = Path(os.environ.get("GATEWAY_FACTS", ROOT / ".." / "shared" / "facts")) / "x12"
    return folder if (folder / "codes.tsv").is_file() else None


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def _versions(word: str) -> tuple[str, ...]:
    return VERSIONS if word == "both" else tuple(word.split())


# What the tables say


def facts(kind: str, folder: Path) -> list[Row]:
    """Return the rows of one kind that the tables have: the first words name a place, the rest is what is said of it."""
    return list(_FACTS[kind](folder))


def _set_facts(folder: Path) -> Iterator[Row]:
    for row in _table(folder / "transaction_sets.tsv"):
        yield from ((version, row["set"], row["group_id"]) for version in _versions(row["versions"]))


def _use_facts(folder: Path) -> Iterator[Row]:
    for path in sorted((folder / "sets").iterdir()):
        version, set_id = path.stem.split("_")
        for row in _table(path):
            yield _numbered(
                version, set_id, row["seq"], row["loop"], row["segment"],
                row["req"], row["max_use"], row["loop_req"], row["loop_repeat"], row["area"], row["pos"],
            )  # fmt: skip


def _segment_facts(folder: Path) -> Iterator[Row]:
    for version in VERSIONS:
        for row in _table(folder / f"segments_{version}.tsv"):
            yield version, row["segment"], row["position"], row["element"], row["req"], row["repeat"]


def _length_facts(folder: Path) -> Iterator[Row]:
    """Type and length as the tables of segments and composites repeat them at each place."""
    for version in VERSIONS:
        for row in _table(folder / f"segments_{version}.tsv"):
            if row["type"]:
                yield version, row["segment"], row["position"], row["type"], row["min"], row["max"]
    for row in _table(folder / "composites.tsv"):
        yield row["version"], row["composite"], row["position"], row["type"], row["min"], row["max"]


def _element_facts(folder: Path) -> Iterator[Row]:
    for row in _table(folder / "elements.tsv"):
        for version in _versions(row["version"]):
            yield version, row["element"], row["type"], row["min"], row["max"]


def _composite_facts(folder: Path) -> Iterator[Row]:
    for row in _table(folder / "composites.tsv"):
        yield row["version"], row["composite"], row["position"], row["element"], row["req"], "1"


def _note_facts(folder: Path) -> Iterator[Row]:
    return ((row["version"], row["segment"], row["note"]) for row in _table(folder / "syntax_notes.tsv"))


def _code_facts(folder: Path) -> Iterator[Row]:
    for row in _table(folder / "codes.tsv"):
        yield from ((version, row["element"], row["code"]) for version in _versions(row["versions"]))


_FACTS = {
    "sets": _set_facts,
    "uses": _use_facts,
    "segments": _segment_facts,
    "lengths": _length_facts,
    "elements": _element_facts,
    "composites": _composite_facts,
    "notes": _note_facts,
    "codes": _code_facts,
}
KINDS = tuple(_FACTS)


# What our definitions say


def definitions(kind: str) -> list[Row]:
    """Return the rows of one kind that our definitions have."""
    return list(_OURS[kind]())


def _set_rows() -> Iterator[Row]:
    for version in VERSIONS:
        for set_id in available(version):
            yield version, set_id, _root(version, set_id).group_id


def _root(version: str, set_id: str):
    choice = set_definition(set_id, version)
    assert choice is not None
    return choice.definition


def _use_rows() -> Iterator[Row]:
    for version in VERSIONS:
        for set_id in available(version):
            for number, use in enumerate(_root(version, set_id).root.uses(), 1):
                loop, opens = use.loop, use.index == 0 and use.loop.parent is not None
                yield _numbered(
                    version, set_id, str(number), loop.path.replace(">", "/"), use.name,
                    _letter(use.required), _most(use), _letter(loop.required) if opens else "", _most(loop) if opens else "",
                    use.area, use.standard_position,
                )  # fmt: skip


def _numbered(version: str, set_id: str, number: str, loop: str, *rest: str) -> Row:
    return (version, set_id, number, loop, *rest)


def _letter(required: bool) -> str:
    return "M" if required else "O"


def _most(item: Use | Loop) -> str:
    return ">1" if item.maximum is None else str(item.maximum)


def _names() -> Iterator[tuple[str, str, tuple[Position, ...], tuple[SyntaxNote, ...]]]:
    """Every segment of every version with its places and notes."""
    for version in VERSIONS:
        for name in sorted(library.segment_names(version)):
            segment = library.segment(name, version)
            yield version, name, segment.positions, segment.notes


def _composites() -> Iterator[tuple[str, str, tuple[Position, ...], tuple[SyntaxNote, ...]]]:
    for version in VERSIONS:
        for name, composite in library._dictionary(version)[1].items():
            yield version, name, composite.components, composite.notes


def _place_rows(source, number_of_kind) -> Iterator[Row]:
    for version, name, positions, notes in source():
        for number, position in enumerate(positions, 1):
            need = "M" if position.required else "X" if number in _bound(notes) else "O"
            yield version, name, str(number), number_of_kind(position), need, str(position.repeats)


def _bound(notes: tuple[SyntaxNote, ...]) -> set[int]:
    """The places that a note may ask for: all of P, R and E, all but the first of C and L."""
    return {number for note in notes for number in note.positions[note.kind in "CL" :]}


def _number(position: Position) -> str:
    return position.kind.id if isinstance(position.kind, Composite) else position.kind.number


def _length_rows() -> Iterator[Row]:
    for source in (_names, _composites):
        for version, name, positions, _notes in source():
            for number, position in enumerate(positions, 1):
                if isinstance(position.kind, Element):
                    yield version, name, str(number), *_size(position.kind)


def _size(element: Element) -> Row:
    return element.type, str(element.minimum), str(element.maximum)


def _element_rows() -> Iterator[Row]:
    for version in VERSIONS:
        for number, element in library._dictionary(version)[0].items():
            yield version, number, *_size(element)


def _note_rows() -> Iterator[Row]:
    for source in (_names, _composites):
        for version, name, _positions, notes in source():
            yield from ((version, name, str(note)) for note in notes)


def _code_rows() -> Iterator[Row]:
    for version in VERSIONS:
        for element in library._code_rows():
            yield from ((version, element, code) for code in codes(element, version))


_OURS = {
    "sets": _set_rows,
    "uses": _use_rows,
    "segments": lambda: _place_rows(_names, _number),
    "lengths": _length_rows,
    "elements": _element_rows,
    "composites": lambda: _place_rows(_composites, _number),
    "notes": _note_rows,
    "codes": _code_rows,
}
