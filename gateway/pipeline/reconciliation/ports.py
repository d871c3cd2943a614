"""What reconciliation asks of the world: of a transaction, of the read side, and where a report is kept while it is compared."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from gateway.errors import GatewayError
from gateway.pipeline.order_views import OrderViews
from gateway.pipeline.views import Page
from gateway.tracking.calendar import Calendar
from gateway.tracking.reconciliation import Reconciliation, Repair
from gateway.tracking.reconciling import Reported
from gateway.tracking.reported import ReportedLine


class ReportMissing(GatewayError):
    """A report did not come, or is not newer than the one before. Look why the system writes none; it is asked again."""

    code = "report-missing"
    retryable = True


class RepairFinding(Protocol):
    """The part of a transaction that is about reconciliation."""

    def step_due_at(self, step_id: str) -> datetime | None:
        """Return when a step is due; None where there is none."""

    def open_repairs_of(self, order_id: str) -> list[Repair]:
        """Return what is proposed or was applied for an order, the first one first."""

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

    def of_order(self, order_number: str, partner: str, release: str, lines: Collection[str]) -> dict[str, Reported]:
        """Return what is reported of each line of an order; what is reported of ``lines`` counts as seen from now on."""

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


@dataclass(frozen=True, slots=True)
class Fetched:
    """A report that came: its bytes, the lines in them (read as they are asked for), and when the system wrote it."""

    name: str
    content_type: str
    data: bytes
    lines: Iterable[ReportedLine]
    as_of: datetime


class ReportSource(Protocol):
    """Where the report of one system comes from."""

    async def fetch(self, now: datetime) -> Fetched:
        """Return the newest report; raise ReportMissing."""


@dataclass(frozen=True, slots=True)
class Nightly:
    """What is done each night, when a day of ``calendar`` begins; a report may come ``within``, and is looked for ``every``."""

    calendar: Calendar
    within: timedelta
    every: timedelta
    sources: Mapping[str, ReportSource]
    books: Books
    views: ReconciliationViews
