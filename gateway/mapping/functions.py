"""The functions that a profile may call, each with both directions.

To add one: write it here with its row in `FUNCTIONS` and its vectors in ``tests/vectors/functions.yaml``. ``read`` turns what
stands in X12 into the canonical value, ``write`` turns it back; a function without ``write`` can stand under ``read:`` only.
Both get text that is not empty, and raise ValueError for a value they can't carry.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

Tables: TypeAlias = Mapping[str, "Table"]
Way: TypeAlias = Callable[[Any], Any]


class Table(dict[str, str]):
    """A code table. What it does not hold stays as it is, unless it is ``strict``.

    ``back`` is the same the other way; where two codes mean one word, the first one named is written.
    """

    def __init__(self, rows: Mapping[str, str], *, strict: bool = False, name: str = "") -> None:
        super().__init__(rows)
        self.strict = strict
        self.name = name
        back: dict[str, str] = {}
        for code, word in rows.items():
            back.setdefault(word, code)
        self.back = back

    def __missing__(self, key: str) -> str:
        if self.strict:
            raise ValueError(f"{key!r} stands not in the table {self.name}; add a row for it")
        return key

    def write(self, word: Any) -> str:
        """Return the code for a word."""
        text = str(word)
        code = self.back.get(text)
        if code is None:
            return self.__missing__(text)
        return code


@dataclass(frozen=True, slots=True)
class Function:
    """One function: its name, how many arguments it takes, and a maker for each direction.

    A maker gets the arguments (texts) and the tables of the profile, and returns the way to go.
    """

    name: str
    minimum: int
    maximum: int
    read: Callable[[list[str], Tables], Way]
    write: Callable[[list[str], Tables], Way] | None
    words: str


def read_date(value: str) -> str:
    """CCYYMMDD or YYMMDD -> ISO date. Two-digit years 00 to 69 are 20xx."""
    if len(value) == 8:
        return f"{value[:4]}-{value[4:6]}-{value[6:]}"
    if len(value) == 6:
        return f"{'20' if value[:2] < '70' else '19'}{value[:2]}-{value[2:4]}-{value[4:]}"
    raise ValueError(f"{value!r} is neither CCYYMMDD nor YYMMDD")


def write_date(value: Any) -> str:
    """ISO date -> CCYYMMDD."""
    return str(value).replace("-", "")


def write_short_date(value: Any) -> str:
    """ISO date -> YYMMDD."""
    return str(value).replace("-", "")[2:]


def read_time(value: str) -> str:
    """HHMM, HHMMSS, HHMMSSD or HHMMSSDD -> HH:MM, HH:MM:SS or HH:MM:SS.DD."""
    text = f"{value[:2]}:{value[2:4]}"
    if len(value) > 4:
        text += f":{value[4:6]}"
    return text + f".{value[6:]}" if len(value) > 6 else text


def write_time(value: Any) -> str:
    """Write a time without its marks: 10:15:30 -> 101530."""
    return str(value).replace(":", "").replace(".", "")


def read_decimal(value: str) -> Decimal:
    """Read a number with an explicit point."""
    try:
        return Decimal(value)
    except InvalidOperation:
        raise ValueError(f"{value!r} is no number") from None


def write_decimal(value: Any) -> str:
    """Write a number with its point and no exponent: X12 takes neither 1E+3 nor a leading plus."""
    number = Decimal(value)
    text = f"{number:f}"
    return text if text != "-0" else "0"


def _implied(places: int) -> tuple[Way, Way]:
    def read(value: str) -> Decimal:
        try:
            return Decimal(value).scaleb(-places)
        except InvalidOperation:
            raise ValueError(f"{value!r} is no number") from None

    def write(value: Any) -> str:
        scaled = Decimal(value).scaleb(places)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than {places} decimals; round it where it is made")
        return f"{scaled.to_integral_value():f}"

    return read, write


IMPLIED: dict[int, tuple[Way, Way]] = {places: _implied(places) for places in range(10)}

_DATE_MARKS = {"CCYY": "%Y", "YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d", "HH": "%H", "MI": "%M", "SS": "%S"}


def _date_read(arguments: list[str], _tables: Tables) -> Way:
    if not arguments:
        return read_date
    layout = _layout(arguments[0])

    def read(value: str) -> str:
        return dt.datetime.strptime(value, layout).date().isoformat()

    return read


def _date_write(arguments: list[str], _tables: Tables) -> Way:
    if not arguments:
        return write_date
    layout = _layout(arguments[0])

    def write(value: Any) -> str:
        return dt.date.fromisoformat(str(value)).strftime(layout)

    return write


def _layout(text: str) -> str:
    return re.sub("|".join(_DATE_MARKS), lambda mark: _DATE_MARKS[mark[0]], text)


def _table(arguments: list[str], tables: Tables) -> Table:
    name = arguments[0]
    if name not in tables:
        known = ", ".join(sorted(tables)) or "none"
        raise ValueError(f"there is no table {name}; the profile knows {known}")
    table = tables[name]
    if "strict" in arguments[1:]:
        return Table(table, strict=True, name=name)
    return table


def _integer(value: Any) -> str:
    text = str(value)
    return str(int(text))


def _identity(value: Any) -> Any:
    return value


def _pad(arguments: list[str], _tables: Tables) -> Way:
    size, mark = int(arguments[0]), arguments[1] if len(arguments) > 1 else "0"
    return lambda value: str(value).rjust(size, mark)


def _strip_zeros(_arguments: list[str], _tables: Tables) -> Way:
    return lambda value: str(value).lstrip("0") or "0"


def _prefix_read(arguments: list[str], _tables: Tables) -> Way:
    def read(value: str) -> str:
        if not value.startswith(arguments[0]):
            raise ValueError(f"{value!r} does not begin with {arguments[0]!r}")
        return value[len(arguments[0]) :]

    return read


def _replace(arguments: list[str], _tables: Tables) -> Way:
    return lambda value: str(value).replace(arguments[0], arguments[1])


def _split(arguments: list[str], _tables: Tables) -> Way:
    mark, place = arguments[0], int(arguments[1])

    def read(value: str) -> str | None:
        parts = str(value).split(mark)
        return parts[place - 1] if 0 < place <= len(parts) and parts[place - 1] else None

    return read


def _substring(arguments: list[str], _tables: Tables) -> Way:
    first, last = int(arguments[0]), int(arguments[1]) if len(arguments) > 1 else None
    return lambda value: str(value)[first - 1 : last] or None


def _times_read(arguments: list[str], _tables: Tables) -> Way:
    factor = Decimal(arguments[0])
    return lambda value: Decimal(value) * factor


def _times_write(arguments: list[str], _tables: Tables) -> Way:
    factor = Decimal(arguments[0])

    def write(value: Any) -> str:
        result = Decimal(value) / factor
        if result * factor != Decimal(value):
            raise ValueError(f"{value} can't be divided by {factor} without loss")
        return write_decimal(result.normalize())

    return write


def _only(arguments: list[str], _tables: Tables) -> Way:
    return lambda value: value if value in arguments else None


_ROWS = (
    Function(
        "code", 1, 2, lambda a, t: _table(a, t).__getitem__, lambda a, t: _table(a, t).write, "a table, both ways"
    ),
    Function(
        "crossref",
        1,
        2,
        lambda a, t: _table(a, t).__getitem__,
        lambda a, t: _table(a, t).write,
        "a list of the partner",
    ),
    Function("date", 0, 1, _date_read, _date_write, "a date; with a layout such as MMDDCCYY"),
    Function("time", 0, 0, lambda a, t: read_time, lambda a, t: write_time, "a time"),
    Function("decimal", 0, 0, lambda a, t: read_decimal, lambda a, t: write_decimal, "a number with a point"),
    Function(
        "implied", 1, 1, lambda a, t: IMPLIED[int(a[0])][0], lambda a, t: IMPLIED[int(a[0])][1], "implied decimals"
    ),
    Function("integer", 0, 0, lambda a, t: _integer, lambda a, t: _integer, "a whole number without leading zeros"),
    Function("text", 0, 0, lambda a, t: _identity, lambda a, t: str, "as it stands"),
    Function("upper", 0, 0, lambda a, t: str.upper, lambda a, t: _identity, "capitals when read"),
    Function("lower", 0, 0, lambda a, t: str.lower, lambda a, t: str.upper, "small when read, capitals when written"),
    Function("trim", 0, 0, lambda a, t: lambda v: v.strip() or None, lambda a, t: _identity, "without blanks around"),
    Function("pad", 1, 2, _strip_zeros, _pad, "leading zeros when written, none when read"),
    Function("prefix", 1, 1, _prefix_read, lambda a, t: lambda v: a[0] + str(v), "a fixed beginning, only in X12"),
    Function("replace", 2, 2, _replace, lambda a, t: _replace(a[::-1], t), "one text for another"),
    Function("times", 1, 1, _times_read, _times_write, "multiplied when read: units of 12"),
    Function("split", 2, 2, _split, None, "part n between marks: split('-', 2)"),
    Function("substring", 1, 2, _substring, None, "characters n to m"),
    Function("only", 1, 20, _only, None, "the value if it is one of these, else nothing"),
)

FUNCTIONS: dict[str, Function] = {row.name: row for row in _ROWS}
# These shape a whole field and are understood by the plan itself.
SPECIAL = {
    "default": "when absent; left out when written and equal",
    "pairs": "kind and value side by side, with a table for the kind",
    "concat": "with another element behind: concat(' ', REF03)",
    "convert": "a quantity into a base unit: convert(PO103, base_units)",
}
