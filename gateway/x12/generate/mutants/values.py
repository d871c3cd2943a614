"""Breaks one value: too long, too short, no code, no date, no time, no number. Serves X12.6 section 3.5; AK403 4 to 9."""

from __future__ import annotations

from gateway.x12.faults import FaultCode
from gateway.x12.generate.chance import Chance
from gateway.x12.generate.mutants.places import Place, replaced, values
from gateway.x12.generate.mutants.subject import Breaker, Change, Expected, Subject
from gateway.x12.periods import FORMATS, PERIOD, judge_period
from gateway.x12.pieces import BINARY_LENGTH_AT
from gateway.x12.standards.definition import Element

_DATES = ("20260229", "20261301", "20261131", "20260100", "19000229", "2026113A", "2026", "")
_TIMES = ("2400", "1260", "0860", "120060", "12", "12:30", "99999999", "12000")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_CONTROLS = "\x00\x07\t\x0b\x7f"  # A line break has a fault of its own.
_NUMBERS = ("1A", "A", "1,5", "--1", "1-", "+1", "1 0", "$5")


def _is_number(kind: Element) -> bool:
    return kind.type == "R" or kind.type[0] == "N"


def _counts_characters(kind: Element) -> bool:
    """Tell whether length is what is wrong with a value of a wrong length; codes, dates and times have faults of their own."""
    return kind.type == "AN" or (kind.type == "ID" and not kind.codes) or _is_number(kind)


def value_too_long(subject: Subject, chance: Chance) -> Change | None:
    """Put in a value that is longer than the element allows."""
    for place in values(subject, chance):
        if _counts_characters(place.kind) and place.kind.maximum < 1000:
            value = ("7" if _is_number(place.kind) else "X") * (place.kind.maximum + chance.randint(1, 3))
            return replaced(subject, place, value, FaultCode.TOO_LONG)
    return None


def value_too_short(subject: Subject, chance: Chance) -> Change | None:
    """Put in a value that is shorter than the element allows."""
    for place in values(subject, chance):
        if _counts_characters(place.kind) and place.kind.minimum > 1:
            size = chance.randint(1, place.kind.minimum - 1)
            value = ("7" if _is_number(place.kind) else "X") * size
            return replaced(subject, place, value, FaultCode.TOO_SHORT)
    return None


def code_unknown(subject: Subject, chance: Chance) -> Change | None:
    """Put in a code that is not in the list."""
    for place in values(subject, chance):
        if place.kind.type == "ID" and place.kind.codes:
            for _ in range(50):
                size = chance.randint(place.kind.minimum, place.kind.maximum)
                code = "".join(chance.choices(_LETTERS, k=size))
                if code not in place.kind.codes:
                    return replaced(subject, place, code, FaultCode.CODE_UNKNOWN)
    return None


def date_wrong(subject: Subject, chance: Chance) -> Change | None:
    """Put in a day that is in no calendar."""
    for place in values(subject, chance):
        if place.kind.type == "DT":
            value = chance.choice(_DATES) or place.value + "0"
            return replaced(subject, place, value[-place.kind.maximum :] if value in _DATES else value, FaultCode.DATE)
    return None


def period_wrong(subject: Subject, chance: Chance) -> Change | None:
    """Put in a date or time that is not in the format which the element before it names."""
    for place in values(subject, chance):
        code = subject.rows[place.row][place.number - 1]
        if place.kind.number == PERIOD and code in FORMATS:
            value = chance.choice(["20260230-20260231", "0000", "99999999", "9", "FEB", "2560", f"{place.value}0"])
            fault = judge_period(code, value)
            if fault is not None:
                return replaced(subject, place, value, fault)
    return None


def time_wrong(subject: Subject, chance: Chance) -> Change | None:
    """Put in an hour that is on no clock."""
    for place in values(subject, chance):
        if place.kind.type == "TM":
            return replaced(subject, place, chance.choice(_TIMES), FaultCode.TIME)
    return None


def number_wrong(subject: Subject, chance: Chance) -> Change | None:
    """Put letters into a number, or a point into one that has none."""
    for place in values(subject, chance):
        if _is_number(place.kind):
            value = chance.choice([*_NUMBERS, "1.5" if place.kind.type != "R" else "1.5.1"])
            if not any(mark in value for mark in subject.marks.all()):
                return replaced(subject, place, value, FaultCode.CHARACTER)
    return None


def character_wrong(subject: Subject, chance: Chance) -> Change | None:
    """Put a control character into text, or nothing but blanks."""
    for place in values(subject, chance):
        if place.kind.type != "AN" or _ends_the_segment(subject, place):
            continue
        mark = chance.choice(_CONTROLS)
        if mark in subject.marks.all():
            continue
        at = chance.randint(0, len(place.value) - 1)
        value = place.value[:at] + mark + place.value[at + 1 :]
        blank = chance.random() < 0.3
        return replaced(subject, place, " " * place.kind.minimum if blank else value, FaultCode.CHARACTER)
    return None


def _ends_the_segment(subject: Subject, place: Place) -> bool:
    """Tell whether a value stands last, where blanks and line breaks may be taken for the end of a line."""
    return subject.marks.segment in "\r\n" and place.number == len(subject.rows[place.row]) - 1


def binary_length_wrong(subject: Subject, chance: Chance) -> Change | None:
    """Announce one byte of binary data more or less than there are."""
    for index, row in enumerate(subject.rows):
        at = BINARY_LENGTH_AT.get(row[0])
        if at is None or subject.marks.segment in row[at + 1] or not row[at + 1].strip():
            continue
        more = chance.random() < 0.5 or len(row[at + 1]) == 1
        changed = [*row[:at], str(len(row[at + 1]) + (1 if more else -1)), *row[at + 1 :]]
        code = FaultCode.TOO_SHORT if more else FaultCode.TOO_LONG
        return subject.with_row(index, changed, Expected(code, row[0], index + 1, at + 1))
    return None


RULES: dict[str, Breaker] = {
    "value-too-long": value_too_long,
    "value-too-short": value_too_short,
    "code-unknown": code_unknown,
    "date-wrong": date_wrong,
    "time-wrong": time_wrong,
    "period-wrong": period_wrong,
    "number-wrong": number_wrong,
    "character-wrong": character_wrong,
    "binary-length-wrong": binary_length_wrong,
}
