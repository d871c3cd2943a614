"""Breaks one syntax note of a segment or composite. Serves X12.6 section 3.8 (P R E C L); AK403 2 and 10."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.x12.faults import FaultCode
from gateway.x12.generate.chance import Chance
from gateway.x12.generate.choosing import Mode, holds
from gateway.x12.generate.mutants.places import plain_rows
from gateway.x12.generate.mutants.subject import Breaker, Change, Expected, Row, Subject
from gateway.x12.generate.segments import SegmentMaker
from gateway.x12.standards.definition import Element, Position, SyntaxNote


def _broken(kind: str, subject: Subject, chance: Chance) -> Change | None:
    """Break a note of one kind: by taking elements out, or by putting one in."""
    for index in plain_rows(subject, chance):
        segment, row = subject.uses[index].segment, subject.rows[index]
        if not any(note.kind == kind for note in segment.notes):
            continue
        present = {number for number, value in enumerate(row) if number and value}
        must = {number for number, position in enumerate(segment.positions, 1) if position.required}
        ways = [way for way in _ways(kind, segment.notes, present) if must <= way and way]
        chance.shuffle(ways)
        for way in ways:
            fault = _fault(segment.notes, way, kind)
            if fault is not None:
                code, number = fault
                changed = _changed(subject, chance, row, segment.positions, way)
                return subject.with_row(index, changed, Expected(code, row[0], index + 1, number))
    return None


def _ways(kind: str, notes: tuple[SyntaxNote, ...], present: set[int]) -> Iterator[set[int]]:
    """Yield what may be present for a note of that kind to be broken: one element less, one more, or none of it."""
    for note in notes:
        if note.kind == kind:
            yield from (present - {number} for number in note.positions if number in present)
            yield from (present | {number} for number in note.positions if number not in present)
            yield present - set(note.positions)
            yield present - set(note.positions) | {note.positions[0]}


def _fault(notes: tuple[SyntaxNote, ...], present: set[int], kind: str = "") -> tuple[FaultCode, int] | None:
    """Return the one fault of what is present; None where there is none or more than one, or where no such note is broken."""
    broken = [note for note in notes if not holds(note, present)]
    if len(broken) != 1:
        return None
    [note] = broken
    if kind and note.kind != kind:
        return None
    missing = [number for number in note.positions if number not in present]
    if note.kind == "E":
        second = sorted(set(note.positions) & present)[1]
        return FaultCode.EXCLUDED, second
    if note.kind in "RL":
        return FaultCode.CONDITION_BROKEN, note.positions[note.kind == "L"]
    return (FaultCode.CONDITION_BROKEN, missing[0]) if len(missing) == 1 else None


def _changed(subject: Subject, chance: Chance, row: Row, positions: tuple[Position, ...], way: set[int]) -> Row:
    """Return a segment of which exactly the elements of ``way`` are present."""
    maker = SegmentMaker(chance, subject.marks, Mode.SOME)
    return [
        row[0],
        *(
            (row[number] if number < len(row) and row[number] else maker.value(positions[number - 1].kind))
            if number in way
            else ""
            for number in range(1, max(way) + 1)
        ),
    ]


def all_or_none(subject: Subject, chance: Chance) -> Change | None:
    """Break a note P: some of the elements without the others."""
    return _broken("P", subject, chance)


def one_at_least(subject: Subject, chance: Chance) -> Change | None:
    """Break a note R: none of the elements."""
    return _broken("R", subject, chance)


def one_at_most(subject: Subject, chance: Chance) -> Change | None:
    """Break a note E: elements that exclude one another."""
    return _broken("E", subject, chance)


def first_needs_all(subject: Subject, chance: Chance) -> Change | None:
    """Break a note C: the first element without one of the others."""
    return _broken("C", subject, chance)


def first_needs_one(subject: Subject, chance: Chance) -> Change | None:
    """Break a note L: the first element without any of the others."""
    return _broken("L", subject, chance)


def note_of_a_composite(subject: Subject, chance: Chance) -> Change | None:
    """Break a note of a composite: a component without the one that it goes with."""
    mark = subject.marks.component
    for index in plain_rows(subject, chance):
        row = list(subject.rows[index])
        for number, position in enumerate(subject.uses[index].segment.positions[: len(row) - 1], 1):
            kind = position.kind
            if isinstance(kind, Element) or not kind.notes or not row[number] or position.repeats > 1:
                continue
            parts = row[number].split(mark)
            present = {at for at, part in enumerate(parts, 1) if part}
            must = {at for at, place in enumerate(kind.components, 1) if place.required}
            ways = [way for note in kind.notes for way in _ways(note.kind, kind.notes, present) if must <= way and way]
            for way in ways:
                fault = _fault(kind.notes, way)
                if fault is not None:
                    changed = _changed(subject, chance, ["", *parts], kind.components, way)
                    row[number] = mark.join(changed[1:])
                    return subject.with_row(index, row, Expected(fault[0], row[0], index + 1, number, fault[1]))
    return None


RULES: dict[str, Breaker] = {
    "note-p": all_or_none,
    "note-r": one_at_least,
    "note-e": one_at_most,
    "note-c": first_needs_all,
    "note-l": first_needs_one,
    "note-of-a-composite": note_of_a_composite,
}
