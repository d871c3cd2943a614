"""Dates, times and periods whose format another element names: 1250 says how, 1251 is the value (DTM05/06, DTP02/03, DMG01/02).

A table of formats, and the calendar and clock behind them. A format that is not in the table, such as UN (unstructured), lets
any text stand. Serves data elements 1250 and 1251.
"""

from __future__ import annotations

import re
from calendar import isleap, monthrange
from datetime import date
from functools import cache

from gateway.x12.faults import FaultCode
from gateway.x12.standards.definition import Element, Position

FORMAT, PERIOD = "1250", "1251"  # Data elements.

# Code of 1250 -> what 1251 looks like. D days, Q the quarter; MMM a month by its name; both ends of a range by a hyphen.
FORMATS: dict[str, str] = {
    "CC": "CC",
    "CD": "MMMCCYY",
    "CM": "CCYYMM",
    "CQ": "CCYYQ",
    "CY": "CCYY",
    "D6": "YYMMDD",
    "D8": "CCYYMMDD",
    "DA": "DD-DD",
    "DB": "MMDDCCYY",
    "DD": "DD",
    "DDT": "CCYYMMDD-CCYYMMDDHHMM",
    "DT": "CCYYMMDDHHMM",
    "DTD": "CCYYMMDDHHMM-CCYYMMDD",
    "DTS": "CCYYMMDDHHMMSS-CCYYMMDDHHMMSS",
    "EH": "YDDD",
    "KA": "YYMMMDD",
    "MD": "MMDD",
    "MM": "MM",
    "RD": "MMDDCCYY-MMDDCCYY",
    "RD2": "YY-YY",
    "RD4": "CCYY-CCYY",
    "RD5": "CCYYMM-CCYYMM",
    "RD6": "YYMMDD-YYMMDD",
    "RD8": "CCYYMMDD-CCYYMMDD",
    "RDM": "YYMMDD-MMDD",
    "RDT": "CCYYMMDDHHMM-CCYYMMDDHHMM",
    "RMD": "MMDD-MMDD",
    "RMY": "YYMM-YYMM",
    "RTM": "HHMM-HHMM",
    "RTS": "CCYYMMDDHHMMSS",
    "TC": "DDD",
    "TM": "HHMM",
    "TQ": "MMYY",
    "TR": "DDMMYYHHMM",
    "TS": "HHMMSS",
    "TT": "MMDDYY",
    "TU": "YYDDD",
    "YM": "YYMM",
    "YMM": "CCYYMMM-MMM",
    "YY": "YY",
}
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
# The days of each kind of month, but for the 29th of February, of which the year decides.
_DAYS = ("(?:0[1-9]|[12][0-9]|3[01])", "(?:0[1-9]|[12][0-9]|30)", "(?:0[1-9]|1[0-9]|2[0-8])")
_NUMBERS = ("(?:0[13578]|1[02])", "(?:0[469]|11)", "02")
_NAMES = ("(?:JAN|MAR|MAY|JUL|AUG|OCT|DEC)", "(?:APR|JUN|SEP|NOV)", "FEB")
MONTH_AND_DAY = f"(?:{'|'.join(map(str.__add__, _NUMBERS, _DAYS))})"
_CLOCK = r"(?:[01][0-9]|2[0-3])[0-5][0-9]"
_PARTS = {
    "CCYY": "(?P<ccyy>(?!0000)[0-9]{4})",
    "CC": "[0-9]{2}",
    "YY": "(?P<yy>[0-9]{2})",
    "Y": "[0-9]",
    "MMM": f"(?P<mmm>{'|'.join(_MONTHS)})",
    "MM": "(?P<mm>0[1-9]|1[0-2])",
    "DDD": "(?P<ddd>[0-9]{3})",
    "DD": "(?P<dd>0[1-9]|[12][0-9]|3[01])",
    "Q": "[1-4]",
    "HHMM": _CLOCK,
    "HHMMSS": f"{_CLOCK}[0-5][0-9]",
}
_PART = re.compile("HHMMSS|HHMM|CCYY|CC|YY|Y|MMM|MM|DDD|DD|Q")
# The same for one pattern that is sure: what it lets through is right, and of the rest nobody knows.
_SURE = {
    **{part: re.sub(r"\(\?P<\w+>", "(?:", pattern) for part, pattern in _PARTS.items()},
    "MMDD": MONTH_AND_DAY,
    "DDMM": f"(?:{'|'.join(map(str.__add__, _DAYS, _NUMBERS))})",
    "MMMDD": f"(?:{'|'.join(map(str.__add__, _NAMES, _DAYS))})",
    "DDD": "(?:00[1-9]|0[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9])",
}
_SURE_PART = re.compile("HHMMSS|HHMM|CCYY|CC|YY|Y|MMMDD|MMM|MMDD|DDMM|MM|DDD|DD|Q")
_LEAP = 2000  # Where no year is said, the 29th of February may be.


