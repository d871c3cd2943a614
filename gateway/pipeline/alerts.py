"""What those who send alerts ask of the ledger. Whoever keeps it fulfils `AlertBook`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from gateway.tracking.alert import Alert

SINK = "mail"  # Among those to whom events are passed on: alerts follow from events.


class AlertBook(Protocol):
    """The rows of alerts; one process at a time works with them."""

    async def of_cases(self, case_ids: Sequence[str]) -> list[Alert]:
        """Return all alerts about these cases."""

    async def due(self, now: datetime, limit: int) -> list[Alert]:
        """Return what is to be sent by now, those of one mail beside one another, the oldest first."""

    async def waiting(self) -> int:
        """Return how many alerts wait for their time or for the mail server."""

    async def write(self, changed: Sequence[Alert], position: int | None = None) -> None:
        """Store alerts, new ones or changed ones, and in the same commit how far the log was read."""
