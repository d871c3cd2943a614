"""Shows what is wrong with an envelope, and the segment of it as it would be right. Serves X12.5 and X12.6."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gateway.x12.capitals import as_sent
from gateway.x12.delimiters import ISA_LENGTHS, Delimiters
from gateway.x12.elements import is_date, is_time
from gateway.x12.envelope import JudgedGroup, JudgedInterchange
from gateway.x12.faults import Fault, FaultCode, Level
from gateway.x12.model import whole_number
from gateway.x12.showing import Marked, mark_element, written
from gateway.x12.standards import codes, group_kinds
from gateway.x12.standards.versions import REPETITION_SINCE, has_short_dates

_F = FaultCode
_PLACE = re.compile(r"\b(ISA|IEA|GS|GE)(\d\d)")
# The element that a fault is about where its words name none.
_ELEMENTS = {
    _F.COMPONENT_SEPARATOR: 16,
    _F.REPETITION_SEPARATOR: 11,
    _F.INTERCHANGE_REPEATED: 13,
    _F.GROUP_REPEATED: 6,
    _F.RECEIVER_UNKNOWN: 8,
}
_TRAILERS = {
    _F.NUMBERS_DIFFER: "IEA",
    _F.NUMBER_ZEROS: "IEA",
    _F.GROUP_COUNT: "IEA",
    _F.TRUNCATED: "IEA",
    _F.ENVELOPE_BLANK: "IEA",
    _F.GROUP_UNCLOSED: "GE",
    _F.GROUP_NUMBERS_DIFFER: "GE",
    _F.GROUP_NUMBER_ZEROS: "GE",
    _F.SET_COUNT: "GE",
}
_PLAIN = ("00", "", "00", "", "ZZ", "SENDER", "ZZ", "RECEIVER", "261121", "0800", "U", "00401", "000000001", "0", "P")


def envelope_mark(fault: Fault, judged: JudgedInterchange, sent: Mapping[int, Sequence[str]]) -> Marked | None:
    """Show the segment of the envelope that a fault is about, the element marked; None where it was not kept."""
    start = judged.start
    marks = start.delimiters
    fields = sent.get(fault.offset)
    if fields is None and fault.offset == start.offset:
        fields = isa_fields(judged)
    for group in judged.groups if fields is None else ():
        if group.start.offset == fault.offset:
            fields = as_sent(["GS", *group.start.elements], group.start.oddities)
    if fields is None:
        return None
    if fault.code is _F.GROUP_UNCLOSED:
        return Marked(mark_element(fields, marks.as_text()).text, 0, 1)  # GE belongs before it.
    named = [int(number) for tag, number in _PLACE.findall(fault.message) if tag == fields[0].upper()]
    number = named[0] if named else _ELEMENTS.get(fault.code, 0)
    return mark_element(fields, marks.as_text(), number)


def isa_fields(judged: JudgedInterchange) -> list[str]:
    """Return the ISA as it was sent, padded; as it stood where it was not."""
    start = judged.start
    short = any(oddity.startswith("length:") for oddity in start.oddities)
    if short:
        return as_sent(["ISA", *start.elements], start.oddities)
    padded = (value.ljust(size) for value, size in zip(start.elements, ISA_LENGTHS, strict=True))
    return as_sent(["ISA", *padded], start.oddities)


def envelope_example(fault: Fault, judged: JudgedInterchange | None = None) -> str:
    """Return the segment of the envelope as it would be right, in the sender's delimiters where these can be kept."""
    marks = _marks(judged)
    if judged is None:
        return written(_isa([*_PLAIN, ""], marks), marks)
    group = _group_of(fault, judged)
    tag = _TRAILERS.get(fault.code) or _tag(fault)
    if tag == "IEA":
        number = whole_number(judged.start.control_number) or 1
        return written(["IEA", str(len(judged.groups)), f"{number % 10**9:09d}"], marks)
    if tag == "GE" and group is not None:
        counted = str(len(group.judgments)) if group.judgments else "1"
        return written(["GE", counted, _group_number(group)], marks)
    if tag in ("GS", "GE"):
        return written(_gs(group, again=fault.code is _F.GROUP_REPEATED), marks)
    elements = list(judged.start.elements)
    if fault.code is _F.INTERCHANGE_REPEATED:
        elements[12] = f"{((whole_number(elements[12]) or 0) + 1) % 10**9:09d}"
    if fault.code is _F.RECEIVER_UNKNOWN:
        elements[7] = "YOUR PARTNER ID"
    return written(_isa(elements, marks), marks)


