"""Says what was expected where a fault stands, and which rule of the standard asks for it. The words are a table.

Serves X12.5 (interchange), X12.6 (groups, sets, segments, elements) and the definitions. What a guide asks for is said in the
words of its own rule.
"""

from __future__ import annotations

from functools import lru_cache

from gateway.x12.explain import expected
from gateway.x12.faults import Fault, FaultCode, Level
from gateway.x12.periods import PERIOD
from gateway.x12.standards.definition import Composite, Element, Position, SetDefinition, Use

_CODES_SHOWN = 12
_F = FaultCode
_DIFFERENT = "delimiters that differ from each other and are neither letter, digit nor blank"

# What should stand there. The braces are filled from the place.
_EXPECTED: dict[FaultCode, str] = {
    _F.JUNK: "nothing but interchanges, each from its ISA to its IEA",
    _F.NUMBERS_DIFFER: "in IEA02 the number of ISA13",
    _F.STANDARD: "U, for X12, in ISA11 before version 00402",
    _F.CONTROL_VERSION: "a version of five digits in ISA12, such as 00401",
    _F.TERMINATOR: _DIFFERENT,
    _F.SENDER_QUALIFIER: "a qualifier of ids in ISA05, such as 01, 12, 14 or ZZ",
    _F.SENDER_ID: "the sender's id of 1 to 15 characters in ISA06, padded with blanks",
    _F.RECEIVER_QUALIFIER: "a qualifier of ids in ISA07, such as 01, 12, 14 or ZZ",
    _F.RECEIVER_ID: "the receiver's id of 1 to 15 characters in ISA08, padded with blanks",
    _F.RECEIVER_UNKNOWN: "in ISA07 and ISA08 an id that the receiver has",
    _F.AUTHORIZATION_QUALIFIER: "a qualifier in ISA01, 00 where there is no authorization",
    _F.AUTHORIZATION: "10 characters in ISA02, blanks where there is no authorization",
    _F.SECURITY_QUALIFIER: "a qualifier in ISA03, 00 where there is no password",
    _F.SECURITY: "10 characters in ISA04, blanks where there is no password",
    _F.INTERCHANGE_DATE: "a real date as YYMMDD in ISA09",
    _F.INTERCHANGE_TIME: "a time as HHMM in ISA10",
    _F.INTERCHANGE_NUMBER: "a control number of nine digits in ISA13",
    _F.ACKNOWLEDGMENT_REQUEST: "1 in ISA14 where a TA1 is wanted, else 0",
    _F.USAGE: "P for production or T for test in ISA15",
    _F.GROUP_COUNT: "in IEA01 the number of groups from ISA to IEA",
    _F.SYNTAX_EXTENSION: "no ISX between ISA and the first group",
    _F.STRUCTURE: "groups from GS to GE, and sets from ST to SE within them",
    _F.UNPADDED: "each element of ISA in its fixed length, padded with blanks or zeros",
    _F.NUMBER_ZEROS: "in IEA02 the number of ISA13, leading zeros included",
    _F.TRUNCATED: "an IEA at the end of the interchange",
    _F.CONTENT: "in each element of GS a value of its kind",
    _F.GROUP_DATE: "a real date in GS04",
    _F.ENVELOPE_LINE_BREAK: "line breaks behind a segment terminator only",
    _F.ENVELOPE_LOWER_CASE: "identifiers and codes in capitals",
    _F.ENVELOPE_BLANK: "a segment between two terminators",
    _F.REPETITION_SEPARATOR: _DIFFERENT,
    _F.GROUP_DATE_LENGTH: "in GS04 CCYYMMDD from version 004010 on, YYMMDD before",
    _F.INTERCHANGE_REPEATED: "a control number of its own in ISA13 for each interchange",
    _F.ELEMENT_SEPARATOR: _DIFFERENT,
    _F.COMPONENT_SEPARATOR: _DIFFERENT,
    _F.GROUP_UNSUPPORTED: "a kind of group in GS01, such as PO, PR, SH or IN",
    _F.GROUP_VERSION: "the version in GS08, such as 004010",
    _F.GROUP_UNCLOSED: "a GE at the end of the group",
    _F.GROUP_NUMBERS_DIFFER: "in GE02 the number of GS06",
    _F.SET_COUNT: "in GE01 the number of sets from GS to GE",
    _F.GROUP_NUMBER: "a control number of 1 to 9 digits in GS06",
    _F.GROUP_NUMBER_ZEROS: "in GE02 the number of GS06, leading zeros included",
    _F.GROUP_REPEATED: "a control number of its own in GS06 for each group",
    _F.SET_UNSUPPORTED: "a set that both sides agreed on in ST01",
    _F.SET_UNCLOSED: "an SE at the end of the set",
    _F.SET_NUMBERS_DIFFER: "in SE02 the number of ST02",
    _F.SEGMENT_COUNT: "in SE01 the number of segments from ST to SE, both included",
    _F.SET_ID: "three digits in ST01, such as 850",
    _F.SET_NUMBER: "a control number of 4 to 9 digits in ST02",
    _F.SET_NOT_IN_GROUP: "a group {group} (GS01) around set {set}",
    _F.SET_NUMBER_ZEROS: "in SE02 the number of ST02, leading zeros included",
    _F.SET_REPEATED: "a control number of its own in ST02 for each set",
    _F.SEGMENT_UNKNOWN: "one of the segments of X12",
    _F.SEGMENT_UNEXPECTED: "{segment} only where the order of the set has it",
    _F.SEGMENT_MISSING: "{segment} at least once{within}",
    _F.LOOP_OVER_MAXIMUM: "the loop {loop}{most}",
    _F.SEGMENT_OVER_MAXIMUM: "{segment}{most}{within}",
    _F.SEGMENT_NOT_IN_SET: "one of the segments of set {set}",
    _F.SEGMENT_OUT_OF_ORDER: "segments in the order of set {set}",
    _F.SEGMENT_BLANK: "a segment between two terminators",
    _F.SEGMENT_LOWER_CASE: "the identifier of a segment in capitals",
    _F.SEGMENT_LINE_BREAK: "line breaks behind a segment terminator only",
    _F.SEGMENT_NOT_ALLOWED: "no {segment} here",
    _F.SEGMENT_REQUIRED_BY_GUIDE: "{segment} at least once{within}",
    _F.SEGMENT_OVER_GUIDE: "{segment} no more often than the guide allows",
    _F.LOOP_OVER_GUIDE: "the loop {loop} no more often than the guide allows",
    _F.ELEMENT_MISSING: "{kind} in {place}",
    _F.CONDITION_BROKEN: "{kind} in {place}",
    _F.TOO_MANY_ELEMENTS: "at most {last} elements in {segment}",
    _F.TRAILING_SEPARATOR: "the terminator right behind the last value of {segment}",
    _F.TOO_SHORT: "{kind}",
    _F.TOO_LONG: "{kind}",
    _F.CHARACTER: "{kind}",
    _F.CHARACTER_SET: "characters of the extended set of X12",
    _F.CHARACTER_NOT_BASIC: "characters of the basic set of X12",
    _F.LINE_BREAK: "a value on one line",
    _F.CODE_UNKNOWN: "{codes}",
    _F.CODE_LOWER_CASE: "the code in capitals, as the list has it",
    _F.DATE: "{kind}",
    _F.TIME: "{kind}",
    _F.EXCLUDED: "only one of the elements that exclude each other",
    _F.TOO_MANY_REPETITIONS: "{place} at most {repeats}",
    _F.TOO_MANY_COMPONENTS: "at most {inner} components in {whole}",
    _F.HL_NUMBER: "in HL01 the number that follows that of the level before",
    _F.HL_PARENT: "in HL02 the HL01 of an earlier level",
    _F.HL_CHILDREN: "in HL04 1 where levels hang below this one, else 0",
    _F.ELEMENT_REQUIRED_BY_GUIDE: "{kind} in {place}",
    _F.ELEMENT_NOT_ALLOWED: "in {place} what the guide allows",
    _F.CODE_NOT_IN_GUIDE: "in {place} a code that the guide allows",
    _F.CONDITION_OF_GUIDE: "{kind} in {place}",
    _F.EXCLUDED_BY_GUIDE: "nothing in {place}",
    _F.TOO_SHORT_FOR_GUIDE: "in {place} the length that the guide asks for",
    _F.TOO_LONG_FOR_GUIDE: "in {place} the length that the guide asks for",
    _F.PATTERN_OF_GUIDE: "in {place} what looks as the guide asks for",
    _F.REPEATED_BY_GUIDE: "in {place} another value each time",
    _F.TOTAL_OF_GUIDE: "in {place} the total that the guide names",
    _F.DATE_ORDER_OF_GUIDE: "in {place} no date before the one that the guide names",
}
# Rules of the syntax, which hold whatever the segment is.
_CHARACTERS = {_F.LINE_BREAK, _F.CHARACTER_SET, _F.CHARACTER_NOT_BASIC}
_SYNTAX = frozenset({_F.SEGMENT_BLANK, _F.SEGMENT_LOWER_CASE, _F.SEGMENT_LINE_BREAK} | _CHARACTERS)
_HIERARCHY = frozenset({_F.HL_NUMBER, _F.HL_PARENT, _F.HL_CHILDREN})
_BOUNDS = {Level.TRANSMISSION: "ISA, IEA", Level.INTERCHANGE: "ISA, IEA", Level.GROUP: "GS, GE", Level.SET: "ST, SE"}


