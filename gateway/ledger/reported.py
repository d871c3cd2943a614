"""A report of another system, in a temporary database of its own while it is compared, so that memory stays bounded."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from decimal import Decimal

from gateway.tracking.reconciling import FIGURES, Reported, same_line
from gateway.tracking.reported import ReportedLine

# The figures in the order of FIGURES.
_TABLE = """create table reported (
    order_number text, line text, partner text, release text,
    ordered text, shipped text, received text, invoiced text, price text,
    seen integer not null default 0)"""
_INSERT = "insert into reported values (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)"
_SEE = """update reported set seen = 1
    where order_number = ? and partner in ('', ?) and release in ('', ?) and line = ?"""
_OF_ORDER = """select line, ordered, shipped, received, invoiced, price from reported
    where order_number = ? and partner in ('', ?) and release in ('', ?)"""
_STRANGERS = "select count(*) from (select distinct order_number, line from reported where seen = 0)"
_UNSEEN = """select order_number, line from reported where seen = 0
    group by order_number, line order by min(rowid) limit ?"""


class Report:
    """What a system reports. Several rows about one line add up."""

    def __init__(self, rows: Iterable[ReportedLine]) -> None:
        # A database without a name lies in memory as long as it is small, then in a file that goes with the connection.
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._figures: list[str] = []
        with ExitStack() as broken:
            broken.callback(self._database.close)
            self._database.execute("pragma journal_mode=off")
            self._database.execute(_TABLE)
            self._database.execute("begin")
            self._database.executemany(_INSERT, map(self._row, rows))
            self._database.execute("create index by_order on reported (order_number)")
            broken.pop_all()

    @property
    def figures(self) -> list[str]:
        """The figures that it speaks of."""
        return self._figures

    def _row(self, row: ReportedLine) -> tuple[str | None, ...]:
        for name in row.figures:
            if name not in self._figures:
                self._figures.append(name)
        said = (f"{row.figures[name]:f}" if name in row.figures else None for name in FIGURES)
        return (row.order_number, same_line(row.line), row.partner, row.release, *said)

    def of_order(self, order_number: str, partner: str, release: str, lines: Collection[str]) -> dict[str, Reported]:
        """Return what is reported of each line of an order; what is reported of ``lines`` counts as seen from now on."""
        which = (order_number, partner, release)
        self._database.executemany(_SEE, [(*which, line) for line in lines])
        found: dict[str, Reported] = {}
        for line, *figures in self._database.execute(_OF_ORDER, which):
            of_line = found.setdefault(line, Reported())
            for name, said in zip(FIGURES, figures, strict=True):
                if said is not None:
                    of_line.add(name, Decimal(said))
        return found

    def strangers(self) -> int:
        """Return how many lines nobody asked for: of orders that the gateway does not know."""
        [count] = self._database.execute(_STRANGERS).fetchone()
        return int(count)

    def unseen(self, limit: int) -> Iterator[tuple[str, str]]:
        """Yield order number and line of the first ones that nobody asked for."""
        yield from self._database.execute(_UNSEEN, (limit,))

    def close(self) -> None:
        """Let go of it."""
        self._database.close()
