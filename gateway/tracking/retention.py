"""What must not be thrown away, and what was: a hold that a person places, and the trace that a purge leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class Hold:
    """A row of the ledger. ``id`` is what is held: a document, a transmission, or an order by its number."""

    id: str
    reason: str
    placed_by: str
    placed_at: datetime
    released_by: str | None = None
    released_at: datetime | None = None
    release_reason: str | None = None


@dataclass(slots=True)
class Purge:
    """A row of the ledger: bytes that were there and are not any more. ``id`` is their SHA-256."""

    id: str
    subject: str
    reason: str
    purged_by: str
    purged_at: datetime
    size: int
