"""What a run is asked, what it is given, and what it has found so far."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from gateway.pipeline.ports import Blob
from gateway.tracking.order import Order
from gateway.tracking.reconciliation import Trigger
from gateway.tracking.reconciling import Divergence
from gateway.tracking.reported import ReportedLine

AT_MOST = 2000  # Divergences that a run keeps: whoever has more has another problem than single postings.


@dataclass(frozen=True, slots=True)
class Given:
    """One report: of which system, its exact bytes, what they say, and when the system wrote it."""

    system: str
    name: str
    content_type: str
    blob: Blob
    lines: Iterable[ReportedLine]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """A run that somebody wants. The same ``id`` with the same reports is the same run, and is made once."""

    id: str
    trigger: Trigger
    asked_by: str
    tracking_id: str
    partner: str | None = None


@dataclass(slots=True)
class Tally:
    """What a run has found so far. ``scope`` are the systems and figures that were compared."""

    lines: int = 0
    differ: int = 0
    strangers: int = 0
    unknown: list[list[str]] = field(default_factory=list)
    found: list[tuple[Order, list[Divergence]]] = field(default_factory=list)
    scope: set[tuple[str, str]] = field(default_factory=set)

    @property
    def complete(self) -> bool:
        """Whether all that differs is kept."""
        return self.differ <= AT_MOST

    def note(self, order: Order, found: list[Divergence]) -> None:
        """Count what differs in an order."""
        self.differ += len(found)
        if found and self.complete:
            self.found.append((order, found))


def same_asked(source: str, key: str) -> str:
    """Return the id of the run that somebody asks for under an idempotency key."""
    return f"asked-{hashlib.sha256(f'{source}|{key}'.encode()).hexdigest()[:32]}"
