"""Checks what an ISA and a GS say of themselves. Serves X12.5; the faults are those of TA105."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.x12.capitals import lowered
from gateway.x12.elements import is_date, is_time
from gateway.x12.faults import FaultCode
from gateway.x12.model import GroupStart, InterchangeStart, whole_number
from gateway.x12.standards import codes
from gateway.x12.standards.versions import REPETITION_SINCE, has_short_dates

_ISA_FAULTS = {
    2: FaultCode.AUTHORIZATION,
    4: FaultCode.SECURITY,
    6: FaultCode.SENDER_ID,
    8: FaultCode.RECEIVER_ID,
}
_ISA_LENGTHS = {2: 10, 4: 10, 6: 15, 8: 15}
_QUALIFIERS = (
    (1, FaultCode.AUTHORIZATION_QUALIFIER, "I01", "send 00 and ten blanks in ISA02"),
    (3, FaultCode.SECURITY_QUALIFIER, "I03", "send 00 and ten blanks in ISA04"),
    (5, FaultCode.SENDER_QUALIFIER, "I05", "send one such as 01, 12, 14 or ZZ"),
    (7, FaultCode.RECEIVER_QUALIFIER, "I05", "send one such as 01, 12, 14 or ZZ"),
)
_DELIMITERS = {
    "element": ("element separator", FaultCode.ELEMENT_SEPARATOR),
    "component": ("component separator (ISA16)", FaultCode.COMPONENT_SEPARATOR),
    "segment": ("segment terminator", FaultCode.TERMINATOR),
    "repetition": ("repetition separator (ISA11)", FaultCode.REPETITION_SEPARATOR),
}
_ODD_DELIMITERS = {"equal": "serves as another delimiter too", "letter": "is a letter, digit or blank"}


def interchange_faults(start: InterchangeStart) -> Iterator[tuple[FaultCode, str, str]]:
    """Check what one ISA says of itself: yield code, message and advice."""
    values = start.elements
    yield from _length_faults(start)
    wrapped = any(oddity.startswith("break:") for oddity in start.oddities)
    yield from written_faults("ISA", (*start.oddities, "break") if wrapped else start.oddities)
    for number, code, numbered, fix in _QUALIFIERS:
        if values[number - 1] not in codes(numbered, "005010"):
            yield code, f"ISA{number:02d} {values[number - 1]!r} is no qualifier", fix
    for number, code in ((6, FaultCode.SENDER_ID), (8, FaultCode.RECEIVER_ID)):
        if not values[number - 1]:
            yield code, f"ISA{number:02d} is empty", "send the id that was agreed"
    if len(values[8]) != 6 or not is_date(values[8]):
        yield FaultCode.INTERCHANGE_DATE, f"ISA09 {values[8]!r} is no date", "send YYMMDD"
    if len(values[9]) != 4 or not is_time(values[9]):
        yield FaultCode.INTERCHANGE_TIME, f"ISA10 {values[9]!r} is no time", "send HHMM"
    if len(values[11]) != 5 or not (values[11].isascii() and values[11].isalnum()):
        yield FaultCode.CONTROL_VERSION, f"ISA12 {values[11]!r} is no version", "send five digits such as 00401"
    elif values[11] < REPETITION_SINCE and values[10] != "U":
        yield FaultCode.STANDARD, f"ISA11 {values[10]!r} is not U", "send U, which is X12, before version 00402"
    if len(values[12]) != 9 or whole_number(values[12]) is None:
        yield FaultCode.INTERCHANGE_NUMBER, f"ISA13 {values[12]!r} is no control number", "send nine digits"
    if values[13] not in ("0", "1"):
        yield FaultCode.ACKNOWLEDGMENT_REQUEST, f"ISA14 {values[13]!r} is neither 0 nor 1", "send 0 or 1"
    if values[14] not in ("P", "T", "I"):
        yield FaultCode.USAGE, f"ISA15 {values[14]!r} is no usage indicator", "send P or T"
    yield from _delimiter_faults(start)


def _delimiter_faults(start: InterchangeStart) -> Iterator[tuple[FaultCode, str, str]]:
    """Report delimiters that are missing, stand for one another, or could be part of a value."""
    if not start.elements[15]:
        yield FaultCode.COMPONENT_SEPARATOR, "ISA16 is missing", "send the component separator there"
    for oddity in start.oddities:
        kind, _, which = oddity.partition(":")
        if kind in _ODD_DELIMITERS:
            name, code = _DELIMITERS[which]
            yield code, f"the {name} {_ODD_DELIMITERS[kind]}", "use different marks such as * > ~ ^"


def _length_faults(start: InterchangeStart) -> Iterator[tuple[FaultCode, str, str]]:
    """Report lengths of the padded elements: one fault for all that are short, one for each that is too long."""
    odd = [int(oddity[7:]) for oddity in start.oddities if oddity.startswith("length:")]
    short = []
    for number in odd:
        limit = _ISA_LENGTHS.get(number, 0)
        if len(start.elements[number - 1]) > limit > 0:
            yield _ISA_FAULTS[number], f"ISA{number:02d} is longer than {limit}", f"send {limit} characters, padded"
        elif limit and (start.elements[number - 1] or number in (2, 4)):  # An empty id is a fault of its own.
            short.append(f"ISA{number:02d}")
    if short:
        listed = ", ".join(short)
        yield (
            FaultCode.UNPADDED,
            f"{listed} are not padded to their fixed length",
            "pad ISA02, 04 to 10 and 06, 08 to 15",
        )


def written_faults(tag: str, oddities: tuple[str, ...]) -> Iterator[tuple[FaultCode, str, str]]:
    """Report how a segment of the envelope is written."""
    if "break" in oddities:
        fix = "break lines behind a segment terminator only"
        yield FaultCode.ENVELOPE_LINE_BREAK, f"a line breaks within the {tag} segment", fix
    if small := lowered(tag, oddities):
        *others, last = [place for place, _value in small]
        places = f"{', '.join(others)} and {last} are" if others else f"{last} is"
        right = ", ".join(value.upper() for _place, value in small)
        yield FaultCode.ENVELOPE_LOWER_CASE, f"{places} written in lower case", f"send {right}"


def stray_fault(text: str, mark: str) -> tuple[FaultCode, str, str]:
    """Tell what a segment is that stands outside of every transaction set."""
    if text.split(mark)[0].upper() == "ISX":
        # From 00704 on. What it declares (a release character, an encoding, other code lists) changes how all the rest reads.
        message = f"the syntax is extended by {text!r}, so what follows can't be read for sure"
        return FaultCode.SYNTAX_EXTENSION, message, "agree on an interchange without ISX and send it so"
    message = f"a segment stands outside of every transaction set: {text!r}"
    return FaultCode.STRUCTURE, message, "send it inside ST and SE"


def group_faults(start: GroupStart) -> Iterator[tuple[FaultCode, str, str]]:
    """Check what one GS says of itself; X12 has TA105 024 for it."""
    yield from written_faults("GS", start.oddities)
    date, time = start.element(4), start.element(5)
    digits, shape = (6, "YYMMDD") if has_short_dates(start.version) else (8, "CCYYMMDD")
    if not is_date(date):
        yield FaultCode.GROUP_DATE, f"GS04 {date!r} is no date", f"send {shape}"
    elif len(date) != digits:
        yield FaultCode.GROUP_DATE_LENGTH, f"GS04 {date!r} is not {shape}", f"send {digits} digits in {start.version}"
    if not is_time(time):
        yield FaultCode.CONTENT, f"GS05 {time!r} is no time", "send HHMM or HHMMSS"
    if start.element(7) not in ("X", "T"):
        yield FaultCode.CONTENT, f"GS07 {start.element(7)!r} is neither X nor T", "send X"
    for number in (1, 2, 3):
        if not start.element(number):
            yield FaultCode.CONTENT, f"GS{number:02d} is empty", "send what was agreed"
