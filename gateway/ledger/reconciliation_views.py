"""The read side of reconciliation. Fulfils `gateway.pipeline.reconciliation.ports.ReconciliationViews`."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.ledger.reconciliation_tables import reconciliations, repairs
from gateway.ledger.records import columns_of, from_row
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.views import Page
from gateway.tracking.reconciliation import Reconciliation, Repair


class SqlReconciliations:
    """Reads runs and what they found."""

    def __init__(self, database: SqlLedger) -> None:
        self._database = database

    async def runs(self, after: int, limit: int) -> Page[Reconciliation]:
        """Return runs, the newest first; ``after`` is the cursor of the page before, or 0."""
        table = reconciliations
        query = sa.select(table.c.seq, *columns_of(Reconciliation)).order_by(table.c.seq.desc()).limit(limit + 1)
        if after:
            query = query.where(table.c.seq < after)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        shown = [from_row(Reconciliation, row[1:]) for row in rows[:limit]]
        return Page(shown, rows[limit - 1][0] if len(rows) > limit else None)

    async def repairs(self, run_id: str, state: str | None, after: int, limit: int) -> Page[Repair]:
        """Return the repairs of a run in their order, those in one state or all; ``after`` is the number of the last one."""
        query = sa.select(*columns_of(Repair)).where(repairs.c.run_id == run_id, repairs.c.number > after)
        if state is not None:
            query = query.where(repairs.c.state == state)
        query = query.order_by(repairs.c.number).limit(limit + 1)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        shown = [from_row(Repair, row) for row in rows[:limit]]
        return Page(shown, shown[-1].number if len(rows) > limit else None)
