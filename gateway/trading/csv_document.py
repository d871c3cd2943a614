"""Make a canonical document of a partner's CSV, under the layout that was agreed. Every fault at once, by line and column.

Rows are put into the lists of the layout: rows that say the same of an outer element belong to it; the innermost list gets an
element for each row. A cell that is empty says nothing, as an empty element of X12 does.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from gateway.canonical.message import MessageType
from gateway.canonical.values import Part
from gateway.trading.csv_layout import CsvColumn, CsvLayout
from gateway.trading.csv_places import Place, Step
from gateway.trading.csv_table import CsvError, CsvFault, Row, rows_of, unmarked

_MOST_FAULTS = 100
_NUMBER = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?")


@dataclass(frozen=True, slots=True)
class _Cell:
    """A value and where it was said."""

    value: str
    line: int
    heading: str


@dataclass(slots=True)
class _Level:
    """One list of the layout: its columns by index into a row, its constants, and the elements made so far."""

    path: tuple[str | int, ...]  # From the element around it to the list.
    columns: list[tuple[int, CsvColumn]]
    constants: list[tuple[Place, str]]
    made: dict[tuple[Any, ...], dict[str | int, Any]] = field(default_factory=dict)


def document_of(data: bytes, layout: CsvLayout, row: MessageType) -> Part | list[CsvFault]:
    """Return the body of the message, or all that is wrong with the file (at most 100 faults)."""
    try:
        rows = rows_of(data, layout)
    except CsvError as error:
        return [error.fault]
    found = _headings(rows[0], layout)
    if isinstance(found, list):
        return found
    if len(rows) == 1:
        return [CsvFault("there is nothing below the heading", "add one row for each line", rows[0].line)]
    building = _Building(layout, found, len(rows[0].cells))
    for each in rows[1:]:
        building.add(each)
        if len(building.faults) >= _MOST_FAULTS:
            break
    if building.faults:
        return building.faults[:_MOST_FAULTS]
    places: dict[tuple[str | int, ...], _Cell] = {}
    body = _settled(building.root, (), places)
    try:
        return row.model.model_validate(body)
    except ValidationError as error:
        items = error.errors(include_url=False, include_input=False)
        return [_of_schema(item, places, layout) for item in items[:_MOST_FAULTS]]


def _headings(row: Row, layout: CsvLayout) -> dict[str, int] | list[CsvFault]:
    """Return where each column of the layout stands."""
    named = {column.heading for column in layout.columns}
    faults = []
    missing = [each.heading for each in layout.columns if not each.optional and each.heading not in row.cells]
    if missing and len(row.cells) == 1 and len(named) > 1:
        mark = {"\t": "a tab"}.get(layout.delimiter, repr(layout.delimiter))
        return [
            CsvFault(
                f"the heading is one column; {mark} between columns was agreed", f"separate them by {mark}", row.line
            )
        ]
    for heading in missing:
        faults.append(
            CsvFault("the column is missing", "add it to the heading line, spelled like this", row.line, heading)
        )
    for index, heading in enumerate(row.cells):
        if heading in row.cells[:index] and heading in named:
            faults.append(CsvFault("the column is there twice", "take one of the two out", row.line, heading))
        elif heading and heading not in named and "*" not in layout.text.ignore and heading not in layout.text.ignore:
            fix = "take it out, or ask us to agree on what it means (ignore: in csv, for one that is not to be read)"
            faults.append(CsvFault("the column was not agreed", fix, row.line, heading[:100]))
    return faults[:_MOST_FAULTS] or {heading: index for index, heading in enumerate(row.cells) if heading in named}


class _Building:
    """The document while rows are added to it."""

    def __init__(self, layout: CsvLayout, headings: dict[str, int], width: int) -> None:
        self.root: dict[str | int, Any] = {}
        self.faults: list[CsvFault] = []
        self._layout = layout
        self._width = width
        self._day = _day_pattern(layout.text.dates)
        self._levels = []
        before: tuple[Step, ...] = ()
        for level in layout.levels:
            columns = [(headings[each.heading], each) for each in layout.columns
                       if each.place.level == level and each.heading in headings]  # fmt: skip
            constants = [(place, said) for place, said in layout.constants if place.level == level]
            path = tuple(step for step in level[len(before) :] if step is not None)
            self._levels.append(_Level(path, columns, constants))
            before = level
        self._head: list[_Cell | None] = []

    def add(self, row: Row) -> None:
        """Add one row, or the faults in it."""
        if len(row.cells) != self._width:
            words = f"the row has {len(row.cells)} columns, the heading {self._width}"
            fix = "send as many as the heading has; put a value that holds the delimiter into quotes"
            self.faults.append(CsvFault(words, fix, row.line))
            return
        said = [[self._cell(row, index, column) for index, column in level.columns] for level in self._levels]
        # The one row of an order without lines says nothing of the lists within: none of their elements is made.
        deepest = max((depth for depth, cells in enumerate(said) if any(cells)), default=0)
        self._one_document(row, self._levels[0], said[0])
        element = self.root
        key: tuple[Any, ...] = ()
        for depth in range(1, deepest + 1):
            level, cells = self._levels[depth], said[depth]
            innermost = depth == len(self._levels) - 1
            key = (*key, row.line if innermost else tuple(cell.value if cell else None for cell in cells))
            if key not in level.made:
                made: dict[str | int, Any] = {}
                level.made[key] = made
                elements = _within(element, level.path)
                elements[len(elements)] = made
                _fill(made, level, cells)
            element = level.made[key]

    def _one_document(self, row: Row, level: _Level, cells: list[_Cell | None]) -> None:
        """Take what the first row says of the whole document; the others must say the same."""
        if not level.made:
            level.made[()] = self.root
            self._head = cells
            _fill(self.root, level, cells)
            return
        for (_, column), first, now in zip(level.columns, self._head, cells, strict=True):
            if (first.value if first else None) != (now.value if now else None):
                said = f"{now.value!r}" if now else "empty"
                words = f"it is {said} here and {repr(first.value) if first else 'empty'} in the first row"
                fix = "say the same in every row; send one file for each document"
                self.faults.append(CsvFault(words, fix, row.line, column.heading, now.value[:99] if now else ""))

    def _cell(self, row: Row, index: int, column: CsvColumn) -> _Cell | None:
        """Return a value as canonical text, or None for an empty or faulty one."""
        said = row.cells[index]
        if not said:
            return None
        try:
            return _Cell(self._value(said, column), row.line, column.heading)
        except ValueError as error:
            words, _, fix = str(error).partition("; ")
            self.faults.append(CsvFault(words, fix, row.line, column.heading, said[:99]))
            return None

    def _value(self, said: str, column: CsvColumn) -> str:
        shown = said[:60]
        if column.codes is not None:
            if said not in column.codes:
                raise ValueError(f"{shown!r} was not agreed; write one of {', '.join(column.codes)}")
            said = column.codes[said]
        elif column.place.kind == "number":
            mark = self._layout.text.decimal
            other = "." if mark == "," else ","
            text = said.replace(mark, ".") if other not in said else said + "?"
            if not _NUMBER.fullmatch(text):
                raise ValueError(
                    f"{shown!r} is no number; write digits, with {mark!r} before decimals and nothing else"
                )
            return text
        elif column.place.kind == "day":
            return self._read_day(said)
        return unmarked(said)

    def _read_day(self, said: str) -> str:
        found = self._day.fullmatch(said)
        try:
            if found is None:
                raise ValueError
            return dt.date(int(found["YYYY"]), int(found["MM"]), int(found["DD"])).isoformat()
        except ValueError:
            raise ValueError(f"{said[:60]!r} is no day; write it as {self._layout.text.dates}") from None


def _day_pattern(written: str) -> re.Pattern[str]:
    pattern = re.escape(written)
    for part in ("YYYY", "MM", "DD"):
        pattern = pattern.replace(part, f"(?P<{part}>[0-9]{{{len(part)}}})")
    return re.compile(pattern)


def _within(element: dict[str | int, Any], path: tuple[str | int, ...]) -> dict[str | int, Any]:
    for step in path:
        element = element.setdefault(step, {})
    return element


def _fill(element: dict[str | int, Any], level: _Level, cells: list[_Cell | None]) -> None:
    """Put the values of a row into an element, then the constants; one beside columns that are all empty is left out."""
    inner = [(column.place.inner, cell) for (_, column), cell in zip(level.columns, cells, strict=True)]
    for steps, cell in inner:
        if cell is not None:
            _within(element, steps[:-1])[steps[-1]] = cell
    for place, said in level.constants:
        around = place.inner[:-1]
        beside = [cell for steps, cell in inner if around and steps[: len(around)] == around]
        if not beside or any(cell is not None for cell in beside):
            _within(element, around)[place.inner[-1]] = said


def _settled(node: Any, at: tuple[str | int, ...], places: dict[tuple[str | int, ...], _Cell]) -> Any:
    """Return plain data: lists closed up where nothing was said; note in ``places`` where each value came from."""
    if isinstance(node, _Cell):
        places[at] = node
        return node.value
    if not isinstance(node, dict):
        return node
    if all(isinstance(key, int) for key in node) and node:
        return [_settled(node[key], (*at, index), places) for index, key in enumerate(sorted(node))]
    return {key: _settled(value, (*at, key), places) for key, value in node.items()}


def _of_schema(item: Any, places: dict[tuple[str | int, ...], _Cell], layout: CsvLayout) -> CsvFault:
    """Say a finding of the canonical schema in words of the file."""
    at = tuple(item["loc"])
    cell = places.get(at)
    if cell is not None:
        fix = "correct it; docs/schemas says what may stand there"
        return CsvFault(str(item["msg"]), fix, cell.line, cell.heading, cell.value[:99])
    near = next((found for place, found in places.items() if place[: len(at) - 1] == at[:-1]), None)
    line = near.line if near is not None else 2
    names = [step for step in at if isinstance(step, str)]
    column = next((each for each in layout.columns
                   if [step for step in each.place.steps if isinstance(step, str)] == names), None)  # fmt: skip
    if column is not None:
        return CsvFault("it is empty, and the document needs it", "fill it in", line, column.heading)
    path = ".".join(map(str, at))
    fix = "ask us to add a column or a constant for it to the agreement"
    return CsvFault(f"nothing says {path}, and the document needs it", fix, line)
