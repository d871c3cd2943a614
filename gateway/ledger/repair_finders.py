"""Finds repairs within a transaction."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from gateway.ledger import tables
from gateway.ledger.conditions import WHICH
from gateway.ledger.looking import Looking
from gateway.ledger.reconciliation_tables import DISMISSED, OPEN_REPAIR, repairs
from gateway.tracking.reconciliation import Repair


class RepairFinders(Looking):
    """Fulfils `gateway.pipeline.reconciliation.ports.RepairFinding`."""

    def repairs_of(self, run_id: str) -> list[Repair]:
        """Return the repairs of a run, in their order; nobody else decides one of them before the commit."""
        found = self._all(Repair, "repairs of", lambda: repairs.c.run_id == WHICH, which=run_id)
        return sorted(found, key=lambda each: each.number)

    def open_repairs(self, system: str) -> list[Repair]:
        """Return what runs before proposed or applied for a system; no other run with it ends before the commit."""
        found = self._all(Repair, "open repairs", lambda: OPEN_REPAIR & (repairs.c.system == WHICH), which=system)
        return sorted(found, key=lambda each: each.id)

    def open_repairs_of(self, order_id: str) -> list[Repair]:
        """Return what is proposed or was applied for an order, the first one first."""
        wanted = OPEN_REPAIR & (repairs.c.order_id == WHICH)
        return sorted(self._all(Repair, "open repairs of", lambda: wanted, which=order_id), key=lambda each: each.id)

    def step_due_at(self, step_id: str) -> datetime | None:
        """Return when a step is due; None where there is none."""
        query = sa.select(tables.steps.c.due_at).where(tables.steps.c.id == WHICH)
        rows = self._cursor.rows("step due", lambda: query, {"which": step_id})
        return rows[0][0] if rows else None

    def dismissed_repairs(self, about: str) -> list[Repair]:
        """Return what was dismissed about a figure of a line, the first one first."""
        found = self._all(Repair, "dismissed repairs", lambda: DISMISSED & (repairs.c.about == WHICH), which=about)
        return sorted(found, key=lambda each: (each.found_at, each.id))
