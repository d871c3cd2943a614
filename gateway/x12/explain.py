"""Says in plain words what a fault is, what was expected, and how to put it right. The words are a table."""

from __future__ import annotations

from functools import cache

from gateway.x12.characters import BASIC, EXTENDED
from gateway.x12.faults import FaultCode
from gateway.x12.periods import FORMATS, in_words
from gateway.x12.standards.definition import Composite, Element, Position, Segment

_TYPE_WORDS = {
    "AN": "text",
    "ID": "a code",
    "DT": "a date",
    "TM": "a time HHMM, HHMMSS or HHMMSSDD",
    "R": "a number with an explicit decimal point",
    "B": "binary data",
    "N0": "a whole number",
}

_MOST_SHOWN = 60  # Characters of a value in a message.

# code -> (what is wrong, how to put it right); the braces are filled from the place.
_WORDS: dict[FaultCode, tuple[str, str]] = {
    FaultCode.ELEMENT_MISSING: ("{place} ({label}) is mandatory and empty", "send {expected}"),
    FaultCode.CONDITION_BROKEN: (
        "{place} ({label}) is needed here: {detail}",
        "send {expected}, or leave the others out",
    ),
    FaultCode.TOO_MANY_ELEMENTS: (
        "{segment} ends with element {last}, but there are more",
        "remove what follows element {last}",
    ),
    FaultCode.TRAILING_SEPARATOR: (
        "{segment} ends with empty elements",
        "drop the element separators behind the last value",
    ),
    FaultCode.TOO_SHORT: ("{place} ({label}) is shorter than {minimum}", "send {expected}"),
    FaultCode.TOO_LONG: ("{place} ({label}) is longer than {maximum}", "send {expected}"),
    FaultCode.CHARACTER: ("{place} ({label}) holds a character that may not stand there", "send {expected}"),
    FaultCode.CHARACTER_SET: (
        "{place} ({label}) holds {foreign}, which the extended character set of X12 does not have",
        "write it without, or agree on utf-8",
    ),
    FaultCode.CHARACTER_NOT_BASIC: (
        "{place} ({label}) holds {foreign}, which the basic character set of X12 does not have",
        "write it in capitals, digits and the signs of the basic set, or agree on characters: extended",
    ),
    FaultCode.LINE_BREAK: ("a line breaks within {place}", "break lines behind a segment terminator only"),
    FaultCode.CODE_LOWER_CASE: ("{value!r} in {place} ({label}) is written in lower case", "send {upper}"),
    FaultCode.CODE_UNKNOWN: ("{value!r} is no code for {place} ({label})", "send one of its codes{codes}"),
    FaultCode.DATE: ("{value!r} in {place} ({label}) is no date", "send {expected}"),
    FaultCode.TIME: ("{value!r} in {place} ({label}) is no time", "send {expected}"),
    FaultCode.EXCLUDED: ("{place} ({label}) may not stand beside the other: {detail}", "send only one of them"),
    FaultCode.TOO_MANY_REPETITIONS: ("{place} ({label}) repeats more often than {detail}", "send fewer repetitions"),
    FaultCode.TOO_MANY_COMPONENTS: ("{place} has more components than {last}", "remove the components beyond that"),
    FaultCode.HL_NUMBER: ("HL01 is {value!r} where {detail} is next", "number the levels 1, 2, 3 in order"),
    FaultCode.HL_PARENT: ("HL02 names level {value!r}, which has not come before", "name the HL01 of an earlier level"),
    FaultCode.HL_CHILDREN: ("HL04 is {value!r}, but the levels say {detail}", "send {detail}, or leave HL04 out"),
    FaultCode.SEGMENT_UNKNOWN: ("{segment} is no segment of X12", "remove it, or correct its identifier"),
    FaultCode.SEGMENT_NOT_IN_SET: ("{segment} ({label}) does not belong to this set", "remove it"),
    FaultCode.SEGMENT_BLANK: ("a segment is blank: two terminators follow each other", "remove one of them"),
    FaultCode.SEGMENT_LOWER_CASE: ("the identifier {segment} is written in lower case", "send {upper}"),
    FaultCode.SEGMENT_LINE_BREAK: (
        "a line breaks within the identifier {segment}",
        "break lines behind a segment terminator only",
    ),
    FaultCode.SEGMENT_UNEXPECTED: (
        "{segment} ({label}) may not stand here: its loop was not opened",
        "send {opener} before it",
    ),
    FaultCode.SEGMENT_MISSING: ("{segment} ({label}) is mandatory and missing{within}", "add it before this place"),
    FaultCode.LOOP_OVER_MAXIMUM: ("the loop {loop} comes more often than {detail}", "send at most {detail}"),
    FaultCode.SEGMENT_OVER_MAXIMUM: (
        "{segment} ({label}) comes more often than {detail}{within}",
        "send at most {detail}",
    ),
    FaultCode.SEGMENT_OUT_OF_ORDER: (
        "{segment} ({label}) stands out of order{within}",
        "move it to its place in the order of the set",
    ),
}


