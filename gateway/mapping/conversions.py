"""How single values change between X12 and canonical: dates, times, numbers. Every way has its twin.

`natural` says what happens when a profile names no function: the element's type and the canonical field's type decide.
Serves X12.6 section 3 (data element types).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from functools import cache
from typing import Any, TypeAlias

from gateway.x12.standards.definition import Element

Way: TypeAlias = Callable[[Any], Any]

# Sums over partners' numbers are exact or refused; 60 digits are twice what a canonical number may have.
_EXACT = Context(prec=60, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_CLOCK = re.compile(r"\d\d:\d\d(?::\d\d(?:\.\d{1,2})?)?")


def read_date(value: str) -> str:
    """CCYYMMDD or YYMMDD -> ISO date. Two-digit years 00 to 69 are 20xx."""
    if len(value) == 8:
        return f"{value[:4]}-{value[4:6]}-{value[6:]}"
    if len(value) == 6:
        return f"{'20' if value[:2] < '70' else '19'}{value[:2]}-{value[2:4]}-{value[4:]}"
    raise ValueError(f"{value!r} is neither CCYYMMDD nor YYMMDD")


def write_date(value: Any) -> str:
    """ISO date -> CCYYMMDD."""
    if type(value) is dt.date:
        return value.isoformat().replace("-", "")
    text = str(value)
    if not _ISO_DATE.fullmatch(text):
        raise ValueError(f"{text!r} is no date such as 2026-11-21")
    return text[:4] + text[5:7] + text[8:]


def write_short_date(value: Any) -> str:
    """ISO date -> YYMMDD; only years that two digits tell apart."""
    text = write_date(value)
    if not "1970" <= text[:4] <= "2069":
        raise ValueError(f"{value} does not fit into YYMMDD, which reaches from 1970 to 2069")
    return text[2:]


def read_time(value: str) -> str:
    """HHMM, HHMMSS, HHMMSSD or HHMMSSDD -> HH:MM, HH:MM:SS or HH:MM:SS.DD."""
    text = f"{value[:2]}:{value[2:4]}"
    if len(value) > 4:
        text += f":{value[4:6]}"
    return text + f".{value[6:]}" if len(value) > 6 else text


def write_time(value: Any) -> str:
    """Write a time without its marks: 10:15:30 -> 101530."""
    text = str(value)
    if not _CLOCK.fullmatch(text):
        raise ValueError(f"{text!r} is no time such as 10:15 or 10:15:30")
    return text.replace(":", "").replace(".", "")


def number(value: Any) -> Decimal:
    """Return a number; raise ValueError for what is none."""
    try:
        found = Decimal(value)
    except (InvalidOperation, TypeError):
        raise ValueError(f"{value!r} is no number") from None
    if not found.is_finite():
        raise ValueError(f"{value!r} is no number")
    return found


def write_decimal(value: Any) -> str:
    """Write a number with its point and no exponent: X12 takes neither 1E+3 nor a leading plus."""
    text = str(value)
    if text.isascii() and text.replace(".", "", 1).isdigit():
        return text
    text = f"{number(value):f}"
    return text if text != "-0" else "0"


@cache
def decimal_within(digits: int) -> Way:
    """Return a way that writes a canonical number for an element of so many digits."""

    def write(value: Decimal) -> str:
        text = str(value)
        if "E" in text or text == "-0":
            text = write_decimal(value)
        # A zero before the point is good manners, but it counts as a digit: it goes where there is no room for it.
        if len(text) > digits and sum(map(str.isdigit, text)) > digits:
            return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text
        return text

    return write


@cache
def filled(digits: int) -> Way:
    """Return a way that puts zeros before a written number of fewer digits than an element must have (X12.6, 3.5.1)."""

    def fill(text: str) -> str:
        missing = digits - sum(map(str.isdigit, text))
        if missing <= 0:
            return text
        sign = "-" if text.startswith("-") else ""
        return f"{sign}{'0' * missing}{text.removeprefix('-')}"

    return fill


def multiplied(factor: Decimal) -> Way:
    """Return a way that multiplies exactly."""

    def read(value: Any) -> Decimal:
        return _EXACT.multiply(number(value), factor)

    return read


def divided(factor: Decimal) -> Way:
    """Return the twin of `multiplied`; it raises ValueError for a quotient without end."""

    def write(value: Any) -> str:
        try:
            return write_decimal(_EXACT.divide(number(value), factor))
        except Inexact:
            raise ValueError(f"{value} can't be divided by {factor} without loss") from None

    return write


def _implied(places: int) -> tuple[Way, Way]:
    def read(value: str) -> Decimal:
        return number(value).scaleb(-places, _EXACT)

    def write(value: Any) -> str:
        scaled = number(value).scaleb(places, _EXACT)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than {places} decimals; round it where it is made")
        return write_decimal(scaled.to_integral_value())

    return read, write


IMPLIED: dict[int, tuple[Way, Way]] = {places: _implied(places) for places in range(10)}


def _implied_text(places: int) -> Way:
    return lambda value: write_decimal(number(value).scaleb(-places, _EXACT))


_IMPLIED_TEXT: dict[int, Way] = {places: _implied_text(places) for places in range(1, 10)}


def natural_reading(element: Element | None, kind: type) -> list[Way]:
    """Return how a value of this element's type becomes a canonical field of type ``kind``.

    Numbers with a point stay text here: the canonical model reads them.
    """
    of_type = element.type if element else "AN"
    if of_type == "DT" or (kind is dt.date and of_type in ("AN", "ID")):
        return [read_date]
    if of_type == "TM":
        return [read_time]
    places = element.implied_places if element else 0
    if places:
        return [_IMPLIED_TEXT[places] if kind is str else IMPLIED[places][0]]
    return []


def natural_writing(element: Element | None, kind: type) -> list[Way]:
    """Return how a canonical field of type ``kind`` becomes a value of this element's type: the twin of the above."""
    of_type = element.type if element else "AN"
    if of_type == "DT":
        return [write_short_date if element is not None and element.maximum == 6 else write_date]
    if of_type == "TM":
        return [write_time]
    if of_type[0] == "N" and (of_type != "N0" or kind is not str):
        return [IMPLIED[int(of_type[1])][1], *_to_the_least(element)]
    if of_type == "R" and kind is Decimal and element is not None:
        return [decimal_within(element.maximum), *_to_the_least(element)]
    return as_text(kind)


