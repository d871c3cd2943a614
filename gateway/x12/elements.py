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

from gateway.x12.characters import EXTENDED
from gateway.x12.delimiters import Delimiters
from gateway.x12.faults import FaultCode
from gateway.x12.model import element as field_of
from gateway.x12.model import whole_number
from gateway.x12.periods import is_pair, judge_period
from gateway.x12.pieces import BINARY_LENGTH_AT
from gateway.x12.standards.definition import Composite, Element, Position, Segment, SyntaxNote

REMEMBERED = 4096  # Values kept an element; then the memory starts anew, so that it stays bounded.

_LONG = 100  # Longer values hardly come twice; they are judged anew each time, so that the memory stays small.

_NUMBER = re.compile(r"-?[0-9]+")
_DECIMAL = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:E-?[0-9]+)?")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9][0-9]{0,2})?")


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
    return _TIME.fullmatch(value) is not None


def judge_value(element: Element, value: str) -> FaultCode | None:
    """Judge one value that is present; None means nothing is wrong. One value has at most one fault."""
    kind, size = element.type, len(value)
    if kind != "B" and not value.isprintable():
        return FaultCode.CHARACTER
    if kind == "ID" and element.codes:
        return None if value in element.codes else _wrong_code(element, value)
    if kind == "DT":
        fits = element.minimum <= size <= element.maximum
        return None if fits and is_date(value) else FaultCode.DATE
    if kind == "TM":
        fits = element.minimum <= size <= element.maximum
        return None if fits and is_time(value) else FaultCode.TIME
    if kind == "R" or kind[0] == "N":
        if (_DECIMAL if kind == "R" else _NUMBER).fullmatch(value) is None:
            return FaultCode.CHARACTER
        size = sum(map(str.isdigit, value.partition("E")[0]))
    if size < element.minimum:
        return FaultCode.TOO_SHORT
    if size > element.maximum:
        return FaultCode.TOO_LONG
    if kind == "B":
        return None
    if value.isspace():
        return FaultCode.CHARACTER
    return None if value.isascii() or EXTENDED.issuperset(value) else FaultCode.CHARACTER_SET


def _wrong_code(element: Element, value: str) -> FaultCode:
    raised = value.isascii() and value.upper() in element.codes
    return FaultCode.CODE_LOWER_CASE if raised else FaultCode.CODE_UNKNOWN


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
            verdict = judge_value(self._element, value)
            if len(value) <= _LONG:
                if len(self._known) >= REMEMBERED:
                    self._known.clear()
                self._known[value] = verdict
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
        self._absent: dict[int, tuple[Finding, ...]] = {}
        self._length_at = BINARY_LENGTH_AT.get(segment.id, 0)
        self._formats_at = [at for at in range(1, len(segment.positions)) if is_pair(segment.positions, at)]

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
        absent = self._absent.get(present)
        if absent is None:
            if len(self._absent) >= REMEMBERED:
                self._absent.clear()
            absent = self._absent[present] = absent_findings(self.segment.positions, self.segment.notes, present)
        found += absent
        found += self._tail(fields, absent)
        if self._length_at:
            found += self._binary(fields)
        if self._formats_at:
            found += self._periods(fields, {finding.element for finding in found})
        return found

    def _tail(self, fields: list[str], absent: tuple[Finding, ...]) -> Iterator[Finding]:
        """Elements beyond the last one defined, and separators behind the last value."""
        defined, last = len(self._places), len(fields) - 1
        if last > defined and any(fields[defined + 1 :]):
            yield Finding(FaultCode.TOO_MANY_ELEMENTS, defined + 1, value=next(filter(None, fields[defined + 1 :])))
        elif last and not fields[-1] and all(finding.element != last for finding in absent):
            # An empty last element that is asked for has its fault already.
            yield Finding(FaultCode.TRAILING_SEPARATOR, last)

    def _binary(self, fields: list[str]) -> Iterator[Finding]:
        """Binary data whose length is not the one that stands before them."""
        announced, data = whole_number(field_of(fields, self._length_at)), field_of(fields, self._length_at + 1)
        if announced is not None and data and len(data) != announced:
            code = FaultCode.TOO_SHORT if len(data) < announced else FaultCode.TOO_LONG
            yield Finding(code, self._length_at + 1, detail=f"{announced} bytes")

    def _periods(self, fields: list[str], at_fault: set[int]) -> Iterator[Finding]:
        """Dates and times that are not what the element before them says; one whose form is wrong was told already."""
        for at in self._formats_at:
            code, value = field_of(fields, at), field_of(fields, at + 1)
            if code and value and at not in at_fault and at + 1 not in at_fault:
                wrong = judge_period(code, value)
                if wrong is not None:
                    yield Finding(wrong, at + 1, value=value, detail=code)

    @staticmethod
    def _value(place: _Place, value: str, number: int, code: FaultCode | None, mark: str) -> Iterator[Finding]:
        kind = place.position.kind
        if not mark or mark not in value or (isinstance(kind, Element) and kind.type == "B"):
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
        kind = place.position.kind
        if isinstance(kind, Composite):
            for finding in absent_findings(kind.components, kind.notes, present):
                yield Finding(finding.code, number, finding.element, repetition, detail=finding.detail)


def absent_findings(
    positions: tuple[Position, ...], notes: tuple[SyntaxNote, ...], present: int
) -> tuple[Finding, ...]:
    """Check what is mandatory and the syntax notes against a bit mask of the positions that are present (bit 1 = 01).

    A position is asked for once, however many reasons there are.
    """
    found = {
        number: Finding(FaultCode.ELEMENT_MISSING, number)
        for number, position in enumerate(positions, 1)
        if position.required and not present >> number & 1
    }
    for finding in broken_notes(notes, present, set(found)):
        found.setdefault(finding.element, finding)
    return tuple(found.values())


def broken_notes(notes: tuple[SyntaxNote, ...], present: int, asked: set[int] | None = None) -> Iterator[Finding]:
    """Check syntax notes against a bit mask of the positions that are present (bit 1 = position 01).

    The finding stands on the element that is missing: with P and C on each one missing, with R and L on the first that
    would satisfy the note, with E on the second one present. A note that would be satisfied by what is ``asked`` for
    already, be it mandatory or by a P or C note, adds nothing.
    """
    asked = set() if asked is None else asked
    for note in sorted(notes, key=lambda note: note.kind in "RL"):
        here = [position for position in note.positions if present >> position & 1]
        missing = [position for position in note.positions if not present >> position & 1]
        first, wanted = note.positions[0], note.positions[1:] if note.kind == "L" else note.positions
        if (note.kind == "P" and here) or (note.kind == "C" and first in here):
            for position in missing:
                asked.add(position)
                yield Finding(FaultCode.CONDITION_BROKEN, position, detail=str(note))
        elif (note.kind == "R" and not here) or (note.kind == "L" and here == [first]):
            if asked.isdisjoint(wanted):
                asked.add(wanted[0])
                yield Finding(FaultCode.CONDITION_BROKEN, wanted[0], detail=str(note))
        elif note.kind == "E" and len(here) > 1:
            yield Finding(FaultCode.EXCLUDED, sorted(here)[1], detail=str(note))