def use_of(fault: Fault, definition: SetDefinition | None) -> Use | None:
    """Return where the set has the segment of a fault: in its loop if it is there, else anywhere."""
    return None if definition is None else _use(definition, fault.segment.upper(), fault.loop)


@lru_cache(maxsize=4096)
def _use(definition: SetDefinition, name: str, loop: str) -> Use | None:
    found = [use for use in definition.root.uses() if use.name == name]
    return next((use for use in found if use.loop.path == loop), found[0] if found else None)


def position_of(use: Use | None, fault: Fault) -> Position | None:
    """Return the position of the element or component that a fault is about; None beyond the last one."""
    positions = use.segment.positions if use else ()
    found = positions[fault.element - 1] if 0 < fault.element <= len(positions) else None
    if found is not None and fault.component and isinstance(found.kind, Composite):
        inner = found.kind.components
        return inner[fault.component - 1] if fault.component <= len(inner) else found
    return found


def expected_words(fault: Fault, definition: SetDefinition | None = None) -> str:
    """Say what was expected."""
    use = use_of(fault, definition)
    position = position_of(use, fault)
    kind = position.kind if position else None
    maximum = (use.loop.maximum if fault.code is _F.LOOP_OVER_MAXIMUM else use.maximum) if use else None
    if fault.element_number == PERIOD and fault.code in (_F.DATE, _F.TIME):
        return fault.fix.removeprefix("send ")  # What is right there depends on the element before it.
    return _EXPECTED[fault.code].format(
        segment=fault.segment,
        place=_place(fault),
        whole=f"{fault.segment}{fault.element:02d}",
        loop=fault.loop,
        within=f" in the loop {fault.loop}" if fault.loop and not fault.loop.endswith(fault.segment) else "",
        most=f" at most {maximum} times" if maximum and maximum > 1 else " once",
        kind=_kind_words(kind),
        codes=_codes_words(kind, _place(fault)),
        last=len(use.segment.positions) if use else 0,
        inner=len(kind.components) if isinstance(kind, Composite) else 0,
        repeats="once" if position is None or position.repeats == 1 else f"{position.repeats} times",
        group=definition.group_id if definition else "of its kind",
        set=fault.set_id,
    )


