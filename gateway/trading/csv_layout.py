"""How a partner's CSV becomes a canonical message: which column goes where, how numbers and days are written.

Knows the columns and the paths.
"""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from gateway.canonical.message import MessageType
from gateway.trading.csv_places import Place, Step, place_of

_Heading = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
_Path = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Said = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Pattern = Annotated[str, StringConstraints(min_length=1, max_length=100)]
_DAY = re.compile(r"(?=.*YYYY)(?=.*MM)(?=.*DD)(?:YYYY|MM|DD|[-./ ])+")


class CsvColumnText(BaseModel):
    """One column."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    to: _Path = Field(description="Where it goes, such as lines[].quantity.value.")
    codes: dict[_Said, _Said] | None = Field(
        None, description="What the partner writes, and the canonical word for it; anything else is refused."
    )
    optional: bool = Field(False, description="Whether the column may be missing; by default it must be there.")


class CsvText(BaseModel):
    """What the partner may send as CSV instead of X12: one row for each line, the columns of the heading repeated."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    delimiter: Literal[",", ";", "|", "tab"] = Field(
        ",", description="What stands between columns; by default a comma."
    )
    charset: Literal["utf-8", "windows-1252", "latin-1"] = Field("utf-8", description="By default utf-8.")
    decimal: Literal[".", ","] = Field(".", description="What stands before decimals; by default a point.")
    dates: str = Field("YYYY-MM-DD", max_length=20, description="How days are written, such as DD.MM.YYYY.")
    columns: dict[_Heading, _Path | CsvColumnText] = Field(
        min_length=1,
        max_length=200,
        description="Each column by its heading, and where it goes: lines[].quantity.value is one for each row,"
        " lines[].item_ids[0].value a fixed one of a list.",
    )
    constants: dict[_Path, _Said] = Field(
        default_factory=dict,
        max_length=200,
        description="What no column says, by path. One beside columns that are all empty in a row is left out.",
    )
    ignore: tuple[_Heading, ...] = Field((), description='Columns that are not read; "*" for all that are not named.')
    files: tuple[_Pattern, ...] | None = Field(
        None,
        min_length=1,
        description="Names of its files in folders, over SFTP and AS2; by default 855*.csv and order_acknowledgment*.csv,"
        " or whatever the document is.",
    )

    @field_validator("dates")
    @classmethod
    def _day(cls, said: str) -> str:
        if not _DAY.fullmatch(said) or any(said.count(part) > 1 for part in ("YYYY", "MM", "DD")):
            raise ValueError("write YYYY, MM and DD once each, such as DD.MM.YYYY")
        return said


@dataclass(frozen=True, slots=True)
class CsvColumn:
    """A column with its place."""

    heading: str
    place: Place
    codes: dict[str, str] | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class CsvLayout:
    """How one document is read from CSV, with nothing left open. ``levels`` are the lists within lists, outermost first."""

    text: CsvText
    columns: tuple[CsvColumn, ...]
    constants: tuple[tuple[Place, str], ...]
    levels: tuple[tuple[Step, ...], ...]
    files: tuple[str, ...]

    @property
    def delimiter(self) -> str:
        """The character between columns."""
        return "\t" if self.text.delimiter == "tab" else self.text.delimiter

    def takes(self, name: str) -> bool:
        """Tell whether a file of this name is this document; upper and lower case are the same."""
        return any(fnmatch.fnmatchcase(name.lower(), pattern.lower()) for pattern in self.files)


def layout_of(text: CsvText, row: MessageType) -> CsvLayout:
    """Settle what a file says for one message type; raise ValueError for paths that don't fit it or one another."""
    columns = []
    for heading, said in text.columns.items():
        column = CsvColumnText(to=said) if isinstance(said, str) else said
        codes = dict(column.codes) if column.codes is not None else None
        columns.append(CsvColumn(heading, _place(row, column.to, f"column {heading!r}"), codes, column.optional))
    constants = [(_place(row, path, "constants"), said) for path, said in text.constants.items()]
    places = [column.place for column in columns]
    _no_two([place.path for place in (*places, *(place for place, _ in constants))])
    levels = _levels(places)
    stray = next((place for place, _ in constants if place.level not in levels), None)
    if stray is not None:
        raise ValueError(f"constants: no column goes where {stray.path!r} is, so nothing says how often; add one there")
    names = text.files or (f"{row.set_id}*.csv", f"{row.name}*.csv")
    return CsvLayout(text, tuple(columns), tuple(constants), levels, names)


def _place(row: MessageType, path: str, whose: str) -> Place:
    try:
        return place_of(row.model, path)
    except ValueError as error:
        raise ValueError(f"{whose}: {error}") from None


def _no_two(paths: list[str]) -> None:
    twice = next((path for index, path in enumerate(paths) if path in paths[:index]), None)
    if twice is not None:
        raise ValueError(f"{twice!r} is given twice; keep one of the two")


def _levels(places: list[Place]) -> tuple[tuple[Step, ...], ...]:
    """Return the levels from the whole document down to the row; each must lie within the one before it."""
    found: dict[tuple[Step, ...], None] = {(): None}  # In the order of the file, so that each mistake has one wording.
    for place in places:
        level = place.level
        found |= {level[: index + 1]: None for index, step in enumerate(level) if step is None}
    levels = sorted(found, key=len)
    for outer, inner in pairwise(levels):
        if inner[: len(outer)] != outer:
            names = " and ".join(_shown(level) for level in (outer, inner))
            raise ValueError(f"{names} can't both be one for each row; give one of the two a fixed place, such as [0]")
    return tuple(levels)


def _shown(level: tuple[Step, ...]) -> str:
    text = ""
    for step in level:
        text += f".{step}" if isinstance(step, str) else "[]" if step is None else f"[{step}]"
    return text.removeprefix(".")
