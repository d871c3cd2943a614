"""Judges the elements of one segment: presence, type, length, code, components, repetitions, syntax notes.

Serves X12.6 section 3 (data element types) and the syntax notes of X12.22. Each distinct value is judged once an
element and remembered, because codes, units and ids come again and again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import NamedTuple

from gateway.x12.delimiters import Delimiters
from gateway.x12.faults import FaultCode
from gateway.x12.standards.definition import Composite, Element, Position, Segment, SyntaxNote

REMEMBERED = 4096  # Values kept an element; then the memory starts anew, so that it stays bounded.

_NUMBER = re.compile(r"-?\d+$")
_DECIMAL = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:E-?\d+)?$")
_TIME = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d\d{0,2})?$")


class Finding(NamedTuple):
    """One fault within a segment: ``element``, ``component`` and ``repetition`` count from 1, 0 means none."""

    code: FaultCode
    element: int
    component: int = 0
    repetition: int = 0
    value: str = ""
    detail: str = ""


def is_date(value: str) -> bool:
    """Tell whether ``value`` is YYMMDD or CCYYMMDD in the real calendar."""
    if len(value) not in (6, 8) or not value.isascii() or not value.isdigit():
        return False
    full = value if len(value) == 8 else "20" + value
    try:
        date(int(full[:4]), int(full[4:6]), int(full[6:]))
    except ValueError:
        return False
    return True


def is_time(value: str) -> bool:
    """Tell whether ``value`` is HHMM, HHMMSS, HHMMSSD or HHMMSSDD on a 24-hour clock."""
    return _TIME.match(value) is not None


def judge_value(element: Element, value: str) -> FaultCode | None:
    """Judge one value that is present; None means nothing is wrong. One value has at most one fault."""
    kind, size = element.type, len(value)
    if kind != "B" and not value.isprintable():
        return FaultCode.CHARACTER
    if kind == "ID" and element.codes:
        return None if value in element.codes else FaultCode.CODE_UNKNOWN
    if kind == "DT":
        fits = element.minimum <= size <= element.maximum
        return None if fits and is_date(value) else FaultCode.DATE
    if kind == "TM":
        fits = element.minimum <= size <= element.maximum
        return None if fits and is_time(value) else FaultCode.TIME
    if kind == "R" or kind[0] == "N":
        if (_DECIMAL if kind == "R" else _NUMBER).match(value) is None:
            return FaultCode.CHARACTER
        size = sum(map(str.isdigit, value.partition("E")[0]))
    if size < element.minimum:
        return FaultCode.TOO_SHORT
    if size > element.maximum:
        return FaultCode.TOO_LONG
    if kind != "B" and value.isspace():
        return FaultCode.CHARACTER
    return None


class _ValueMemo:
    """Remembers the verdict on each value of an element."""

    __slots__ = ("_element", "_known")

    def __init__(self, element: Element) -> None:
        self._element = element
        self._known: dict[str, FaultCode | None] = {}

    def __call__(self, value: str) -> FaultCode | None:
        try:
            return self._known[value]
        except KeyError:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            verdict = self._known[value] = judge_value(self._element, value)
            return verdict


@cache
def _memo(element: Element) -> _ValueMemo:
    return _ValueMemo(element)


@dataclass(slots=True)
class _Place:
    """A position made ready: simple ones have a ``memo``, composites have ``inner``."""

    position: Position
    memo: _ValueMemo | None
    inner: tuple[_Place, ...] = ()


def _places(positions: tuple[Position, ...]) -> tuple[_Place, ...]:
    return tuple(
        _Place(position, None, _places(position.kind.components))
        if isinstance(position.kind, Composite)
        else _Place(position, _memo(position.kind))
        for position in positions
    )


class SegmentJudge:
    """Judges every segment of one identifier; made once a definition and kept."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self._places = _places(segment.positions)
        self._required = tuple(i for i, position in enumerate(segment.positions, 1) if position.required)
        self._notes: dict[int, tuple[Finding, ...]] = {}

    def findings(self, fields: list[str], marks: Delimiters) -> list[Finding]:
        """Judge one segment; ``fields[0]`` is its identifier. An empty list means nothing is wrong."""
        found: list[Finding] = []
        present = 0
        repetition, component = marks.repetition, marks.component
        number = 0
        for place, value in zip(self._places, fields[1:], strict=False):
            number += 1
            if not value:
                continue
            present |= 1 << number
            if place.memo is not None:
                if (code := place.memo(value)) is not None or (repetition and repetition in value):
                    found += self._value(place, value, number, code, repetition)
            elif component not in value and not (repetition and repetition in value):
                found += self._components(place, value, number, 0, "")
            else:
                found += self._composite(place, value, number, marks)
        for number in self._required:
            if not present >> number & 1:
                found.append(Finding(FaultCode.ELEMENT_MISSING, number))
        if self.segment.notes:
            broken = self._notes.get(present)
            if broken is None:
                broken = self._notes[present] = tuple(broken_notes(self.segment.notes, present))
            found += broken
        found += self._tail(fields)
        return found

    def _tail(self, fields: list[str]) -> Iterator[Finding]:
        """Elements beyond the last one defined, and separators behind the last value."""
        defined = len(self._places)
        if len(fields) - 1 > defined and any(fields[defined + 1 :]):
            yield Finding(FaultCode.TOO_MANY_ELEMENTS, defined + 1, value=next(filter(None, fields[defined + 1 :])))
        elif len(fields) > 1 and not fields[-1]:
            yield Finding(FaultCode.TRAILING_SEPARATOR, len(fields) - 1)

    @staticmethod
    def _value(place: _Place, value: str, number: int, code: FaultCode | None, mark: str) -> Iterator[Finding]:
        if not mark or mark not in value:
            if code is not None:
                yield Finding(code, number, value=value)
            return
        parts = value.split(mark)
        if len(parts) > place.position.repeats:
            yield Finding(FaultCode.TOO_MANY_REPETITIONS, number, value=value, detail=str(place.position.repeats))
            return
        assert place.memo is not None
        for index, part in enumerate(parts, 1):
            if part and (code := place.memo(part)) is not None:
                yield Finding(code, number, 0, index, part)

    def _composite(self, place: _Place, value: str, number: int, marks: Delimiters) -> Iterator[Finding]:
        parts = value.split(marks.repetition) if marks.repetition else [value]
        if len(parts) > place.position.repeats:
            yield Finding(FaultCode.TOO_MANY_REPETITIONS, number, value=value, detail=str(place.position.repeats))
            return
        for index, part in enumerate(parts, 1):
            yield from self._components(place, part, number, index if len(parts) > 1 else 0, marks.component)

    @staticmethod
    def _components(place: _Place, value: str, number: int, repetition: int, mark: str) -> Iterator[Finding]:
        values = value.split(mark) if mark else [value]
        present = 0
        for index, (inner, part) in enumerate(zip(place.inner, values, strict=False), 1):
            if not part:
                continue
            present |= 1 << index
            if inner.memo is not None and (code := inner.memo(part)) is not None:
                yield Finding(code, number, index, repetition, part)
        if len(values) > len(place.inner):
            yield Finding(FaultCode.TOO_MANY_COMPONENTS, number, len(place.inner) + 1, repetition, value)
        for index, inner in enumerate(place.inner, 1):
            if inner.position.required and not present >> index & 1:
                yield Finding(FaultCode.ELEMENT_MISSING, number, index, repetition)
        kind = place.position.kind
        if isinstance(kind, Composite):
            for finding in broken_notes(kind.notes, present):
                yield Finding(finding.code, number, finding.element, repetition, detail=finding.detail)


def broken_notes(notes: tuple[SyntaxNote, ...], present: int) -> Iterator[Finding]:
    """Check syntax notes against a bit mask of the positions that are present (bit 1 = position 01).

    The finding stands on the element that is missing: with P and C on each one missing, with R and L on the first that
    would satisfy the note, with E on the second one present.
    """
    for note in notes:
        here = [position for position in note.positions if present >> position & 1]
        missing = [position for position in note.positions if not present >> position & 1]
        text = str(note)
        if (note.kind == "P" and here) or (note.kind == "C" and note.positions[0] in here):
            for position in missing:
                yield Finding(FaultCode.CONDITION_BROKEN, position, detail=text)
        elif note.kind == "R" and not here:
            yield Finding(FaultCode.CONDITION_BROKEN, note.positions[0], detail=text)
        elif note.kind == "L" and here == [note.positions[0]]:
            yield Finding(FaultCode.CONDITION_BROKEN, note.positions[1], detail=text)
        elif note.kind == "E" and len(here) > 1:
            yield Finding(FaultCode.EXCLUDED, here[1], detail=text)
