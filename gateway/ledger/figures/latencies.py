"""Figures of how long it takes from one word about an order to the next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gateway.ledger import tables
from gateway.ledger.figures.samples import Measured, seconds, spans
from gateway.pipeline.figure_views import FigureQuery
from gateway.tracking.figures import Figure
from gateway.tracking.thread.statement import Kind

_MINUTE, _HOUR = 60, 3600
SPREAD, SLICES = (
    4000,
    40,
)  # How many words of a period are measured at most, and from how many parts of it they are taken.
orders, statements, events = tables.orders, tables.statements, tables.events


def order_release_latency(connection: sa.Connection, query: FigureQuery) -> Figure:
    """From the order of our ERP to the moment when the supplier has it, in minutes."""
    return _between(connection, query, Kind.ORDERED, Kind.TRANSMITTED, _MINUTE, plants=False)


def order_confirmation_latency(connection: sa.Connection, query: FigureQuery) -> Figure:
    """From the moment when the supplier has the order to its first answer, in hours."""
    return _between(connection, query, Kind.TRANSMITTED, Kind.ACKNOWLEDGED, _HOUR, plants=True)


def _between(
    connection: sa.Connection, query: FigureQuery, begin: Kind, end: Kind, unit: int, *, plants: bool
) -> Figure:
    """Measure from the first word of a kind to the first one of another, of which that came in the period."""
    first, earlier = statements.alias("begin"), statements.alias("earlier")
    began = sa.select(sa.func.min(first.c.came_at)).where(
        first.c.order_id == statements.c.order_id, first.c.kind == str(begin)
    )
    repeated = sa.exists(earlier.c.came_at).where(
        earlier.c.order_id == statements.c.order_id,
        earlier.c.kind == str(end),
        earlier.c.came_at < statements.c.came_at,
    )
    asked = (
        sa.select(statements.c.came_at, began.scalar_subquery(), orders.c.partner, orders.c.plant)
        .join(orders, orders.c.id == statements.c.order_id)
        .where(orders.c.role == "buyer", ~repeated)
    )
    rows, complete = _spread(connection, query, end, _theirs(asked, query))
    measured = []
    for came_at, began_at, partner, plant in rows:
        if began_at is not None:
            of = {"supplier": partner} | ({"plant": plant} if plants else {})
            measured.append(Measured(seconds(began_at, came_at) / unit, of))
    return spans(measured, complete=complete)


def goods_receipt_posting_time(connection: sa.Connection, query: FigureQuery) -> Figure:
    """From the time that the warehouse gives to the moment when the receipt counts, or when the ERP has it, in minutes."""
    posted = sa.select(sa.func.min(events.c.at)).where(
        events.c.subject == statements.c.subject, events.c.type == "document.delivered"
    )
    columns = (statements.c.said_at, statements.c.came_at, posted.scalar_subquery())
    asked = (
        sa.select(*columns, orders.c.partner, orders.c.plant)
        .join(orders, orders.c.id == statements.c.order_id)
        .where(orders.c.role == "buyer")
    )
    rows, complete = _spread(connection, query, Kind.RECEIVED, _theirs(asked, query))
    measured = [
        Measured(seconds(said_at, posted_at or came_at) / _MINUTE, {"supplier": partner, "plant": plant})
        for said_at, came_at, posted_at, partner, plant in rows
    ]
    return spans(measured, complete=complete)


def _spread(connection: sa.Connection, query: FigureQuery, kind: Kind, asked: sa.Select[Any]) -> tuple[list[Any], bool]:
    """Return what was said of a kind in the period, and whether it is all of it.

    Where there was much, the newest of each part of the period are taken: looking at one costs several looks at its order, and so
    what is measured does not stand for the last days alone.
    """
    beyond = sa.select(statements.c.came_at).where(_said(kind, query.since, query.until)).offset(SPREAD).limit(1)
    slices = 1 if connection.execute(beyond).first() is None else SLICES
    each, most = (query.until - query.since) / slices, SPREAD // slices
    rows, complete = list[Any](), True
    for number in range(slices):
        since = query.since + number * each
        until = query.until if number == slices - 1 else since + each
        within = asked.where(_said(kind, since, until)).order_by(statements.c.came_at.desc())
        found = connection.execute(within.limit(most + 1)).all()
        rows += found[:most]
        complete &= len(found) <= most
    return rows, complete


def _said(kind: Kind, since: datetime, until: datetime) -> sa.ColumnElement[bool]:
    at = statements.c.came_at
    return sa.and_(statements.c.kind == str(kind), at >= since, at < until)


def _theirs(asked: sa.Select[Any], query: FigureQuery) -> sa.Select[Any]:
    return asked if query.partner is None else asked.where(orders.c.partner == query.partner)
