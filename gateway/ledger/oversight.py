"""The read side of oversight: what is owed, and which documents a replay takes."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.ledger import promise_tables, tables
from gateway.ledger.case_tables import OPEN_CASE
from gateway.ledger.records import columns_of, from_row
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.oversight.views import PromiseQuery, Selection
from gateway.pipeline.views import Page
from gateway.tracking.promise import OwedBy, Promise


class SqlOversight:
    """Fulfils `gateway.pipeline.oversight.views.OversightViews`."""

    def __init__(self, database: SqlLedger) -> None:
        self._database = database

    async def promises(self, query: PromiseQuery, after: int, limit: int) -> Page[Promise]:
        """Return what is still owed, in the order in which it was promised."""
        table = promise_tables.promises
        # Both sides are named, so that the index of open promises serves either question.
        sides = [query.owed_by] if query.owed_by is not None else [str(side) for side in OwedBy]
        wanted = [promise_tables.OPEN, table.c.owed_by.in_(sides), table.c.seq > after]
        if query.partner is not None:
            wanted.append(table.c.partner == query.partner)
        if query.overdue_at is not None:
            wanted.append(table.c.due_at < query.overdue_at)
        statement = sa.select(table.c.seq, *columns_of(Promise)).where(*wanted).order_by(table.c.seq).limit(limit + 1)
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        shown = rows[:limit]
        return Page([from_row(Promise, row[1:]) for row in shown], shown[-1][0] if len(rows) > limit else None)

    async def selected(self, selection: Selection, limit: int) -> list[str]:
        """Return the ids of documents, in the order of their arrival."""
        table, cases = tables.documents, tables.cases
        wanted = [
            table.c[name] == value
            for name in ("partner", "direction", "set_id", "state")
            if (value := getattr(selection, name)) is not None
        ]
        if selection.since is not None:
            wanted.append(table.c.created_at >= selection.since)
        of_case = [(cases.c.cause, selection.cause), (cases.c.root, selection.root)]
        of_case = [(column, value) for column, value in of_case if value is not None]
        if of_case:
            found = sa.select(cases.c.subject).where(OPEN_CASE, *(column == value for column, value in of_case))
            wanted.append(sa.or_(table.c.id.in_(found), table.c.sent_in.in_(found)))
        statement = sa.select(table.c.id).where(sa.and_(True, *wanted)).order_by(table.c.seq).limit(limit)
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return [row.id for row in rows]
