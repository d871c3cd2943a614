"""Finds the values of a document, each with the element that it is a value of. Serves X12.6 section 3.9."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gateway.x12.faults import FaultCode
from gateway.x12.generate.chance import Chance
from gateway.x12.generate.mutants.subject import Change, Expected, Subject
from gateway.x12.pieces import BINARY_LENGTH_AT
from gateway.x12.standards.definition import Composite, Element

# Their elements are counted, or name one another, which rules of their own are for.
_APART = frozenset({"ST", "SE", "HL", *BINARY_LENGTH_AT})


class Place(NamedTuple):
    """One value: its segment (the first is 0), element and component (0 for none), what may stand there and what does."""

    row: int
    number: int
    component: int
    kind: Element
    value: str


def plain_rows(subject: Subject, chance: Chance) -> list[int]:
    """Return the indexes of segments whose elements can be changed freely, in any order."""
    indexes = [index for index, row in enumerate(subject.rows) if row[0] not in _APART]
    chance.shuffle(indexes)
    return indexes


def values(subject: Subject, chance: Chance) -> Iterator[Place]:
    """Yield the values of a document in any order of segments; repeated ones are passed over."""
    repetition, mark = subject.marks.repetition, subject.marks.component
    for index in plain_rows(subject, chance):
        found = []
        for number, (position, value) in enumerate(
            zip(subject.uses[index].segment.positions, subject.rows[index][1:], strict=False), 1
        ):
            if not value or (repetition and repetition in value):
                continue
            if isinstance(position.kind, Element):
                found.append(Place(index, number, 0, position.kind, value))
            elif mark:
                inner = zip(position.kind.components, value.split(mark), strict=False)
                found += [
                    Place(index, number, at, place.kind, part)
                    for at, (place, part) in enumerate(inner, 1)
                    if part and isinstance(place.kind, Element)
                ]
        chance.shuffle(found)
        yield from found


def replaced(subject: Subject, place: Place, value: str, code: FaultCode) -> Change:
    """Return the change of one value, which brings one fault on it."""
    row = list(subject.rows[place.row])
    if place.component:
        mark = subject.marks.component
        parts = row[place.number].split(mark)
        parts[place.component - 1] = value
        row[place.number] = mark.join(parts).rstrip(mark)
    else:
        row[place.number] = value
    return subject.with_row(place.row, row, expected(subject, place, code))


def expected(subject: Subject, place: Place, code: FaultCode) -> Expected:
    """Return a fault on one value."""
    name = subject.rows[place.row][0]
    return Expected(code, name, place.row + 1, place.number, place.component)


def is_required(subject: Subject, place: Place) -> bool:
    """Tell whether a value is mandatory where it stands."""
    position = subject.uses[place.row].segment.positions[place.number - 1]
    if place.component and isinstance(position.kind, Composite):
        return position.kind.components[place.component - 1].required
    return position.required
