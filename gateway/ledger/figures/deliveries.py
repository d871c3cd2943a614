"""Figures of how what was wanted in a period came: how much of it, and whether in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from gateway.ledger import order_tables, tables
from gateway.ledger.figures.samples import Measured, newest, shares
from gateway.pipeline.figure_views import FigureQuery
from gateway.tracking.figures import Figure
from gateway.tracking.thread.states import LineState

lines = tables.order_lines
_COLUMNS = ("partner", "wanted_on", "ordered", "rejected", "promised", "promised_on")
_CAME = ("shipped", "shipped_on", "received", "received_on")


def fill_rate(connection: sa.Connection, query: FigureQuery) -> Figure:
    """Which share of what was ordered was received."""
    rows, complete = wanted(connection, query)
    return shares(filled(rows, "received"), complete=complete)


def filled(rows: Sequence[Any], by: str) -> list[Measured]:
    """Return how much of what was ordered on each line there is ``by`` what was received, or shipped."""
    return [
        Measured(float(min(getattr(row, by), row.ordered) / row.ordered), {"supplier": row.partner})
        for row in rows
        if row.ordered > Decimal(0)
    ]


def on_time_receipt(connection: sa.Connection, query: FigureQuery) -> Figure:
    """Which share of lines had all arrived by the day on which it was wanted."""
    rows, complete = wanted(connection, query)
    measured = []
    for row in rows:
        here = row.received >= row.ordered - row.rejected > 0
        in_time = here and row.received_on is not None and row.received_on <= row.wanted_on
        measured.append(Measured(float(in_time), {"supplier": row.partner}))
    return shares(measured, complete=complete)


def on_time_shipment(connection: sa.Connection, query: FigureQuery) -> Figure:
    """Which share of the lines that were promised was all shipped by the promised day."""
    rows, complete = wanted(connection, query)
    return shares(shipped_in_time(rows), complete=complete)


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
    over = min(query.until.date(), query.now.date() - timedelta(days=1))
    found = [
        order_tables.DATED,
        lines.c.wanted_on >= query.since.date(),
        lines.c.wanted_on <= over,
        lines.c.role == "buyer",
        lines.c.state != str(LineState.CANCELLED),
    ]
    if query.partner is not None:
        found.append(lines.c.partner == query.partner)
    return newest(
        connection, sa.select(*(lines.c[name] for name in (*_COLUMNS, *_CAME))).where(*found), lines.c.wanted_on
    )
