"""The scorecard of one supplier: three looks at the newest rows of a period, each by an index that begins with the partner.

Fulfils `gateway.pipeline.scorecard_views`.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

import sqlalchemy as sa

from gateway.ledger import promise_tables, tables
from gateway.ledger.figures import deliveries
from gateway.ledger.figures.documents import came
from gateway.ledger.figures.samples import Measured, newest
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.figure_views import FigureQuery
from gateway.tracking.document import DocumentState
from gateway.tracking.promise import OwedBy, PromiseState
from gateway.tracking.scorecard import MEASURES, Score, Scorecard
from gateway.tracking.thread.finding import Verdict

# Which documents say nothing yet, or the same as another, and which are about documents themselves.
_NOT_COUNTED = (DocumentState.RECEIVED, DocumentState.DUPLICATE)
_NO_PAPERS = ("997", "999", "TA1")
_BEYOND = (Verdict.OUTSIDE.word, Verdict.DECIDED.word)
promises, documents, matches = promise_tables.promises, tables.documents, tables.matches


class SqlScorecards:
    """Reads scorecards from the ledger."""

    def __init__(self, database: SqlLedger) -> None:
        self._database = database

    async def scorecard(self, partner: str, since: datetime, until: datetime, now: datetime) -> Scorecard:
        """Return the scorecard of a supplier; what is due after now has not been missed."""
        end = min(until, now)
        query = FigureQuery(now, since, end, partner)

        def read(connection: sa.Connection) -> dict[str, Score]:
            return _promised(connection, query) | _delivered(connection, query) | _written(connection, query)

        scores = await self._database.read(read)
        return Scorecard(partner, since, end, {name: scores[name] for name in MEASURES})


def _promised(connection: sa.Connection, query: FigureQuery) -> dict[str, Score]:
    """Judge by times alone: a promise may be broken before anybody looks, or be renewed after it was."""
    in_time = sa.case((sa.func.coalesce(promises.c.settled_at <= promises.c.due_at, sa.false()), 1), else_=0)
    due = sa.select(promises.c.what, in_time).where(
        promises.c.partner == query.partner,
        promises.c.due_at >= query.since,
        promises.c.due_at < query.until,
        promises.c.owed_by == str(OwedBy.PARTNER),
        promises.c.state != str(PromiseState.CANCELLED),
    )
    rows, complete = newest(connection, due, promises.c.due_at)
    found: dict[str, list[int]] = defaultdict(list)
    for what, kept in rows:
        found[what].append(kept)
    scores = {}
    for row in MEASURES.values():
        if row.whats:
            each = [kept for what in row.whats for kept in found[what]]
            scores[row.name] = Score(sum(each), len(each), complete)
    return scores


def _delivered(connection: sa.Connection, query: FigureQuery) -> dict[str, Score]:
    """Judge the lines that were wanted, as the figures of all suppliers do."""
    rows, complete = deliveries.wanted(connection, query)
    found = {
        "on_time_shipment": deliveries.shipped_in_time(rows),
        "fill_rate": deliveries.filled(rows, "received"),
        "shipped_fill_rate": deliveries.filled(rows, "shipped"),
    }
    return {name: _sum(measured, complete=complete) for name, measured in found.items()}


def _written(connection: sa.Connection, query: FigureQuery) -> dict[str, Score]:
    """Judge what the supplier wrote, as it stands now."""
    about = matches.c.subject == documents.c.id
    compared = sa.exists().where(about)
    differs = sa.exists().where(about, matches.c.verdict.in_(_BEYOND))
    asked = sa.select(documents.c.state, compared, differs).where(
        came(query),
        documents.c.direction == "inbound",
        documents.c.test.is_(sa.false()),
        documents.c.state.not_in([str(state) for state in _NOT_COUNTED]),
        documents.c.set_id.not_in(_NO_PAPERS),
    )
    rows, complete = newest(connection, asked, documents.c.id)
    rejected = [state == DocumentState.REJECTED for state, _compared, _differs in rows]
    wrong = [state == DocumentState.REJECTED or differs for state, _compared, differs in rows]
    outside = [differs for _state, compared, differs in rows if compared]
    found = {"error_rate": wrong, "rejected_documents": rejected, "discrepancies": outside}
    return {name: Score(sum(map(bool, each)), len(each), complete) for name, each in found.items()}


def _sum(measured: list[Measured], *, complete: bool) -> Score:
    return Score(round(sum(each.value for each in measured), 4), len(measured), complete)