def is_pair(positions: tuple[Position, ...], number: int) -> bool:
    """Tell whether element ``number`` names the format of the one behind it."""
    if number >= len(positions):
        return False
    first, second = positions[number - 1].kind, positions[number].kind
    return (
        isinstance(first, Element) and isinstance(second, Element) and (first.number, second.number) == (FORMAT, PERIOD)
    )


def judge_period(code: str, value: str) -> FaultCode | None:
    """Judge a value of 1251 by the format ``code``: no date, no time, or None where nothing is wrong or nothing is known."""
    shape = FORMATS.get(code)
    if shape is None:
        return None
    shapes, ends = shape.split("-"), value.split("-")
    if len(shapes) == len(ends):
        faults = [_judge_end(one, end) for one, end in zip(shapes, ends, strict=True)]
        return next((fault for fault in faults if fault is not None), None)
    return FaultCode.DATE if "D" in shape or "Y" in shape else FaultCode.TIME


def sure_pattern(code: str) -> str:
    """Return a pattern of values of the format ``code`` that are right without looking at the calendar."""
    return _SURE_PART.sub(lambda found: _SURE[found[0]], FORMATS[code])


def in_words(code: str) -> str:
    """Say what a value of the format ``code`` is: ``a real date as CCYYMMDD (format D8)``."""
    shape = FORMATS[code]
    dated, timed = bool(re.search("[CYDQ]|MMM", shape) or shape == "MM"), "HH" in shape
    kind = "a real date and time" if dated and timed else "a time" if timed else "a real date"
    return f"{kind} as {shape} (format {code})"


def sample(code: str) -> str:
    """Return a value of the format ``code``; of one that is not known some text."""
    return "-".join(written(shape, "20260415", "103000") for shape in FORMATS.get(code, "CCYY").split("-"))


def written(shape: str, day: str, clock: str) -> str:
    """Write a ``day`` (CCYYMMDD) and the time of a ``clock`` (HHMMSS) as one end of a period has them."""
    when = date(int(day[:4]), int(day[4:6]), int(day[6:]))
    parts = {
        "CCYY": day[:4],
        "CC": day[:2],
        "YY": day[2:4],
        "Y": day[3],
        "MMM": _MONTHS[when.month - 1],
        "MM": day[4:6],
        "DDD": f"{when.timetuple().tm_yday:03d}",
        "DD": day[6:],
        "Q": str((when.month + 2) // 3),
        "HHMM": clock[:4],
        "HHMMSS": clock,
    }
    return _PART.sub(lambda found: parts[found[0]], shape)


def _judge_end(shape: str, text: str) -> FaultCode | None:
    """Judge one end of a period, or the only one."""
    found = _pattern(shape, _CLOCK).fullmatch(text)
    if found is None:
        loosely = "HH" in shape and (shape.startswith("HH") or _pattern(shape, "").fullmatch(text))
        return FaultCode.TIME if loosely else FaultCode.DATE
    return None if _in_calendar(found.groupdict()) else FaultCode.DATE


def _in_calendar(said: dict[str, str | None]) -> bool:
    """Tell whether there is such a day."""
    year, month, day = _year(said), _month(said), said.get("dd")
    if days := said.get("ddd"):
        return 1 <= int(days) <= (366 if isleap(year) else 365)
    return not (day and month) or int(day) <= monthrange(year, month)[1]


def _year(said: dict[str, str | None]) -> int:
    full, short = said.get("ccyy"), said.get("yy")
    return int(full) if full else 2000 + int(short) if short else _LEAP


def _month(said: dict[str, str | None]) -> int:
    name, number = said.get("mmm"), said.get("mm")
    return _MONTHS.index(name) + 1 if name else int(number or 0)


@cache
def _pattern(shape: str, clock: str) -> re.Pattern[str]:
    """Return the pattern of one end; without ``clock`` any digits tell the time."""

    def part(found: re.Match[str]) -> str:
        return f"[0-9]{{{len(found[0])}}}" if found[0].startswith("HH") and not clock else _PARTS[found[0]]

    return re.compile(_PART.sub(part, shape), re.ASCII)