_CLOCKS = frozenset({FaultCode.DATE, FaultCode.TIME})


def length_words(element: Element, size: int) -> str:
    """Return a length in words: ``2 characters`` or ``1 digit``."""
    unit = "digit" if element.type[0] in "NR" else "character"
    return f"{size} {unit}" + ("" if size == 1 else "s")


def expected(element: Element) -> str:
    """Say what may stand in an element: ``text of 1 to 30 characters``."""
    if element.type == "DT":
        return "a real date as CCYYMMDD" if element.maximum == 8 else "a real date as YYMMDD"
    kind = _TYPE_WORDS.get(element.type) or f"a whole number with {element.implied_places} implied decimals"
    if element.type == "TM":
        return kind
    high = length_words(element, element.maximum)
    if element.minimum == element.maximum:
        return f"{kind} of {high}"
    return f"{kind} of {element.minimum} to {high}"


def element_words(
    code: FaultCode, segment: Segment, position: Position | None, number: int, component: int, value: str, detail: str
) -> tuple[str, str]:
    """Return message and advice for a fault on an element; ``position`` is None beyond the last defined one."""
    what, fix = _WORDS[code]
    place = f"{segment.id}{number:02d}" + (f"-{component}" if component else "")
    kind = position.kind if position else None
    element = kind if isinstance(kind, Element) else None
    facts = {
        "place": place,
        "segment": segment.id,
        "label": position.label if position else "",
        "detail": _note_words(f"{segment.id}{number:02d}-" if component else segment.id, detail, 1 if component else 2),
        "value": value if len(value) <= _MOST_SHOWN else value[:_MOST_SHOWN] + "...",
        "upper": value.upper(),
        "foreign": _foreign(value, BASIC if code is FaultCode.CHARACTER_NOT_BASIC else EXTENDED),
        "last": len(kind.components) if isinstance(kind, Composite) else len(segment.positions),
        "expected": _expected(code, element, detail),
        "codes": _some_codes(element.codes) if element else "",
        "minimum": detail or (length_words(element, element.minimum) if element else ""),
        "maximum": detail or (length_words(element, element.maximum) if element else ""),
    }
    return what.format(**facts), fix.format(**facts)


def _expected(code: FaultCode, element: Element | None, detail: str) -> str:
    if element is None:
        return "its components"
    return in_words(detail) if code in _CLOCKS and detail in FORMATS else expected(element)


def written_words(code: FaultCode, name: str, number: int) -> tuple[str, str]:
    """Return message and advice for a fault on how a segment is written."""
    what, fix = _WORDS[code]
    facts = {"place": f"{name}{number:02d}", "segment": name, "upper": name.upper()}
    return what.format(**facts), fix.format(**facts)


def segment_words(code: FaultCode, name: str, label: str, loop_path: str, opener: str, detail: str) -> tuple[str, str]:
    """Return message and advice for a fault on a segment."""
    what, fix = _WORDS[code]
    if code is FaultCode.SEGMENT_UNEXPECTED and not opener:
        what, fix = "{segment} ({label}) may not stand here", "move it to its place in the order of the set"
    facts = {
        "segment": name,
        "label": label or "unknown",
        "loop": loop_path,
        "within": f" in the loop {loop_path}" if loop_path and not loop_path.endswith(name) else "",
        "opener": opener,
        "upper": name.upper(),
        "detail": detail,
    }
    return what.format(**facts), fix.format(**facts)


def _foreign(value: str, allowed: frozenset[str]) -> str:
    """Name the first character that is beyond a set: ``'\u2122' (U+2122)``."""
    found = next((character for character in value if character not in allowed), "")
    return f"{found!r} (U+{ord(found):04X})" if found else "a character"


@cache
def _some_codes(codes: frozenset[str]) -> str:
    if not codes:
        return ""
    shown = sorted(codes)[:8]
    return f", such as {', '.join(shown)}" if len(codes) > len(shown) else f": {', '.join(shown)}"


def _note_words(segment: str, note: str, digits: int) -> str:
    """Turn a syntax note such as P0203 into words; other details stay as they are."""
    if not note or note[0] not in "PRECL" or not note[1:].isdigit() or len(note) % 2 == 0:
        return note
    places = [f"{segment}{int(note[at : at + 2]):0{digits}d}" for at in range(1, len(note), 2)]
    listed = ", ".join(places[:-1]) + " and " + places[-1]
    rest = ", ".join(places[1:])
    return {
        "P": f"{listed} come all together or not at all",
        "R": f"one at least of {listed} must come",
        "E": f"only one of {listed} may come",
        "C": f"with {places[0]} must come {rest}",
        "L": f"with {places[0]} must come one of {rest}",
    }[note[0]] + f" (syntax note {note})"
