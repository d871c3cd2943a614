"""Breaks the tree of HL levels. Serves the semantic notes of HL: HL01 counts, HL02 names a parent, HL04 announces levels."""

from __future__ import annotations

from gateway.x12.faults import FaultCode
from gateway.x12.generate.chance import Chance
from gateway.x12.generate.mutants.subject import Breaker, Change, Expected, Row, Subject
from gateway.x12.model import element


def _levels(subject: Subject, chance: Chance) -> list[tuple[int, Row]]:
    found = [(index, row) for index, row in enumerate(subject.rows) if row[0] == "HL"]
    chance.shuffle(found)
    return found


def level_number_wrong(subject: Subject, chance: Chance) -> Change | None:
    """Give a level a number that is not its turn and not that of another one."""
    for index, row in _levels(subject, chance):
        number = str(chance.choice([0, 900_000 + chance.randint(1, 99_999)]))
        return subject.with_row(index, [row[0], number, *row[2:]], Expected(FaultCode.HL_NUMBER, "HL", index + 1, 1))
    return None


def parent_unknown(subject: Subject, chance: Chance) -> Change | None:
    """Hang a level below one that does not exist."""
    for index, row in _levels(subject, chance):
        parent = chance.choice(["0", "999999", "X"])
        changed = [row[0], row[1], parent, *row[3:]]
        return subject.with_row(index, changed, Expected(FaultCode.HL_PARENT, "HL", index + 1, 2))
    return None


def children_flag_wrong(subject: Subject, chance: Chance) -> Change | None:
    """Announce levels that do not come, or deny those that do."""
    for index, row in _levels(subject, chance):
        flag = element(row, 4)
        if flag:
            changed = [*row[:4], "0" if flag == "1" else "1"]
            return subject.with_row(index, changed, Expected(FaultCode.HL_CHILDREN, "HL", index + 1, 4))
    return None


def level_code_unknown(subject: Subject, chance: Chance) -> Change | None:
    """Name a kind of level that is not in the list."""
    for index, row in _levels(subject, chance):
        return subject.with_row(index, [*row[:3], "?", *row[4:]], Expected(FaultCode.CODE_UNKNOWN, "HL", index + 1, 3))
    return None


RULES: dict[str, Breaker] = {
    "level-number-wrong": level_number_wrong,
    "parent-unknown": parent_unknown,
    "children-flag-wrong": children_flag_wrong,
    "level-code-unknown": level_code_unknown,
}
