"""Figures of how what was wanted in a period came: how much of it, and whether in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from gateway.ledger import order_tables, tables, total_tables
from gateway.ledger.figures.samples import Measured, newest, summed
from gateway.pipeline.figure_views import FigureQuery
from gateway.tracking.figures import Figure, Part
from gateway.tracking.order_totals import WHOLE
from gateway.tracking.thread.states import LineState

lines, totals = tables.order_lines, total_tables.order_totals
_COLUMNS = ("partner", "wanted_on", "ordered", "rejected", "promised", "promised_on")
_CAME = ("shipped", "shipped_on", "received", "received_on")


def fill_rate(connection: sa.Connection, query: FigureQuery) -> Figure:
    """Which share of what was ordered was received."""
    return _share(connection, query, totals.c.filled, totals.c.fill, WHOLE)


def on_time_receipt(connection: sa.Connection, query: FigureQuery) -> Figure:
    """Which share of lines had all arrived by the day on which it was wanted."""
    return _share(connection, query, totals.c.wanted, totals.c.received_in_time, 1)


def on_time_shipment(connection: sa.Connection, query: FigureQuery) -> Figure:
    """Which share of the lines that were promised was all shipped by the promised day."""
    return _share(connection, query, totals.c.promised, totals.c.shipped_in_time, 1)


def _share(
    connection: sa.Connection, query: FigureQuery, measured: sa.Column[int], achieved: sa.Column[int], whole: int
) -> Figure:
    """Return a share in percent of the lines that were wanted in the period, of all of them and by supplier."""
    among = sa.and_(
        total_tables.MEASURED,
        totals.c.role == "buyer",
        totals.c.day >= query.since.date(),
        totals.c.day <= _over(query),
        sa.true() if query.partner is None else totals.c.partner == query.partner,
    )
    rows = summed(connection, (totals.c.partner,), (measured, achieved), among)
    found = [(partner, int(count), int(done)) for partner, count, done in rows if count]
    count = sum(each for _partner, each, _done in found)
    if not count:
        return Figure(None, 0)
    parts = [
        Part("supplier", partner, round(100 * done / (each * whole), 2), {"measured": each})
        for partner, each, done in sorted(found)
    ]
    return Figure(round(100 * sum(done for *_of, done in found) / (count * whole), 2), count, tuple(parts))


def filled(rows: Sequence[Any], by: str) -> list[Measured]:
    """Return how much of what was ordered on each line there is ``by`` what was received, or shipped."""
    return [
        Measured(float(min(getattr(row, by), row.ordered) / row.ordered), {"supplier": row.partner})
        for row in rows
        if row.ordered > Decimal(0)
    ]


def shipped_in_time(rows: Sequence[Any]) -> list[Measured]:
    """Return whether all that was promised left by its day, of each line that was promised."""
    measured = []
    for row in rows:
        if row.promised_on is not None and row.promised > 0:
            left = row.shipped >= row.promised and row.shipped_on is not None and row.shipped_on <= row.promised_on
            measured.append(Measured(float(left), {"supplier": row.partner}))
    return measured


def wanted(connection: sa.Connection, query: FigureQuery) -> tuple[Sequence[Any], bool]:
    """Return lines of ours that were wanted in the period, whose days are over, and that nobody cancelled."""
    found = [
        order_tables.DATED,
        lines.c.wanted_on >= query.since.date(),
        lines.c.wanted_on <= _over(query),
        lines.c.role == "buyer",
        lines.c.state != str(LineState.CANCELLED),
    ]
    if query.partner is not None:
        found.append(lines.c.partner == query.partner)
    return newest(
        connection, sa.select(*(lines.c[name] for name in (*_COLUMNS, *_CAME))).where(*found), lines.c.wanted_on
    )


def _over(query: FigureQuery) -> date:
    """Return the last day of the period that is over."""
    return min(query.until.date(), query.now.date() - timedelta(days=1))
