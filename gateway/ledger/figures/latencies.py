"""Figures of how long it takes from one word about an order to the next."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from gateway.ledger import tables
from gateway.ledger.figures.samples import Measured, newest, seconds, spans
from gateway.pipeline.figure_views import FigureQuery
from gateway.tracking.figures import Figure
from gateway.tracking.thread.statement import Kind

_MINUTE, _HOUR = 60, 3600
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
        first.c.order_id == statements.c.order_id, _by_order(first.c.kind) == str(begin)
    )
    repeated = sa.exists().where(
        earlier.c.order_id == statements.c.order_id,
        _by_order(earlier.c.kind) == str(end),
        earlier.c.came_at < statements.c.came_at,
    )
    asked = (
        sa.select(statements.c.came_at, began.scalar_subquery(), orders.c.partner, orders.c.plant)
        .join(orders, orders.c.id == statements.c.order_id)
        .where(_said(end, query), orders.c.role == "buyer", ~repeated)
    )
    rows, complete = newest(connection, _theirs(asked, query), statements.c.came_at)
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
        .where(_said(Kind.RECEIVED, query), orders.c.role == "buyer")
    )
    rows, complete = newest(connection, _theirs(asked, query), statements.c.came_at)
    measured = [
        Measured(seconds(said_at, posted_at or came_at) / _MINUTE, {"supplier": partner, "plant": plant})
        for said_at, came_at, posted_at, partner, plant in rows
    ]
    return spans(measured, complete=complete)


def _said(kind: Kind, query: FigureQuery) -> sa.ColumnElement[bool]:
    at = statements.c.came_at
    return sa.and_(statements.c.kind == str(kind), at >= query.since, at < query.until)


def _by_order(kind: sa.Column[str]) -> sa.ColumnElement[str]:
    """Keep the database from looking among all statements of a kind instead of among those of the order."""
    return kind + ""


def _theirs(asked: sa.Select[Any], query: FigureQuery) -> sa.Select[Any]:
    return asked if query.partner is None else asked.where(orders.c.partner == query.partner)
