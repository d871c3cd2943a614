"""Breaks what a segment consists of: elements missing, too many, repeated too often. Serves X12.6 section 3.9; AK403 1, 3."""

from __future__ import annotations

from gateway.x12.faults import FaultCode
from gateway.x12.generate.chance import Chance
from gateway.x12.generate.mutants.places import is_required, plain_rows, replaced, values
from gateway.x12.generate.mutants.subject import Breaker, Change, Expected, Subject
from gateway.x12.standards.definition import Composite, Element


def element_missing(subject: Subject, chance: Chance) -> Change | None:
    """Take out a mandatory element."""
    for place in values(subject, chance):
        if is_required(subject, place) and not place.component:
            return replaced(subject, place, "", FaultCode.ELEMENT_MISSING)
    return None


def component_missing(subject: Subject, chance: Chance) -> Change | None:
    """Take a mandatory component out of a composite that has others."""
    for place in values(subject, chance):
        alone = subject.rows[place.row][place.number] == place.value
        if is_required(subject, place) and place.component and not alone:
            return replaced(subject, place, "", FaultCode.ELEMENT_MISSING)
    return None


def element_too_many(subject: Subject, chance: Chance) -> Change:
    """Put a value behind the last element that a segment may have."""
    index = plain_rows(subject, chance)[0]
    defined = len(subject.uses[index].segment.positions)
    row = subject.rows[index]
    longer = [*row, *[""] * (defined + 1 - len(row)), "X"]
    return subject.with_row(index, longer, Expected(FaultCode.TOO_MANY_ELEMENTS, row[0], index + 1, defined + 1))


def separator_at_the_end(subject: Subject, chance: Chance) -> Change:
    """Put separators behind the last value of a segment."""
    index = plain_rows(subject, chance)[0]
    row = [*subject.rows[index], *[""] * chance.randint(1, 3)]
    fault = Expected(FaultCode.TRAILING_SEPARATOR, row[0], index + 1, len(row) - 1)
    return subject.with_exact_rows([*subject.rows[:index], row, *subject.rows[index + 1 :]], fault)


def component_too_many(subject: Subject, chance: Chance) -> Change | None:
    """Put a value behind the last component that a composite may have."""
    mark, repetition = subject.marks.component, subject.marks.repetition
    for index in plain_rows(subject, chance):
        row, positions = list(subject.rows[index]), subject.uses[index].segment.positions
        for number, position in enumerate(positions[: len(row) - 1], 1):
            whole = row[number]
            if isinstance(position.kind, Composite) and whole and not (repetition and repetition in whole):
                most = len(position.kind.components)
                row[number] = whole + mark * (most - whole.count(mark)) + "X"
                fault = Expected(FaultCode.TOO_MANY_COMPONENTS, row[0], index + 1, number, most + 1)
                return subject.with_row(index, row, fault)
    return None


def repetition_too_many(subject: Subject, chance: Chance) -> Change | None:
    """Repeat an element that may come once only."""
    mark = subject.marks.repetition
    for place in values(subject, chance):
        position = subject.uses[place.row].segment.positions[place.number - 1]
        if mark and isinstance(position.kind, Element):
            again = mark.join([place.value] * (position.repeats + 1))
            return replaced(subject, place, again, FaultCode.TOO_MANY_REPETITIONS)
    return None


RULES: dict[str, Breaker] = {
    "element-missing": element_missing,
    "component-missing": component_missing,
    "element-too-many": element_too_many,
    "separator-at-the-end": separator_at_the_end,
    "component-too-many": component_too_many,
    "repetition-too-many": repetition_too_many,
}
