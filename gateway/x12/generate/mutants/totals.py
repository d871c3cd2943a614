"""Breaks what the end of a document says of its lines: CTT01, their number, and CTT02, a hash total (data element 347).

The standard leaves both to partners, so that they are faults under a guide only, whose lines the change brings along.
"""

from __future__ import annotations

from gateway.x12.faults import FaultCode
from gateway.x12.generate.chance import Chance
from gateway.x12.generate.document import main_loop
from gateway.x12.generate.mutants.subject import Breaker, Change, Expected, Subject
from gateway.x12.generate.tallies import digits_of, hashed
from gateway.x12.model import whole_number
from gateway.x12.standards.definition import Element


def _places(subject: Subject) -> tuple[int, list[int]] | None:
    """Return the index of CTT and those of the lines; None where there is no CTT, or no line."""
    loop = main_loop(subject.definition)
    totals = [index for index, use in enumerate(subject.uses) if use.name == "CTT"]
    lines = [index for index, use in enumerate(subject.uses) if loop is not None and use is loop.trigger]
    return (totals[0], lines) if len(totals) == 1 and lines else None


def _with_total(subject: Subject, index: int, number: int, value: int, rule: str) -> Change:
    row = [*subject.rows[index], *[""] * 2]
    row[number] = str(value)
    fault = Expected(FaultCode.TOTAL_OF_GUIDE, "CTT", index + 1, number)
    change = subject.with_row(index, row, fault)
    return Change(change.edits, change.faults, f"CTT{number:02d}: {{total: {rule}}}")


def line_count_wrong(subject: Subject, chance: Chance) -> Change | None:
    """Count another number of lines in CTT01 than there are."""
    found = _places(subject)
    if found is None or whole_number(subject.rows[found[0]][1]) != len(found[1]):
        return None
    index, lines = found
    wrong = len(lines) + chance.choice([1, 2, 10])
    return _with_total(subject, index, 1, wrong, f"count({subject.uses[lines[0]].name})")


def hash_total_wrong(subject: Subject, chance: Chance) -> Change | None:
    """Say another hash total in CTT02 than that of the quantities."""
    found = _places(subject)
    place = hashed(subject.uses[found[1][0]]) if found else 0
    if found is None or not place:
        return None
    index, lines = found
    kind = subject.uses[index].segment.positions[1].kind
    assert isinstance(kind, Element)
    right = sum(digits_of(subject.rows[line], place) for line in lines) % 10**kind.maximum
    wrong = (right + chance.randint(1, 9)) % 10**kind.maximum
    return _with_total(subject, index, 2, wrong, f"hash({subject.uses[lines[0]].name}/{place:02d})")


RULES: dict[str, Breaker] = {
    "line-count-wrong": line_count_wrong,
    "hash-total-wrong": hash_total_wrong,
}
