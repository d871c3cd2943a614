"""Write a canonical document as the CSV that was agreed with a partner: one row for each line, what is said once in every row.

What can't be said with the agreed columns without being understood wrongly is a fault: a unit other than the constant that stands
for it, a word without a code. What no column holds is the caller's to notice, by reading what was written.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

from gateway.canonical.values import Part
from gateway.trading.csv_layout import CsvColumn, CsvLayout
from gateway.trading.csv_places import EACH, Place, Step
from gateway.trading.csv_table import MOST_ROWS, marked

_Element = dict[str, Any]


class CsvUnwritable(ValueError):
    """Raised with all that keeps a document from being written, in words."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("; ".join(faults))


def csv_of(body: Part, layout: CsvLayout) -> bytes:
    """Return the file; raise CsvUnwritable."""
    data = body.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    writing = _Writing(layout)
    rows = [writing.row(elements) for elements in _rows(data, layout.levels)]
    if len(rows) > MOST_ROWS:
        writing.faults.append(
            f"it has {len(rows)} lines, and a file at most {MOST_ROWS}; agree on X12 for so large documents"
        )
    if writing.faults:
        raise CsvUnwritable(list(dict.fromkeys(writing.faults)))
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=layout.delimiter, lineterminator="\r\n")
    writer.writerow([column.heading for column in layout.columns])
    writer.writerows(rows)
    try:
        return out.getvalue().encode(layout.text.charset)
    except UnicodeEncodeError as error:
        sign = error.object[error.start]
        words = f"{sign!r} can't be written in {layout.text.charset}; agree on charset: utf-8"
        raise CsvUnwritable([words]) from None


def _rows(data: _Element, levels: tuple[tuple[Step, ...], ...], depth: int = 0) -> Iterator[list[_Element]]:
    """Yield for each row the element of each level, outermost first; one that has nothing below it is one row."""
    if depth == len(levels) - 1:
        yield [data]
        return
    steps = levels[depth + 1][len(levels[depth]) : -1]
    listed = _at(data, [step for step in steps if step is not EACH])
    for each in listed or [{}]:
        for below in _rows(each, levels, depth + 1):
            yield [data, *below]


def _at(node: Any, steps: list[str | int]) -> Any:
    for step in steps:
        if isinstance(step, int):
            node = node[step] if isinstance(node, list) and step < len(node) else None
        else:
            node = node.get(step) if isinstance(node, dict) else None
    return node


class _Writing:
    """Writes rows, and collects what keeps them from being right."""

    def __init__(self, layout: CsvLayout) -> None:
        self.faults: list[str] = []
        self._layout = layout
        self._depths = {level: depth for depth, level in enumerate(layout.levels)}

    def row(self, elements: list[_Element]) -> list[str]:
        """Return the cells of a row."""
        for place, said in self._layout.constants:
            found = self._find(elements[self._depths[place.level]], place)
            if found is not None and _plain(found) != said:
                words = f"{place.path} is {_plain(found)[:60]!r} where {said!r} was agreed for all; agree on a column for it"
                self.faults.append(words)
        return [self._cell(self._find(elements[self._depths[column.place.level]], column.place), column)
                for column in self._layout.columns]  # fmt: skip

    def _find(self, element: _Element, place: Place) -> Any:
        """Return what stands at a place. Of a list the element is meant that the constants describe, wherever it stands."""
        node: Any = element
        for depth, step in enumerate(place.inner):
            if isinstance(step, int) and isinstance(node, list):
                wanted = {
                    str(constant.inner[depth + 1]): said
                    for constant, said in self._layout.constants
                    if constant.level == place.level
                    and constant.inner[: depth + 1] == place.inner[: depth + 1]
                    and len(constant.inner) == depth + 2
                }
                fitting = [
                    each for each in node if all(_plain(each.get(name)) == said for name, said in wanted.items())
                ]
                earlier = step if not wanted else 0
                node = fitting[earlier] if earlier < len(fitting) else None
            else:
                node = _at(node, [step])
        return node

    def _cell(self, value: Any, column: CsvColumn) -> str:
        if value is None:
            return ""
        said = _plain(value)
        if column.codes is not None:
            written = next((theirs for theirs, ours in column.codes.items() if ours == said), None)
            if written is None:
                self.faults.append(f"column {column.heading}: no code was agreed for {said[:60]!r}; add it to codes")
            return written or ""
        if column.place.kind == "number":
            return said.replace(".", self._layout.text.decimal)
        if column.place.kind == "day":
            day = dt.date.fromisoformat(said)
            parts = (("YYYY", f"{day.year:04d}"), ("MM", f"{day.month:02d}"), ("DD", f"{day.day:02d}"))
            text = self._layout.text.dates
            for name, figure in parts:
                text = text.replace(name, figure)
            return text
        return marked(said)


def _plain(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
