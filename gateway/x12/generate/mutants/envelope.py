"""Breaks what is around the sets: ISA, GS, GE, IEA, and bytes where none belong. Serves X12.5; TA105 and AK905."""

from __future__ import annotations

from functools import partial
from typing import TypeAlias

from gateway.x12.faults import FaultCode
from gateway.x12.generate.chance import Chance
from gateway.x12.generate.mutants.subject import Breaker, Change, Edit, Expected, Subject
from gateway.x12.model import GroupEnd, GroupStart, InterchangeEnd, InterchangeStart

_Part: TypeAlias = InterchangeStart | GroupStart | GroupEnd | InterchangeEnd
_Row: TypeAlias = tuple[str, int, tuple[str, ...], FaultCode]

# Rule, which element of the header, what is wrong there, the fault. Values of an ISA have its fixed lengths.
_ISA: tuple[_Row, ...] = (
    ("authorization-qualifier-wrong", 1, ("QQ", "  "), FaultCode.AUTHORIZATION_QUALIFIER),
    ("security-qualifier-wrong", 3, ("QQ", "  "), FaultCode.SECURITY_QUALIFIER),
    ("sender-qualifier-wrong", 5, ("QQ", "  "), FaultCode.SENDER_QUALIFIER),
    ("sender-id-empty", 6, (" " * 15,), FaultCode.SENDER_ID),
    ("receiver-qualifier-wrong", 7, ("QQ", "  "), FaultCode.RECEIVER_QUALIFIER),
    ("receiver-id-empty", 8, (" " * 15,), FaultCode.RECEIVER_ID),
    ("interchange-date-wrong", 9, ("261341", "260230", "26XX01"), FaultCode.INTERCHANGE_DATE),
    ("interchange-time-wrong", 10, ("2400", "0860", "9 AM"), FaultCode.INTERCHANGE_TIME),
    ("acknowledgment-request-wrong", 14, ("2", "Y"), FaultCode.ACKNOWLEDGMENT_REQUEST),
    ("usage-wrong", 15, ("X", "0"), FaultCode.USAGE),
)
_GS: tuple[_Row, ...] = (
    ("group-kind-unknown", 1, ("QQ", "P"), FaultCode.GROUP_UNSUPPORTED),
    ("group-sender-empty", 2, ("",), FaultCode.CONTENT),
    ("group-receiver-empty", 3, ("",), FaultCode.CONTENT),
    ("group-date-wrong", 4, ("20261341", "20260229", "2026"), FaultCode.GROUP_DATE),
    ("group-time-wrong", 5, ("2400", "0860", "8"), FaultCode.CONTENT),
    ("group-agency-wrong", 7, ("Q", ""), FaultCode.CONTENT),
)


def element_edit(subject: Subject, part: _Part, number: int, value: str) -> Edit:
    """Return the edit that puts ``value`` into one element of a header or trailer."""
    text = subject.data[part.offset : part.offset + part.length].decode("latin-1")
    end = subject.marks.segment if text.endswith(subject.marks.segment) else ""
    fields = text[: len(text) - len(end)].split(subject.marks.element)
    fields[number] = value
    return Edit(part.offset, part.length, (subject.marks.element.join(fields) + end).encode("latin-1"))


def _in_isa(row: _Row, subject: Subject, chance: Chance) -> Change:
    _name, number, wrong, code = row
    edit = element_edit(subject, subject.transaction.interchange, number, chance.choice(wrong))
    return Change((edit,), (Expected(code),))


def _in_gs(row: _Row, subject: Subject, chance: Chance) -> Change:
    _name, number, wrong, code = row
    return Change((element_edit(subject, subject.group, number, chance.choice(wrong)),), (Expected(code),))


def standard_wrong(subject: Subject, chance: Chance) -> Change | None:
    """Name another standard than U in ISA11, which means something else from version 00402 on."""
    start = subject.transaction.interchange
    if start.version >= "00402":
        return None
    return Change((element_edit(subject, start, 11, chance.choice("XE")),), (Expected(FaultCode.STANDARD),))


def control_version_wrong(subject: Subject, chance: Chance) -> Change | None:
    """Write what is no version into ISA12."""
    start = subject.transaction.interchange
    if start.version >= "00402":
        return None  # The delimiters depend on it there.
    edit = element_edit(subject, start, 12, chance.choice(["004-1", "     ", "00 01"]))
    return Change((edit,), (Expected(FaultCode.CONTROL_VERSION),))


def interchange_number_wrong(subject: Subject, chance: Chance) -> Change | None:
    """Write letters into the control number of the interchange, in its header and trailer."""
    if subject.end is None or subject.end.elements is None:
        return None
    number = chance.choice(["ABC123456", "00000000X"])
    head = element_edit(subject, subject.transaction.interchange, 13, number)
    return Change((head, element_edit(subject, subject.end, 2, number)), (Expected(FaultCode.INTERCHANGE_NUMBER),))


def group_number_wrong(subject: Subject, chance: Chance) -> Change | None:
    """Write no number into the control number of the group, in its header and trailer."""
    if subject.group_end is None:
        return None
    number = chance.choice(["X", "1234567890", "1.5"])
    edits = (element_edit(subject, subject.group, 6, number), element_edit(subject, subject.group_end, 2, number))
    return Change(edits, (Expected(FaultCode.GROUP_NUMBER),))


