"""Checks what an ISA and a GS say of themselves. Serves X12.5; the faults are those of TA105."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.x12.elements import is_date, is_time
from gateway.x12.faults import FaultCode
from gateway.x12.model import GroupStart, InterchangeStart
from gateway.x12.standards import codes

_ISA_FAULTS = {
    2: FaultCode.AUTHORIZATION,
    4: FaultCode.SECURITY,
    6: FaultCode.SENDER_ID,
    8: FaultCode.RECEIVER_ID,
}
_ISA_LENGTHS = {2: 10, 4: 10, 6: 15, 8: 15}


def interchange_faults(start: InterchangeStart) -> Iterator[tuple[FaultCode, str, str]]:
    """Check what one ISA says of itself: yield code, message and advice."""
    values = start.elements
    yield from _length_faults(start)
    for number, code in ((5, FaultCode.SENDER_QUALIFIER), (7, FaultCode.RECEIVER_QUALIFIER)):
        if values[number - 1] not in codes("I05", "005010"):
            yield code, f"ISA{number:02d} {values[number - 1]!r} is no qualifier", "send one such as 01, 12, 14 or ZZ"
    for number, code in ((6, FaultCode.SENDER_ID), (8, FaultCode.RECEIVER_ID)):
        if not values[number - 1]:
            yield code, f"ISA{number:02d} is empty", "send the id that was agreed"
    if len(values[8]) != 6 or not is_date(values[8]):
        yield FaultCode.INTERCHANGE_DATE, f"ISA09 {values[8]!r} is no date", "send YYMMDD"
    if len(values[9]) != 4 or not is_time(values[9]):
        yield FaultCode.INTERCHANGE_TIME, f"ISA10 {values[9]!r} is no time", "send HHMM"
    if len(values[12]) != 9 or not values[12].isdigit():
        yield FaultCode.INTERCHANGE_NUMBER, f"ISA13 {values[12]!r} is no control number", "send nine digits"
    if values[13] not in ("0", "1"):
        yield FaultCode.ACKNOWLEDGMENT_REQUEST, f"ISA14 {values[13]!r} is neither 0 nor 1", "send 0 or 1"
    if values[14] not in ("P", "T", "I"):
        yield FaultCode.USAGE, f"ISA15 {values[14]!r} is no usage indicator", "send P or T"
    for oddity in start.oddities:
        if oddity == "equal":
            yield FaultCode.COMPONENT_SEPARATOR, "two delimiters are the same", "use four different delimiters"
        elif oddity == "letter":
            yield FaultCode.COMPONENT_SEPARATOR, "a delimiter is a letter, digit or blank", "use marks such as * > ~ ^"


def _length_faults(start: InterchangeStart) -> Iterator[tuple[FaultCode, str, str]]:
    """Report lengths of the padded elements: one fault for all that are short, one for each that is too long."""
    odd = [int(oddity[7:]) for oddity in start.oddities if oddity.startswith("length:")]
    short = []
    for number in odd:
        limit = _ISA_LENGTHS.get(number, 0)
        if len(start.elements[number - 1]) > limit > 0:
            yield _ISA_FAULTS[number], f"ISA{number:02d} is longer than {limit}", f"send {limit} characters, padded"
        elif limit:
            short.append(f"ISA{number:02d}")
    if short:
        listed = ", ".join(short)
        yield (
            FaultCode.UNPADDED,
            f"{listed} are not padded to their fixed length",
            "pad ISA02, 04 to 10 and 06, 08 to 15",
        )


def group_faults(start: GroupStart) -> Iterator[tuple[FaultCode, str, str]]:
    """Check what one GS says of itself; X12 has TA105 024 for it."""
    date, time = start.element(4), start.element(5)
    short = len(date) == 6 and start.version[:6] >= "004010"
    if not is_date(date) or short:
        yield FaultCode.GROUP_DATE, f"GS04 {date!r} is not CCYYMMDD", "send the date with its century"
    if not is_time(time):
        yield FaultCode.CONTENT, f"GS05 {time!r} is no time", "send HHMM or HHMMSS"
    if start.element(7) not in ("X", "T"):
        yield FaultCode.CONTENT, f"GS07 {start.element(7)!r} is neither X nor T", "send X"
    for number in (1, 2, 3):
        if not start.element(number):
            yield FaultCode.CONTENT, f"GS{number:02d} is empty", "send what was agreed"
