"""Reads the text files of ``data/``. Their formats are described in the first lines of each file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.x12.standards.definition import Composite, Element, Loop, Position, Segment, SetDefinition, SyntaxNote, Use

_PLACE = re.compile(r"([MO])(C\d{3}|[A-Z]?\d+)(?:\*(\d+))?$")


def _lines(text: str) -> Iterator[str]:
    return (line for line in text.splitlines() if line and not line.startswith("#"))


def read_codes(text: str) -> dict[str, list[tuple[str, str, str]]]:
    """Read the code lists: element number -> rows of (code, only version or empty, meaning)."""
    lists: dict[str, list[tuple[str, str, str]]] = {}
    rows: list[tuple[str, str, str]] = []
    for line in _lines(text):
        if line[0] == "[":
            rows = lists.setdefault(line.strip("[]"), [])
            continue
        code, _, meaning = line.partition(" ")
        code, _, version = code.partition("@")
        rows.append((code, version, meaning))
    return lists


def read_elements(text: str, codes: dict[str, frozenset[str]]) -> dict[str, Element]:
    """Read the data elements of a version."""
    elements = {}
    for line in _lines(text):
        number, kind, length, label = line.split(None, 3)
        low, _, high = length.partition("/")
        elements[number] = Element(number, kind, int(low), int(high), label, codes.get(number, frozenset()))
    return elements


def read_composites(text: str, elements: dict[str, Element]) -> dict[str, Composite]:
    """Read the composites of a version."""
    composites = {}
    for line in _lines(text):
        name, label, places, notes = _fields(line)
        composites[name] = Composite(name, label, _places(places, elements, {}), _notes(notes))
    return composites


def read_segments(text: str, elements: dict[str, Element], composites: dict[str, Composite]) -> dict[str, Segment]:
    """Read the segments of a version."""
    segments = {}
    for line in _lines(text):
        name, label, places, notes = _fields(line)
        segments[name] = Segment(name, label, _places(places, elements, composites), _notes(notes))
    return segments


def _fields(line: str) -> tuple[str, str, str, str]:
    parts = [part.strip() for part in line.split("|")]
    name, label, places = parts[:3]
    return name, label, places, parts[3] if len(parts) > 3 else ""


def _places(text: str, elements: dict[str, Element], composites: dict[str, Composite]) -> tuple[Position, ...]:
    positions = []
    for token in text.split():
        match = _PLACE.match(token)
        if match is None:
            raise ValueError(f"not a place in a segment: {token!r}")
        number = match[2]
        kind = composites[number] if number in composites else elements[number]
        positions.append(Position(kind, match[1] == "M", int(match[3] or 1)))
    return tuple(positions)


def _notes(text: str) -> tuple[SyntaxNote, ...]:
    return tuple(
        SyntaxNote(note[0], tuple(int(note[at : at + 2]) for at in range(1, len(note), 2))) for note in text.split()
    )


def read_set(text: str, version: str, segments: dict[str, Segment]) -> SetDefinition:
    """Read one transaction set: indentation says which loop a segment belongs to."""
    lines = _lines(text)
    number, group_id, label = next(lines).split(None, 2)
    root = Loop(number, True, 1, None, 0, "")
    open_loops = [root]
    area = ""
    for line in lines:
        if line[0] != " ":
            area = line
            continue
        depth = (len(line) - len(line.lstrip())) // 2
        del open_loops[depth:]
        parent = open_loops[-1]
        words = line.split()
        is_loop = words[0] == "loop"
        name, required, most = words[1:4] if is_loop else words[:3]
        maximum = None if most == ">1" else int(most)
        index = len(parent.items)
        if is_loop:
            loop = Loop(name, required == "M", maximum, parent, index, area)
            parent.items.append(loop)
            open_loops.append(loop)
        else:
            position = words[3] if len(words) > 3 else ""
            parent.items.append(Use(segments[name], required == "M", maximum, parent, index, area, position))
    return SetDefinition(number, version, group_id, label, root, frozenset(use.name for use in root.uses()))
