"""What reconciliation asks of the world: of a transaction, of the read side, and where a report is kept while it is compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.pipeline.order_views import OrderViews
from gateway.pipeline.views import Page
from gateway.tracking.reconciliation import Reconciliation, Repair
from gateway.tracking.reconciling import Reported
from gateway.tracking.reported import ReportedLine


class RepairFinding(Protocol):
    """The part of a transaction that is about repairs."""

    def repairs_of(self, run_id: str) -> list[Repair]:
        """Return the repairs of a run, in their order; nobody else decides one of them before the commit."""

    def open_repairs(self, system: str) -> list[Repair]:
        """Return what runs before proposed or applied for a system; no other run with it ends before the commit."""

    def dismissed_repairs(self, about: str) -> list[Repair]:
        """Return what was dismissed about a figure of a line, the first one first."""


class ReconciliationViews(Protocol):
    """The read side of reconciliation."""

    async def runs(self, after: int, limit: int) -> Page[Reconciliation]:
        """Return runs, the newest first."""

    async def repairs(self, run_id: str, state: str | None, after: int, limit: int) -> Page[Repair]:
        """Return the repairs of a run in their order, those in one state or all."""


class ReportIndex(Protocol):
    """A report, ready to be asked for one order after the other."""

    @property
    def figures(self) -> Sequence[str]:
        """The figures that it speaks of."""

    def of_order(self, order_number: str, partner: str, release: str) -> dict[str, Reported]:
        """Return what is reported of each line of an order; that counts as seen from now on."""

    def strangers(self) -> int:
        """Return how many lines nobody asked for."""

    def unseen(self, limit: int) -> Iterator[tuple[str, str]]:
        """Yield order number and line of the first ones that nobody asked for."""

    def close(self) -> None:
        """Let go of it."""


@dataclass(frozen=True, slots=True)
class Books:
    """What is compared with what: our orders, and what takes the lines of a report in."""

    orders: OrderViews
    index: Callable[[Iterable[ReportedLine]], ReportIndex]
