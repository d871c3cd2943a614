"""A report of another system about lines of orders, kept in a file of its own while it is compared: memory stays bounded."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from gateway.tracking.reconciling import FIGURES, same_line

_TABLE = """create table reported (
    order_number text, line text, partner text, ordered text, shipped text, received text, invoiced text,
    seen integer not null default 0)"""

_SEE = "update reported set seen = 1 where order_number = ? and partner in ('', ?)"
_OF_ORDER = """select line, ordered, shipped, received, invoiced from reported
    where order_number = ? and partner in ('', ?)"""


class ReportedLine(NamedTuple):
    """What a system reports of one line; a figure that it does not speak of is None. ``partner`` may be empty."""

    order_number: str
    line: str
    partner: str
    figures: dict[str, Decimal]


class Report:
    """What a system reports. Several rows about one line add up."""

    def __init__(self, path: Path, rows: Iterable[ReportedLine]) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("pragma journal_mode=off")
        self._database.execute(_TABLE)
        self._database.execute("begin")
        self.figures: list[str] = []
        self._database.executemany("insert into reported values (?, ?, ?, ?, ?, ?, ?, 0)", map(self._row, rows))
        self._database.execute("create index by_order on reported (order_number)")

    def _row(self, row: ReportedLine) -> tuple[str | None, ...]:
        for name in row.figures:
            if name not in self.figures:
                self.figures.append(name)
        said = (f"{row.figures[name]:f}" if name in row.figures else None for name in FIGURES)
        return (row.order_number, same_line(row.line), row.partner, *said)

    def of_order(self, order_number: str, partner: str) -> dict[str, dict[str, Decimal]]:
        """Return the figures of each line of an order; they count as seen from now on."""
        self._database.execute(_SEE, (order_number, partner))
        found: dict[str, dict[str, Decimal]] = {}
        for line, *figures in self._database.execute(_OF_ORDER, (order_number, partner)):
            sums = found.setdefault(line, {})
            for name, said in zip(FIGURES, figures, strict=True):
                if said is not None:
                    sums[name] = sums.get(name, Decimal(0)) + Decimal(said)
        return found

    def unseen(self) -> Iterator[tuple[str, str]]:
        """Yield order number and line of what nobody asked for: orders that the gateway does not know."""
        yield from self._database.execute(
            "select distinct order_number, line from reported where seen = 0 order by rowid"
        )

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
