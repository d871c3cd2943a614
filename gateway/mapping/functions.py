"""The functions that a profile may call, each with both directions.

To add one: write its makers here or in `texts`, with its row in `FUNCTIONS` and its vectors in
``tests/vectors/mapping/functions.yaml``. ``read`` turns what stands in X12 into the canonical value, ``write`` turns it back; a
function without ``write`` can stand under ``read:`` only.
Both get text that is not empty, and raise ValueError for a value they can't carry. Their makers raise ValueError for arguments
that make no sense, so that the loader can name the line.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gateway.mapping import texts
from gateway.mapping.conversions import (
    IMPLIED,
    Way,
    divided,
    multiplied,
    number,
    read_date,
    read_time,
    write_date,
    write_decimal,
    write_time,
)
from gateway.mapping.makers import Maker, Tables, always, count
from gateway.mapping.tables import Table


@dataclass(frozen=True, slots=True)
class Function:
    """One function: its name, how many arguments it takes, and a maker for each direction.

    A maker gets the arguments (texts) and the tables of the profile, and returns the way to go. A ``typed`` function takes
    the value as it stands in the element: nothing is done for the element's type before it.
    """

    name: str
    minimum: int
    maximum: int
    read: Maker
    write: Maker | None
    words: str
    typed: bool = False


# Dates

_DATE_MARKS = {"CCYY": "%Y", "YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d"}


def _layout(text: str) -> str:
    layout = re.sub("|".join(_DATE_MARKS), lambda mark: _DATE_MARKS[mark[0]], text)
    if "%" in text or any(layout.lower().count(mark) != 1 for mark in ("%y", "%m", "%d")):
        raise ValueError(f"{text!r} is no layout of a date; write CCYY or YY, MM and DD, such as MM/DD/CCYY")
    return layout


def _date_read(arguments: list[str], _tables: Tables) -> Way:
    if not arguments:
        return read_date
    layout = _layout(arguments[0])

    def read(value: str) -> str:
        try:
            return dt.datetime.strptime(value, layout).date().isoformat()
        except ValueError:
            raise ValueError(f"{value!r} is no date of the layout {arguments[0]}") from None

    return read


def _date_write(arguments: list[str], _tables: Tables) -> Way:
    if not arguments:
        return write_date
    layout = _layout(arguments[0])

    def write(value: Any) -> str:
        day = dt.date.fromisoformat(str(value))
        text = f"{day.year:04d}".join(day.strftime(part) for part in layout.split("%Y"))
        if dt.datetime.strptime(text, layout).date() != day:
            raise ValueError(f"{value} does not fit into two digits of the year")
        return text

    return write


# Tables


def _table(arguments: list[str], tables: Tables) -> Table:
    name = arguments[0]
    if name not in tables:
        known = ", ".join(sorted(tables)) or "none"
        raise ValueError(f"there is no table {name}; the profile knows {known}")
    if len(arguments) == 1:
        return tables[name]
    if arguments[1] != "strict":
        raise ValueError(f"behind the table only strict may stand, not {arguments[1]!r}")
    return Table(tables[name], strict=True, name=name)


def _code_read(arguments: list[str], tables: Tables) -> Way:
    return _table(arguments, tables).__getitem__


def _code_write(arguments: list[str], tables: Tables) -> Way:
    return _table(arguments, tables).back.__getitem__


# Numbers


def _places(text: str) -> int:
    places = count(text, 0)
    if places not in IMPLIED:
        raise ValueError(f"implied takes 0 to {max(IMPLIED)} places, not {text}")
    return places


def _factor(text: str) -> Decimal:
    factor = number(text)
    if not factor:
        raise ValueError("times(0) can't be undone, nor mean anything")
    return factor


def _integer(value: Any) -> str:
    text = str(value)
    digits = text.removeprefix("-")
    if not digits.isascii() or not digits.isdigit():
        raise ValueError(f"{text!r} is no whole number")
    return str(int(text))


def _implied_read(arguments: list[str], _tables: Tables) -> Way:
    return IMPLIED[_places(arguments[0])][0]


def _implied_write(arguments: list[str], _tables: Tables) -> Way:
    return IMPLIED[_places(arguments[0])][1]


def _times_read(arguments: list[str], _tables: Tables) -> Way:
    return multiplied(_factor(arguments[0]))


def _times_write(arguments: list[str], _tables: Tables) -> Way:
    return divided(_factor(arguments[0]))


_ROWS = (
    Function("code", 1, 2, _code_read, _code_write, "a table, both ways; code(name, strict) refuses what it lacks"),
    Function("crossref", 1, 2, _code_read, _code_write, "a list of the partner, such as its part numbers"),
    Function("date", 0, 1, _date_read, _date_write, "a date; with a layout such as MMDDCCYY", typed=True),
    Function("time", 0, 0, always(read_time), always(write_time), "a time", typed=True),
    Function("decimal", 0, 0, always(number), always(write_decimal), "a number with a point", typed=True),
    Function("implied", 1, 1, _implied_read, _implied_write, "implied decimals", typed=True),
    Function("integer", 0, 0, always(_integer), always(_integer), "a whole number without leading zeros", typed=True),
    Function("text", 0, 0, always(texts.same), always(str), "as it stands", typed=True),
    Function("upper", 0, 0, always(str.upper), always(texts.same), "capitals when read"),
    Function("lower", 0, 0, always(str.lower), always(str.upper), "small when read, capitals when written"),
    Function("trim", 0, 0, always(texts.trimmed), always(texts.same), "without blanks around"),
    Function("pad", 1, 2, texts.unpad, texts.pad, "filled up to a length when written: pad(6), pad(6, ' ')"),
    Function("prefix", 1, 1, texts.prefix_read, texts.prefix_write, "a fixed beginning, only in X12"),
    Function("replace", 2, 2, texts.replace_read, texts.replace_write, "one text for another"),
    Function("times", 1, 1, _times_read, _times_write, "multiplied when read: units of 12", typed=True),
    Function("split", 2, 2, texts.split, None, "part n between marks: split('-', 2)"),
    Function("substring", 1, 2, texts.substring, None, "characters n to m"),
    Function("only", 1, 20, texts.only, None, "the value if it is one of these, else nothing"),
)

FUNCTIONS: dict[str, Function] = {row.name: row for row in _ROWS}


@dataclass(frozen=True, slots=True)
class Special:
    """A function that shapes a whole field and is understood by the plan itself."""

    name: str
    minimum: int
    maximum: int
    words: str


_SPECIAL_ROWS = (
    Special("default", 1, 1, "when absent; left out when written and equal"),
    Special(
        "pairs", 0, 3, "kind and value side by side, with a table for the kind, and other names than kind and value"
    ),
    Special("concat", 2, 9, "with other elements behind: concat(' ', REF03); it is read only"),
    Special("convert", 2, 2, "a quantity into a base unit: convert(PO103, base_units), rows DZ: 12 EA"),
)

SPECIAL: dict[str, Special] = {row.name: row for row in _SPECIAL_ROWS}