def rule_words(fault: Fault, definition: SetDefinition | None = None) -> str:
    """Say which rule asks for it: of the guide, a syntax note, an element, a place in the set, or the syntax."""
    if fault.rule:
        return fault.rule
    level, version = fault.code.level, f"X12 {definition.version}" if definition else "X12"
    if level in _BOUNDS:
        return f"{'X12.5' if level in (Level.TRANSMISSION, Level.INTERCHANGE) else 'X12.6'}, {_BOUNDS[level]}"
    if fault.code in _SYNTAX:
        return "X12.6, syntax and character sets"
    if fault.code in _HIERARCHY:
        return f"{version}, notes on HL"
    use = use_of(fault, definition)
    if level is Level.SEGMENT:
        at = f", position {use.standard_position}" if use and use.standard_position else ""
        return f"{version}, set {fault.set_id}{at}"
    note = fault.message.partition("(syntax note ")[2].partition(")")[0]
    if note:
        return f"{version}, syntax note {note} of {fault.segment}"
    number = f", data element {fault.element_number}" if fault.element_number else ""
    return f"{version}, {_place(fault)}{number}"


def _place(fault: Fault) -> str:
    component = f"-{fault.component}" if fault.component else ""
    return f"{fault.segment}{fault.element:02d}{component}"


def _kind_words(kind: Element | Composite | None) -> str:
    return expected(kind) if isinstance(kind, Element) else "a value"


def _codes_words(kind: Element | Composite | None, place: str) -> str:
    if not isinstance(kind, Element) or not kind.codes:
        return f"a code of {place}"
    codes = _sorted(kind.codes)
    if len(codes) <= _CODES_SHOWN:
        return f"one of {', '.join(codes)}"
    return f"one of the {len(codes)} codes of {place}, such as {', '.join(codes[:_CODES_SHOWN])}"


@lru_cache(maxsize=1024)
def _sorted(codes: frozenset[str]) -> list[str]:
    return sorted(codes)
