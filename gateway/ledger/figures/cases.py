"""Figures of what people have to do: open cases, cases that ended, what was taken as it is, and events that wait."""

from __future__ import annotations

from collections import Counter

import sqlalchemy as sa

from gateway.ledger import tables
from gateway.ledger.figures.samples import Measured, newest, seconds, spans, supplier_of
from gateway.ledger.sink_tables import sinks, undelivered
from gateway.pipeline.figure_views import FigureQuery
from gateway.tracking.figures import Figure, Part
from gateway.tracking.thread.statement import Kind

_HOUR = 3600
cases, statements, events, repairs = tables.cases, tables.statements, tables.events, tables.repairs
# What is compared with its order.
_COMPARED = (
    Kind.CHANGED,
    Kind.ACKNOWLEDGED,
    Kind.CHANGE_ANSWERED,
    Kind.SHIPPED,
    Kind.RECEIVED,
    Kind.INVOICED,
    Kind.ADJUSTED,
)


def exception_aging(connection: sa.Connection, query: FigureQuery) -> Figure:
    """How long open cases have been open, in hours."""
    asked = sa.select(cases.c.opened_at, cases.c.owner, cases.c.cause, cases.c.partner)
    asked = asked.where(cases.c.closed_at.is_(None), _theirs(query))
    rows, complete = newest(connection, asked, cases.c.seq)
    measured = [
        Measured(seconds(opened_at, query.now) / _HOUR, {"owner": owner, "cause": cause, "partner": partner})
        for opened_at, owner, cause, partner in rows
    ]
    return spans(measured, complete=complete)


def exception_resolution_time(connection: sa.Connection, query: FigureQuery) -> Figure:
    """How long cases took that ended in the period, in hours."""
    asked = sa.select(cases.c.opened_at, cases.c.closed_at, cases.c.cause, cases.c.partner)
    ended = sa.and_(cases.c.closed_at >= query.since, cases.c.closed_at < query.until)
    rows, complete = newest(connection, asked.where(ended, _theirs(query)), cases.c.closed_at)
    measured = [
        Measured(seconds(opened_at, closed_at) / _HOUR, {"cause": cause, "partner": partner})
        for opened_at, closed_at, cause, partner in rows
    ]
    return spans(measured, complete=complete)


def reconciled_by_hand(connection: sa.Connection, query: FigureQuery) -> Figure:
    """Which share of what was compared somebody took as it is."""
    came = sa.and_(statements.c.came_at >= query.since, statements.c.came_at < query.until)
    mine = statements.c.order_id.startswith(f"{query.partner}:", autoescape=True) if query.partner else sa.true()
    compared = sa.and_(statements.c.kind.in_([str(kind) for kind in _COMPARED]), came, mine)
    papers = int(connection.execute(sa.select(sa.func.count()).where(compared)).scalar_one())
    decided = sa.select(statements.c.order_id, statements.c.head).where(
        statements.c.kind == str(Kind.DECIDED), came, mine
    )
    rows, complete = newest(connection, decided, statements.c.came_at)
    taken = {(order_id, each[0]) for order_id, head in rows for each in head.get("taken", ())}
    diverged, dismissed, applied = _diverged(connection, query)
    by_supplier = Counter(supplier_of(order_id) for order_id, _paper in taken) + Counter(dismissed)
    compared_in_all, by_hand = papers + diverged, len(taken) + len(dismissed)
    parts = tuple(
        Part("supplier", name, _percent(count, compared_in_all), {"papers": count})
        for name, count in by_supplier.most_common()
    )
    more = {"by_hand": by_hand, "diverged": diverged, "dismissed": len(dismissed), "repaired": applied}
    value = _percent(by_hand, compared_in_all) if compared_in_all else None
    return Figure(value, compared_in_all, parts, more, complete)


def _diverged(connection: sa.Connection, query: FigureQuery) -> tuple[int, list[str], int]:
    """Return how many figures of lines differed elsewhere, the suppliers of those dismissed, and how many were repaired.

    However many nights found the same, it counts once.
    """
    found = sa.and_(repairs.c.found_at >= query.since, repairs.c.found_at < query.until)
    mine = repairs.c.partner == query.partner if query.partner else sa.true()
    which = sa.distinct(repairs.c.about)
    all_of_them = connection.execute(sa.select(sa.func.count(which)).where(found, mine)).scalar_one()
    replayed = repairs.c.replay.is_not(None)
    applied = connection.execute(sa.select(sa.func.count(which)).where(found, mine, replayed)).scalar_one()
    wanted = (
        sa.select(repairs.c.about, repairs.c.partner).where(found, mine, repairs.c.state + "" == "dismissed").distinct()
    )
    return int(all_of_them), [partner for _about, partner in connection.execute(wanted)], int(applied)


def _percent(count: int, of: int) -> float:
    return round(100 * count / of, 2) if of else 0.0


def event_backlog(connection: sa.Connection, _query: FigureQuery) -> Figure:
    """How many events a sink has not been given, or did not take."""
    waits = sa.select(undelivered.c.sink, sa.func.count()).group_by(undelivered.c.sink)
    refused = {sink: int(count) for sink, count in connection.execute(waits)}
    behind = {row.name: row.position for row in connection.execute(sa.select(sinks.c.name, sinks.c.position))}
    end = int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(events.c.seq), 0))).scalar_one())
    parts = []
    for name, position in sorted(behind.items()):
        more = {"behind": max(end - position, 0), "not_taken": refused.get(name, 0)}
        parts.append(Part("sink", name, sum(more.values()), dict(more)))
    return Figure(sum(part.value for part in parts), len(parts), tuple(parts))


def _theirs(query: FigureQuery) -> sa.ColumnElement[bool]:
    return sa.true() if query.partner is None else cases.c.partner == query.partner
