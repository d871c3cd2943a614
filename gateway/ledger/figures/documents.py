"""Figures of documents: whether they went through, whether the ERP took them, and how long that took.

Which documents came in a period is read off their ids, which begin with their time (`gateway.stamps.IdMaker`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gateway.ledger import tables
from gateway.ledger.figures.samples import Measured, counts, newest, seconds, shares, spans
from gateway.pipeline.figure_views import FigureQuery
from gateway.tracking.document import DocumentState
from gateway.tracking.figures import Figure

_WELL = (DocumentState.DELIVERED, DocumentState.SENT, DocumentState.RECONCILED)
_FAILED = (DocumentState.REJECTED, DocumentState.PARKED)
# Why the ERP does not have what is for it.
_NOT_POSTED = ("erp-rejected", "delivery-exhausted")
_STOCK = ("846",)
documents, events, cases = tables.documents, tables.events, tables.cases


def message_health(connection: sa.Connection, query: FigureQuery) -> Figure:
    """Which share of documents went through."""
    ended = documents.c.state.in_([str(state) for state in (*_WELL, *_FAILED)])
    asked = sa.select(documents.c.state, documents.c.partner).where(came(query), ended)
    rows, complete = newest(connection, asked, documents.c.id)
    return shares([Measured(float(state in _WELL), {"partner": name}) for state, name in rows], complete=complete)


def failures_by_supplier(connection: sa.Connection, query: FigureQuery) -> Figure:
    """How many documents were rejected, or wait for a person."""
    failed = sa.and_(tables.UNUSUAL, documents.c.state.in_([str(state) for state in _FAILED]))
    split = (documents.c.partner, documents.c.state)
    rows = connection.execute(sa.select(*split, sa.func.count()).where(came(query), failed).group_by(*split)).all()
    by_state = {str(state): sum(count for _name, found, count in rows if found == state) for state in _FAILED}
    return counts([Measured(count, {"partner": name}) for name, _state, count in rows], **by_state)


def posting_success_rate(connection: sa.Connection, query: FigureQuery) -> Figure:
    """Which share of the documents for the ERP it took."""
    kept_back = sa.exists().where(
        cases.c.subject == documents.c.id, cases.c.closed_at.is_(None), cases.c.cause.in_(_NOT_POSTED)
    )
    parked = sa.and_(documents.c.state == str(DocumentState.PARKED), kept_back)
    posted = documents.c.state == str(DocumentState.DELIVERED)
    wanted = sa.and_(came(query), documents.c.direction == "inbound", sa.or_(posted, parked))
    rows, complete = newest(connection, sa.select(documents.c.state, documents.c.partner).where(wanted), documents.c.id)
    measured = [Measured(float(state == DocumentState.DELIVERED), {"partner": name}) for state, name in rows]
    return shares(measured, complete=complete)


def sync_lag(connection: sa.Connection, query: FigureQuery) -> Figure:
    """From the moment when a document is with us to the moment when the ERP has it, in seconds."""
    return _lag(connection, query, ())


def inventory_sync_lag(connection: sa.Connection, query: FigureQuery) -> Figure:
    """The same of stock reports alone."""
    return _lag(connection, query, _STOCK)


def _lag(connection: sa.Connection, query: FigureQuery, sets: Sequence[str]) -> Figure:
    posted = sa.select(sa.func.min(events.c.at)).where(
        events.c.subject == documents.c.id, events.c.type == "document.delivered"
    )
    delivered = sa.and_(documents.c.direction == "inbound", documents.c.state == str(DocumentState.DELIVERED))
    columns = (documents.c.created_at, posted.scalar_subquery(), documents.c.set_id, documents.c.partner)
    asked = sa.select(*columns).where(came(query), delivered)
    rows, complete = newest(connection, asked.where(documents.c.set_id.in_(sets)) if sets else asked, documents.c.id)
    measured = []
    for came_at, posted_at, set_id, name in rows:
        if posted_at is not None:
            of: dict[str, str | None] = {"partner": name} if sets else {"set": set_id, "partner": name}
            measured.append(Measured(seconds(came_at, posted_at), of))
    return spans(measured, complete=complete)


def came(query: FigureQuery) -> sa.ColumnElement[bool]:
    """Return the condition that a document came in the period, with the partner that is asked for."""
    wanted: list[Any] = [documents.c.id >= first_id(query.since), documents.c.id < first_id(query.until)]
    if query.partner is not None:
        wanted.append(documents.c.partner == query.partner)
    return sa.and_(*wanted)


def first_id(moment: datetime) -> str:
    """Return what no id of that time or later comes before."""
    return f"{max(0, int(moment.timestamp() * 1000)):012x}"