def _group_of(fault: Fault, judged: JudgedInterchange) -> JudgedGroup | None:
    """Return the last group that begins before a fault of an envelope, or at it."""
    begun = [group for group in judged.groups if group.start.offset <= fault.offset]
    return begun[-1] if begun else None


def _tag(fault: Fault) -> str:
    """Return the identifier of the segment in which a fault is put right."""
    found = _PLACE.search(fault.message)
    if found is not None:
        return found[1]
    if fault.code in (_F.ENVELOPE_LINE_BREAK, _F.ENVELOPE_LOWER_CASE):
        return next((tag for tag in ("GS", "GE", "IEA", "ISA") if tag in fault.message), "ISA")
    return "GS" if fault.code.level is Level.GROUP or fault.code is _F.STRUCTURE else "ISA"


def _marks(judged: JudgedInterchange | None) -> Delimiters:
    """Return the delimiters of an interchange, or where they are at fault the usual ones."""
    if judged is None:
        return Delimiters()
    marks = judged.start.delimiters.as_text()
    used = marks.all()
    odd = len(set(used)) < len(used) or any(len(mark) != 1 or mark.isalnum() or mark == " " for mark in used)
    missing = not marks.component or not judged.start.elements[15]
    return Delimiters(repetition="^" if judged.start.version >= REPETITION_SINCE else "") if odd or missing else marks


def _isa(elements: Sequence[str], marks: Delimiters) -> list[str]:
    """Return an ISA in which each element that can't stand there is replaced by one that can."""
    made = [value[:size] for value, size in zip(elements, ISA_LENGTHS, strict=True)]
    for number, listed in ((1, "I01"), (3, "I03"), (5, "I05"), (7, "I05")):
        if made[number - 1] not in codes(listed, "005010"):
            made[number - 1] = _PLAIN[number - 1]
    right = {
        6: bool(made[5].strip()),
        8: bool(made[7].strip()),
        9: len(made[8]) == 6 and is_date(made[8]),
        10: len(made[9]) == 4 and is_time(made[9]),
        12: len(made[11]) == 5 and made[11].isascii() and made[11].isalnum(),
        13: len(made[12]) == 9 and whole_number(made[12]) is not None,
        14: made[13] in ("0", "1"),
        15: made[14] in ("P", "T", "I"),
    }
    for number, fits in right.items():
        if not fits:
            made[number - 1] = _PLAIN[number - 1]
    made[10] = "U" if made[11] < REPETITION_SINCE else marks.repetition or "U"
    made[15] = marks.component
    return ["ISA", *(value.ljust(size) for value, size in zip(made, ISA_LENGTHS, strict=True))]


def _gs(group: JudgedGroup | None, *, again: bool) -> list[str]:
    """Return a GS in which each element that can't stand there is replaced by one that can."""
    elements = [group.start.element(number) if group else "" for number in range(1, 9)]
    version = elements[7] or "004010"
    day = elements[3] if is_date(elements[3]) else "20261121"
    day = day[-6:] if has_short_dates(version) else f"20{day}"[-8:]
    number = _group_number(group) if group else "1"
    return [
        "GS",
        elements[0] if elements[0] in group_kinds() else "PO",
        elements[1] or "SENDER",
        elements[2] or "RECEIVER",
        day,
        elements[4] if is_time(elements[4]) else "0800",
        str((int(number) + 1) % 10**9) if again else number,
        elements[6] if elements[6] in ("X", "T") else "X",
        version,
    ]


def _group_number(group: JudgedGroup) -> str:
    number = group.start.control_number
    return number if whole_number(number) is not None and len(number) <= 9 else "1"
