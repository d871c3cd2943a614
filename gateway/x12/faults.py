"""What can be wrong with X12 data, as data. Each member of `FaultCode` names the code that the wire has for it.

A fault is never an exception: a document has as many as it has. Codes are those of TA105, AK905, AK502, AK304 and AK403
(997) and of IK304, IK403, IK502 (999), which are the same but for what a guide asks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum


class Level(Enum):
    """To what a fault belongs, outermost first."""

    TRANSMISSION = "transmission"
    INTERCHANGE = "interchange"
    GROUP = "group"
    SET = "set"
    SEGMENT = "segment"
    ELEMENT = "element"


_FIELD = {Level.INTERCHANGE: "TA105", Level.GROUP: "AK905", Level.SET: "AK502", Level.SEGMENT: "AK304"}


class FaultCode(Enum):
    """Each kind of fault: its name, its level, and its code on the wire (empty where the wire has none)."""

    # Bytes outside of every interchange
    JUNK = "junk-between-interchanges", Level.TRANSMISSION, ""

    # Interchange: TA105
    NUMBERS_DIFFER = "interchange-control-numbers-differ", Level.INTERCHANGE, "001"
    STANDARD = "interchange-standard-invalid", Level.INTERCHANGE, "016"
    CONTROL_VERSION = "interchange-version-invalid", Level.INTERCHANGE, "017"
    TERMINATOR = "segment-terminator-invalid", Level.INTERCHANGE, "004"
    SENDER_QUALIFIER = "sender-qualifier-invalid", Level.INTERCHANGE, "005"
    SENDER_ID = "sender-id-invalid", Level.INTERCHANGE, "006"
    RECEIVER_QUALIFIER = "receiver-qualifier-invalid", Level.INTERCHANGE, "007"
    RECEIVER_ID = "receiver-id-invalid", Level.INTERCHANGE, "008"
    RECEIVER_UNKNOWN = "receiver-unknown", Level.INTERCHANGE, "009"
    AUTHORIZATION_QUALIFIER = "authorization-qualifier-invalid", Level.INTERCHANGE, "010"
    AUTHORIZATION = "authorization-invalid", Level.INTERCHANGE, "011"
    SECURITY_QUALIFIER = "security-qualifier-invalid", Level.INTERCHANGE, "012"
    SECURITY = "security-invalid", Level.INTERCHANGE, "013"
    INTERCHANGE_DATE = "interchange-date-invalid", Level.INTERCHANGE, "014"
    INTERCHANGE_TIME = "interchange-time-invalid", Level.INTERCHANGE, "015"
    INTERCHANGE_NUMBER = "interchange-control-number-invalid", Level.INTERCHANGE, "018"
    ACKNOWLEDGMENT_REQUEST = "acknowledgment-request-invalid", Level.INTERCHANGE, "019"
    USAGE = "usage-indicator-invalid", Level.INTERCHANGE, "020"
    GROUP_COUNT = "group-count-differs", Level.INTERCHANGE, "021"
    SYNTAX_EXTENSION = "syntax-extension-not-supported", Level.INTERCHANGE, "003"
    STRUCTURE = "interchange-structure-invalid", Level.INTERCHANGE, "022"
    UNPADDED = "interchange-header-not-padded", Level.INTERCHANGE, "022"
    NUMBER_ZEROS = "interchange-control-number-zeros-differ", Level.INTERCHANGE, "001"
    TRUNCATED = "interchange-ends-too-early", Level.INTERCHANGE, "023"
    CONTENT = "interchange-content-invalid", Level.INTERCHANGE, "024"
    GROUP_DATE = "group-date-invalid", Level.INTERCHANGE, "024"
    ENVELOPE_LINE_BREAK = "line-break-in-envelope", Level.INTERCHANGE, "024"
    ENVELOPE_LOWER_CASE = "envelope-identifier-lower-case", Level.INTERCHANGE, "024"
    ENVELOPE_BLANK = "blank-segment-in-envelope", Level.INTERCHANGE, "022"
    REPETITION_SEPARATOR = "repetition-separator-invalid", Level.INTERCHANGE, "016"
    GROUP_DATE_LENGTH = "group-date-of-another-version", Level.INTERCHANGE, "024"
    INTERCHANGE_REPEATED = "interchange-control-number-repeated", Level.INTERCHANGE, "025"
    ELEMENT_SEPARATOR = "element-separator-invalid", Level.INTERCHANGE, "026"
    COMPONENT_SEPARATOR = "component-separator-invalid", Level.INTERCHANGE, "027"

    # Group: AK905
    GROUP_UNSUPPORTED = "group-type-not-supported", Level.GROUP, "1"
    GROUP_VERSION = "group-version-not-supported", Level.GROUP, "2"
    GROUP_UNCLOSED = "group-trailer-missing", Level.GROUP, "3"
    GROUP_NUMBERS_DIFFER = "group-control-numbers-differ", Level.GROUP, "4"
    SET_COUNT = "set-count-differs", Level.GROUP, "5"
    GROUP_NUMBER = "group-control-number-invalid", Level.GROUP, "6"
    GROUP_NUMBER_ZEROS = "group-control-number-zeros-differ", Level.GROUP, "4"
    GROUP_REPEATED = "group-control-number-repeated", Level.GROUP, "19"

    # Set: AK502, IK502
    SET_UNSUPPORTED = "set-not-supported", Level.SET, "1"
    SET_UNCLOSED = "set-trailer-missing", Level.SET, "2"
    SET_NUMBERS_DIFFER = "set-control-numbers-differ", Level.SET, "3"
    SEGMENT_COUNT = "segment-count-differs", Level.SET, "4"
    SET_ID = "set-identifier-invalid", Level.SET, "6"
    SET_NUMBER = "set-control-number-invalid", Level.SET, "7"
    SET_NOT_IN_GROUP = "set-does-not-belong-to-group", Level.SET, "18"
    SET_NUMBER_ZEROS = "set-control-number-zeros-differ", Level.SET, "3"
    SET_REPEATED = "set-control-number-repeated", Level.SET, "23"

    # Segment: AK304, IK304
    SEGMENT_UNKNOWN = "segment-unknown", Level.SEGMENT, "1"
    SEGMENT_UNEXPECTED = "segment-unexpected", Level.SEGMENT, "2"
    SEGMENT_MISSING = "mandatory-segment-missing", Level.SEGMENT, "3"
    LOOP_OVER_MAXIMUM = "loop-over-maximum", Level.SEGMENT, "4"
    SEGMENT_OVER_MAXIMUM = "segment-over-maximum", Level.SEGMENT, "5"
    SEGMENT_NOT_IN_SET = "segment-not-in-set", Level.SEGMENT, "6"
    SEGMENT_OUT_OF_ORDER = "segment-out-of-order", Level.SEGMENT, "7"
    SEGMENT_BLANK = "segment-blank", Level.SEGMENT, "1"
    SEGMENT_LOWER_CASE = "segment-identifier-lower-case", Level.SEGMENT, "1"
    SEGMENT_LINE_BREAK = "line-break-in-identifier", Level.SEGMENT, "1"
    SEGMENT_NOT_ALLOWED = "segment-not-allowed-by-guide", Level.SEGMENT, "2"
    SEGMENT_REQUIRED_BY_GUIDE = "segment-required-by-guide", Level.SEGMENT, "3"
    SEGMENT_OVER_GUIDE = "segment-over-maximum-of-guide", Level.SEGMENT, "5"
    LOOP_OVER_GUIDE = "loop-over-maximum-of-guide", Level.SEGMENT, "4"

    # Element: AK403, IK403
    ELEMENT_MISSING = "mandatory-element-missing", Level.ELEMENT, "1"
    CONDITION_BROKEN = "conditional-element-missing", Level.ELEMENT, "2"
    TOO_MANY_ELEMENTS = "too-many-elements", Level.ELEMENT, "3"
    TRAILING_SEPARATOR = "trailing-separator", Level.ELEMENT, "3"
    TOO_SHORT = "value-too-short", Level.ELEMENT, "4"
    TOO_LONG = "value-too-long", Level.ELEMENT, "5"
    CHARACTER = "character-not-allowed", Level.ELEMENT, "6"
    CHARACTER_SET = "character-outside-of-set", Level.ELEMENT, "6"
    CHARACTER_NOT_BASIC = "character-outside-of-basic-set", Level.ELEMENT, "6"
    LINE_BREAK = "line-break-in-value", Level.ELEMENT, "6"
    CODE_UNKNOWN = "code-not-valid", Level.ELEMENT, "7"
    CODE_LOWER_CASE = "code-lower-case", Level.ELEMENT, "7"
    DATE = "date-invalid", Level.ELEMENT, "8"
    TIME = "time-invalid", Level.ELEMENT, "9"
    EXCLUDED = "elements-exclude-each-other", Level.ELEMENT, "10"
    TOO_MANY_REPETITIONS = "too-many-repetitions", Level.ELEMENT, "12"
    TOO_MANY_COMPONENTS = "too-many-components", Level.ELEMENT, "13"
    HL_NUMBER = "hierarchy-number-out-of-sequence", Level.ELEMENT, "7"
    HL_PARENT = "hierarchy-parent-unknown", Level.ELEMENT, "7"
    HL_CHILDREN = "hierarchy-child-flag-wrong", Level.ELEMENT, "7"
    ELEMENT_REQUIRED_BY_GUIDE = "element-required-by-guide", Level.ELEMENT, "1"
    ELEMENT_NOT_ALLOWED = "element-not-allowed-by-guide", Level.ELEMENT, "7"
    CODE_NOT_IN_GUIDE = "code-not-allowed-by-guide", Level.ELEMENT, "7"
    CONDITION_OF_GUIDE = "element-required-by-condition-of-guide", Level.ELEMENT, "2"
    EXCLUDED_BY_GUIDE = "element-excluded-by-condition-of-guide", Level.ELEMENT, "10"
    TOO_SHORT_FOR_GUIDE = "value-too-short-for-guide", Level.ELEMENT, "4"
    TOO_LONG_FOR_GUIDE = "value-too-long-for-guide", Level.ELEMENT, "5"
    PATTERN_OF_GUIDE = "value-against-pattern-of-guide", Level.ELEMENT, "7"
    REPEATED_BY_GUIDE = "value-repeated-against-guide", Level.ELEMENT, "7"
    TOTAL_OF_GUIDE = "total-of-guide-differs", Level.ELEMENT, "7"
    DATE_ORDER_OF_GUIDE = "date-earlier-than-guide-allows", Level.ELEMENT, "8"

    def __init__(self, slug: str, level: Level, wire: str) -> None:
        self.slug = slug
        self.level = level
        self.wire = wire

    @property
    def ack_code(self) -> str:
        """Field and code of the acknowledgment that reports it, such as ``AK403:7``; empty where none does."""
        if not self.wire:
            return ""
        return f"{_FIELD.get(self.level, 'AK403')}:{self.wire}"


# How much of what a partner sent a fault repeats. One bad element may be a megabyte long, and a set may have a thousand.
_MOST = {"message": 500, "value": 200, "control_number": 40, "set_id": 10, "segment": 10}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where.

    ``position`` counts segments from ST = 1, ``element``, ``component`` and ``repetition`` count from 1; 0 means: not that
    deep. ``offset`` is in bytes from the start of the data. ``tolerated`` turns the fault into a note that rejects nothing.
    ``rule`` says what asked for it where that is not the standard: ``guide acme/856 line 41``.
    """

    code: FaultCode
    message: str
    set_id: str = ""
    control_number: str = ""
    segment: str = ""
    position: int = 0
    loop: str = ""
    occurrence: int = 0
    element: int = 0
    component: int = 0
    repetition: int = 0
    element_number: str = ""
    value: str = ""
    offset: int = 0
    rule: str = ""
    fix: str = ""
    tolerated: bool = False

    def __post_init__(self) -> None:
        for name, most in _MOST.items():
            text: str = getattr(self, name)
            if len(text) > most:
                object.__setattr__(self, name, text[:most])

    @property
    def where(self) -> str:
        """The place as people read it: ``856 ST02=0007 seg 19 HL>LIN[1]/03``."""
        words = [self.set_id] if self.set_id else []
        if self.control_number:
            field = {Level.INTERCHANGE: "ISA13", Level.GROUP: "GS06"}.get(self.code.level, "ST02")
            words.append(f"{field}={self.control_number}")
        if self.position:
            words.append(f"seg {self.position}")
        if self.segment:
            place = f"{self.loop}>{self.segment}" if self.loop and self.loop != self.segment else self.segment
            place += f"[{self.occurrence}]" if self.occurrence else ""
            place += f"/{self.element:02d}" if self.element else ""
            place += f"-{self.component}" if self.component else ""
            words.append(place)
        return " ".join(words) or self.code.level.value

    def as_note(self) -> Fault:
        """The same as a note: seen and said, but tolerated by the agreement."""
        return replace(self, tolerated=True)

    def as_dict(self) -> dict[str, object]:
        """The shape that ``gateway check --json`` and the API print."""
        return {
            "where": self.where,
            "segment": self.segment,
            "position": self.position,
            "element": self.element,
            "component": self.component,
            "repetition": self.repetition,
            "code": self.code.slug,
            "ack_code": self.code.ack_code,
            "value": self.value,
            "message": self.message,
            "fix": self.fix,
            "rule": self.rule,
            "offset": self.offset,
            "tolerated": self.tolerated,
        }
