"""The functions that a profile may call, each with both directions.

To add one: write it here with its row in `FUNCTIONS` and its vectors in ``tests/vectors/functions.yaml``. ``read`` turns what
stands in X12 into the canonical value, ``write`` turns it back; a function without ``write`` can stand under ``read:`` only.
Both get text that is not empty, and raise ValueError for a value they can't carry. Their makers raise ValueError for arguments
that make no sense, so that the loader can name the line.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

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
from gateway.mapping.tables import Table

Tables: TypeAlias = Mapping[str, Table]
Maker: TypeAlias = Callable[[list[str], Tables], Way]


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


def _always(way: Way) -> Maker:
    """Make a maker for a function without arguments."""
    return lambda _arguments, _tables: way


def _count(text: str, lowest: int = 1) -> int:
    """Read an argument that is a whole number."""
    if not text.isascii() or not text.isdigit() or int(text) < lowest:
        raise ValueError(f"{text!r} is no whole number from {lowest} upward")
    return int(text)


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
    places = _count(text, 0)
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


# Texts


def _pad(arguments: list[str], _tables: Tables) -> Way:
    size, mark = _count(arguments[0]), arguments[1] if len(arguments) > 1 else "0"
    if len(mark) != 1:
        raise ValueError(f"pad fills with one character, not {mark!r}")

    def write(value: str) -> str:
        if len(value) > size:
            raise ValueError(f"{value!r} is longer than {size} characters")
        return value.rjust(size, mark)

    return write


def _unpad(arguments: list[str], tables: Tables) -> Way:
    _pad(arguments, tables)
    mark = arguments[1] if len(arguments) > 1 else "0"
    # Zeros alone are a zero; blanks alone are nothing.
    return lambda value: value.lstrip(mark) or ("0" if mark == "0" else None)


def _prefix_read(arguments: list[str], _tables: Tables) -> Way:
    def read(value: str) -> str | None:
        if not value.startswith(arguments[0]):
            raise ValueError(f"{value!r} does not begin with {arguments[0]!r}")
        return value[len(arguments[0]) :] or None

    return read


def _replace_read(arguments: list[str], _tables: Tables) -> Way:
    old, new = arguments
    if not old:
        raise ValueError("replace needs a text to look for")
    return lambda value: value.replace(old, new) or None


def _replace_write(arguments: list[str], _tables: Tables) -> Way:
    old, new = arguments
    if not old or not new:
        raise ValueError(f"replace({old!r}, {new!r}) can't be inverted: put the expression under read:")

    def write(value: str) -> str:
        text = value.replace(new, old)
        if text.replace(old, new) != value:
            raise ValueError(f"{value!r} holds {old!r}, which can't be told from {new!r} when it is read again")
        return text

    return write


def _split(arguments: list[str], _tables: Tables) -> Way:
    mark, place = arguments[0], _count(arguments[1])
    if not mark:
        raise ValueError("split needs a mark between the parts")

    def read(value: str) -> str | None:
        parts = value.split(mark)
        return parts[place - 1] or None if place <= len(parts) else None

    return read


def _substring(arguments: list[str], _tables: Tables) -> Way:
    first, last = _count(arguments[0]), _count(arguments[1]) if len(arguments) > 1 else None
    if last is not None and last < first:
        raise ValueError(f"substring runs from the first to the last character, not {first} to {last}")
    return lambda value: value[first - 1 : last] or None


def _only(arguments: list[str], _tables: Tables) -> Way:
    return lambda value: value if value in arguments else None


def _same(value: Any) -> Any:
    return value


def _trimmed(value: str) -> str | None:
    return value.strip() or None


def _prefix_write(arguments: list[str], _tables: Tables) -> Way:
    return lambda value: arguments[0] + value


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
    Function("time", 0, 0, _always(read_time), _always(write_time), "a time", typed=True),
    Function("decimal", 0, 0, _always(number), _always(write_decimal), "a number with a point", typed=True),
    Function("implied", 1, 1, _implied_read, _implied_write, "implied decimals", typed=True),
    Function("integer", 0, 0, _always(_integer), _always(_integer), "a whole number without leading zeros", typed=True),
    Function("text", 0, 0, _always(_same), _always(str), "as it stands", typed=True),
    Function("upper", 0, 0, _always(str.upper), _always(_same), "capitals when read"),
    Function("lower", 0, 0, _always(str.lower), _always(str.upper), "small when read, capitals when written"),
    Function("trim", 0, 0, _always(_trimmed), _always(_same), "without blanks around"),
    Function("pad", 1, 2, _unpad, _pad, "filled up to a length when written: pad(6), pad(6, ' ')"),
    Function("prefix", 1, 1, _prefix_read, _prefix_write, "a fixed beginning, only in X12"),
    Function("replace", 2, 2, _replace_read, _replace_write, "one text for another"),
    Function("times", 1, 1, _times_read, _times_write, "multiplied when read: units of 12", typed=True),
    Function("split", 2, 2, _split, None, "part n between marks: split('-', 2)"),
    Function("substring", 1, 2, _substring, None, "characters n to m"),
    Function("only", 1, 20, _only, None, "the value if it is one of these, else nothing"),
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