def _in_trailer(part: _Part | None, subject: Subject, number: int, value: str, code: FaultCode) -> Change | None:
    return None if part is None else Change((element_edit(subject, part, number, value),), (Expected(code),))


def group_numbers_differ(subject: Subject, chance: Chance) -> Change | None:
    """Give GE02 another number than GS06."""
    other = str(900_000 + chance.randint(0, 9999)) + "1"
    return _in_trailer(subject.group_end, subject, 2, other, FaultCode.GROUP_NUMBERS_DIFFER)


def group_number_zeros_differ(subject: Subject, chance: Chance) -> Change | None:
    """Give GE02 more leading zeros than GS06."""
    zeros = "0" * chance.randint(1, 2) + subject.group.control_number
    return _in_trailer(subject.group_end, subject, 2, zeros, FaultCode.GROUP_NUMBER_ZEROS)


def set_count_wrong(subject: Subject, chance: Chance) -> Change | None:
    """Count another number of sets in GE01 than there are."""
    wrong = chance.choice([str(subject.sets_in_group + 1), "0", "X", ""])
    return _in_trailer(subject.group_end, subject, 1, wrong, FaultCode.SET_COUNT)


def interchange_numbers_differ(subject: Subject, chance: Chance) -> Change | None:
    """Give IEA02 another number than ISA13."""
    other = f"9{chance.randint(0, 9999):07d}1"
    return _in_trailer(subject.end, subject, 2, other, FaultCode.NUMBERS_DIFFER)


def interchange_number_zeros_differ(subject: Subject, chance: Chance) -> Change | None:
    """Leave out the leading zeros in IEA02."""
    number = subject.transaction.interchange.control_number
    short = number.lstrip("0")
    if not short or short == number:
        return None
    return _in_trailer(subject.end, subject, 2, short, FaultCode.NUMBER_ZEROS)


def group_count_wrong(subject: Subject, chance: Chance) -> Change | None:
    """Count another number of groups in IEA01 than there are."""
    return _in_trailer(subject.end, subject, 1, chance.choice(["999", "0", "X", ""]), FaultCode.GROUP_COUNT)


def _left_out(part: _Part | None, code: FaultCode) -> Change | None:
    return None if part is None else Change((Edit(part.offset, part.length, b""),), (Expected(code),))


def group_trailer_missing(subject: Subject, chance: Chance) -> Change | None:
    """Leave out GE."""
    return _left_out(subject.group_end, FaultCode.GROUP_UNCLOSED)


def interchange_trailer_missing(subject: Subject, chance: Chance) -> Change | None:
    """Leave out IEA."""
    return _left_out(subject.end, FaultCode.TRUNCATED)


def junk(subject: Subject, chance: Chance) -> Change:
    """Put bytes before or behind the interchanges."""
    at = chance.choice([0, len(subject.data)])
    return Change(
        (Edit(at, 0, chance.choice([b"# sent by hand\n", b"--\n", b"end of file\n"])),), (Expected(FaultCode.JUNK),)
    )


def stray(subject: Subject, chance: Chance) -> Change:
    """Put a segment between the group's header and its first set, or between sets."""
    segment = subject.written([["REF", "DP", "038"]])
    return Change((Edit(subject.transaction.offset, 0, segment),), (Expected(FaultCode.STRUCTURE),))


def blank_in_envelope(subject: Subject, chance: Chance) -> Change:
    """Put a second terminator between the group's header and a set, or between sets."""
    blank = subject.marks.segment.encode("latin-1")
    return Change((Edit(subject.transaction.offset, 0, blank),), (Expected(FaultCode.ENVELOPE_BLANK),))


def interchange_repeated(subject: Subject, chance: Chance) -> Change | None:
    """Send an interchange twice."""
    start, end = subject.transaction.interchange, subject.end
    if end is None:
        return None
    behind = end.offset + end.length
    copy = Edit(behind, 0, subject.data[start.offset : behind])
    return Change((copy,), (Expected(FaultCode.INTERCHANGE_REPEATED),))


def group_repeated(subject: Subject, chance: Chance) -> Change | None:
    """Send a group twice in its interchange."""
    start, end, last = subject.group, subject.group_end, subject.end
    if end is None or last is None or last.elements is None:
        return None
    copy = Edit(start.offset, 0, subject.data[start.offset : end.offset + end.length])
    count = element_edit(subject, last, 1, str(int(last.elements[0]) + 1))
    return Change((copy, count), (Expected(FaultCode.GROUP_REPEATED),))


RULES: dict[str, Breaker] = {
    **{row[0]: partial(_in_isa, row) for row in _ISA},
    **{row[0]: partial(_in_gs, row) for row in _GS},
    "standard-wrong": standard_wrong,
    "control-version-wrong": control_version_wrong,
    "interchange-number-wrong": interchange_number_wrong,
    "group-number-wrong": group_number_wrong,
    "group-numbers-differ": group_numbers_differ,
    "group-number-zeros-differ": group_number_zeros_differ,
    "set-count-wrong": set_count_wrong,
    "interchange-numbers-differ": interchange_numbers_differ,
    "interchange-number-zeros-differ": interchange_number_zeros_differ,
    "group-count-wrong": group_count_wrong,
    "group-trailer-missing": group_trailer_missing,
    "interchange-trailer-missing": interchange_trailer_missing,
    "junk": junk,
    "stray": stray,
    "blank-in-envelope": blank_in_envelope,
    "group-repeated": group_repeated,
    "interchange-repeated": interchange_repeated,
}
