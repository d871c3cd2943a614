"""Keeps alerts about cases, and with them the cursor over the log of events. Fulfils `gateway.pipeline.alerts.AlertBook`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from gateway.ledger.alert_tables import ALERT_WAITS, alerts
from gateway.ledger.outbox import moved
from gateway.ledger.sql_ledger import SqlLedger
from gateway.ledger.unit_of_work import SqlUnitOfWork
from gateway.pipeline.alerts import SINK
from gateway.pipeline.ports import UnitOfWork
from gateway.tracking.alert import Alert

_NAMES = tuple(field.name for field in fields(Alert))
_COLUMNS = tuple(alerts.c[name] for name in _NAMES)


class SqlAlerts:
    """The rows of alerts. Only one process at a time works with them (`gateway.ledger.opening.in_turn`)."""

    def __init__(self, ledger: SqlLedger) -> None:
        self._ledger = ledger
        shared = ledger.engine.dialect.name == "postgresql"
        self._insert: Any = postgresql.insert if shared else sqlite.insert

    async def of_cases(self, case_ids: Sequence[str]) -> list[Alert]:
        """Return all alerts about these cases."""
        query = sa.select(*_COLUMNS).where(alerts.c.case_id.in_(case_ids))
        rows = await self._ledger.read(lambda connection: connection.execute(query).all())
        return [Alert(*row) for row in rows]

    async def due(self, now: datetime, limit: int) -> list[Alert]:
        """Return what is to be sent by now, those of one mail beside one another, the oldest first."""
        query = sa.select(*_COLUMNS).where(ALERT_WAITS, alerts.c.due_at <= now)
        query = query.order_by(alerts.c.due_at, alerts.c.mail, alerts.c.seq).limit(limit)
        rows = await self._ledger.read(lambda connection: connection.execute(query).all())
        return [Alert(*row) for row in rows]

    async def waiting(self) -> int:
        """Return how many alerts wait for their time or for the mail server."""
        query = sa.select(sa.func.count()).select_from(alerts).where(ALERT_WAITS)
        return await self._ledger.read(lambda connection: int(connection.execute(query).scalar_one()))

    async def write(self, changed: Sequence[Alert], position: int | None = None) -> None:
        """Store alerts, new ones or changed ones, and in the same commit how far the log was read."""
        rows = [{name: getattr(each, name) for name in _NAMES} for each in changed]

        def work(uow: UnitOfWork) -> None:
            assert isinstance(uow, SqlUnitOfWork)
            if rows:
                uow.cursor.run_many("alerts kept", self._keep, rows)
            if position is not None:
                uow.cursor.run("sink moved", moved, {"which": SINK, "reached": position})

        await self._ledger.tx(work)

    def _keep(self) -> Any:
        made = self._insert(alerts).values({name: sa.bindparam(name) for name in _NAMES})
        return made.on_conflict_do_update(
            index_elements=[alerts.c.id], set_={name: made.excluded[name] for name in _NAMES if name != "id"}
        )