def _to_the_least(element: Element | None) -> list[Way]:
    return [filled(element.minimum)] if element is not None and element.minimum > 1 else []


def as_text(kind: type) -> list[Way]:
    """Return how a canonical value of type ``kind`` is shown in X12 where no element type says more."""
    return [write_date] if kind is dt.date else as_words(kind)


def as_words(kind: type) -> list[Way]:
    """Return how a canonical value of type ``kind`` becomes the text that a function of the profile takes."""
    if kind is Decimal:
        return [write_decimal]
    return [] if kind is str else [str]


def concat(mark: str) -> Way:
    """Return a way that joins a value with those of other elements."""

    def join(*parts: str) -> str:
        return mark.join(part for part in parts if part)

    return join


def convert(rows: Mapping[str, str]) -> Way:
    """Return a way that turns a quantity into its base unit; rows read ``DZ: 12 EA``.

    Raises ValueError for a row without a number.
    """
    ways = {}
    for unit, row in rows.items():
        factor = number(row.split()[0] if row.split() else row)
        if not factor:
            raise ValueError(f"the row {unit}: {row} has no factor; rows read DZ: 12 EA")
        ways[unit] = multiplied(factor)

    def into_base(value: str, unit: str = "") -> Any:
        way = ways.get(unit)
        return value if way is None else way(value)

    return into_base
