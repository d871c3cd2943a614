"""Finds repairs within a transaction."""

from __future__ import annotations

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

    def dismissed_repairs(self, about: str) -> list[Repair]:
        """Return what was dismissed about a figure of a line, the first one first."""
        found = self._all(Repair, "dismissed repairs", lambda: DISMISSED & (repairs.c.about == WHICH), which=about)
        return sorted(found, key=lambda each: (each.found_at, each.id))
