"""What may be looked at in a partner's mailbox: what waits, what was fetched, what was refused and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.tracking.case import Case
from gateway.tracking.document import Document
from gateway.tracking.receipt import Receipt
from gateway.tracking.transmission import Transmission


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that a partner sent and that was refused, in whole or in part, with everything that says why."""

    transmission: Transmission
    documents: list[Document]
    cases: list[Case]
    answers: list[Transmission]


class Mailboxes(Protocol):
    """What the ledger knows of mailboxes. Whoever keeps the ledger fulfils it."""

    async def waiting(self, partner: str, limit: int) -> list[Transmission]:
        """Return what waits to be fetched, oldest first."""

    async def fetched(self, partner: str, since: datetime, limit: int) -> list[tuple[Transmission, list[Receipt]]]:
        """Return what was fetched since then, with the receipts of it, oldest first."""

    async def arriving(self, partner: str, limit: int) -> list[Transmission]:
        """Return what came and is not read yet."""

    async def refused(self, partner: str, since: datetime, limit: int) -> list[Refused]:
        """Return what came since then and was refused, oldest first."""
