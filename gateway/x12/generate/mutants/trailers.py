"""Breaks ST and SE: counts, numbers, identifiers, and sets that end too early or come twice. Serves X12.6; AK502."""

from __future__ import annotations

from gateway.x12.faults import FaultCode
from gateway.x12.generate.chance import Chance
from gateway.x12.generate.mutants.envelope import element_edit
from gateway.x12.generate.mutants.subject import Breaker, Change, Edit, Expected, Subject
from gateway.x12.pieces import BINARY_LENGTH_AT
from gateway.x12.standards import VERSIONS, available, group_kinds


def _in_trailer(subject: Subject, number: int, value: str, code: FaultCode) -> Change:
    """Change one element of SE."""
    last = len(subject.rows) - 1
    row = [*subject.rows[last][:number], value, *subject.rows[last][number + 1 :]]
    return subject.with_row(last, row, Expected(code, "SE", last + 1))


def segment_count_wrong(subject: Subject, chance: Chance) -> Change:
    """Count another number of segments in SE01 than there are."""
    wrong = len(subject.rows) + chance.choice([-2, -1, 1, 2, 10])
    return _in_trailer(subject, 1, chance.choice([str(wrong), "A", ""]), FaultCode.SEGMENT_COUNT)


def set_numbers_differ(subject: Subject, chance: Chance) -> Change:
    """Give SE02 another number than ST02."""
    other = f"9{chance.randint(0, 9999999):07d}"
    return _in_trailer(subject, 2, other + ("1" if other == subject.rows[0][2] else ""), FaultCode.SET_NUMBERS_DIFFER)


def set_number_zeros_differ(subject: Subject, chance: Chance) -> Change | None:
    """Give SE02 more leading zeros than ST02."""
    number = subject.rows[0][2]
    if not number.isdigit() or len(number) > 8:
        return None
    zeros = "0" * chance.randint(1, 9 - len(number))
    return _in_trailer(subject, 2, zeros + number, FaultCode.SET_NUMBER_ZEROS)


def _in_header(subject: Subject, set_id: str, number: str, code: FaultCode) -> Change:
    """Change ST, and SE with it where the number changes."""
    first, last = subject.rows[0], subject.rows[-1]
    rows = [["ST", set_id, number, *first[3:]], *subject.rows[1:-1], [*last[:2], number, *last[3:]]]
    return subject.with_exact_rows(rows, Expected(code, "ST", 1))


def set_number_wrong(subject: Subject, chance: Chance) -> Change:
    """Give a set a number that is too short, too long or none."""
    number = chance.choice(["7", "123", "1234567890", "12-4"])
    return _in_header(subject, subject.rows[0][1], number, FaultCode.SET_NUMBER)


def set_unknown(subject: Subject, chance: Chance) -> Change:
    """Call a set by an identifier that is not supported."""
    known = {name for version in VERSIONS for name in available(version)}
    unknown = chance.choice([name for name in map(str, range(100, 1000)) if name not in known])
    return _in_header(subject, unknown, subject.rows[0][2], FaultCode.SET_UNSUPPORTED)


def set_id_wrong(subject: Subject, chance: Chance) -> Change:
    """Call a set by what is no identifier."""
    return _in_header(subject, chance.choice(["85", "8500", "8-0", ""]), subject.rows[0][2], FaultCode.SET_ID)


def set_in_wrong_group(subject: Subject, chance: Chance) -> Change | None:
    """Call the group by a kind to which its only set does not belong."""
    if subject.sets_in_group != 1:
        return None
    kinds = sorted(group_kinds() - {subject.definition.group_id})
    edit = element_edit(subject, subject.group, 1, chance.choice(kinds))
    return Change((edit,), (Expected(FaultCode.SET_NOT_IN_GROUP, "ST", 1),))


def trailer_missing(subject: Subject, chance: Chance) -> Change:
    """Leave out SE."""
    rows = subject.rows[:-1]
    return subject.with_exact_rows(rows, Expected(FaultCode.SET_UNCLOSED, rows[-1][0], len(rows)))


def set_repeated(subject: Subject, chance: Chance) -> Change | None:
    """Send a set twice in its group."""
    end = subject.group_end
    if end is None:
        return None
    at = subject.transaction.offset
    copy = Edit(at, 0, subject.data[at : at + subject.transaction.length])
    count = element_edit(subject, end, 1, str(subject.sets_in_group + 1))
    return Change((copy, count), (Expected(FaultCode.SET_REPEATED),))


def cut_off(subject: Subject, chance: Chance) -> Change | None:
    """End the data within a segment: set, group and interchange lack their ends, and that is all there is to say."""
    marks = subject.marks
    candidates = [
        index
        for index, row in enumerate(subject.rows[:-1])
        if index and row[0] not in BINARY_LENGTH_AT and len(marks.element.join(row[1:]).strip()) > 1
    ]
    if not candidates:
        return None
    index = chance.choice(candidates)
    row = subject.rows[index]
    text = marks.element.join(row)
    cut = text[: chance.randint(len(row[0]) + len(marks.element) + 1, len(text) - 1)].rstrip()
    before = subject.written(subject.rows[:index]) + subject.noise.encode("latin-1")
    edit = Edit(
        subject.transaction.offset, len(subject.data) - subject.transaction.offset, before + cut.encode("latin-1")
    )
    codes = (FaultCode.TRUNCATED, FaultCode.GROUP_UNCLOSED)
    return Change((edit,), (*map(Expected, codes), Expected(FaultCode.SET_UNCLOSED, row[0], index + 1)))


RULES: dict[str, Breaker] = {
    "segment-count-wrong": segment_count_wrong,
    "set-numbers-differ": set_numbers_differ,
    "set-number-zeros-differ": set_number_zeros_differ,
    "set-number-wrong": set_number_wrong,
    "set-unknown": set_unknown,
    "set-id-wrong": set_id_wrong,
    "set-in-wrong-group": set_in_wrong_group,
    "trailer-missing": trailer_missing,
    "set-repeated": set_repeated,
    "cut-off": cut_off,
}
