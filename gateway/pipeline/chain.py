"""What sealing asks of the ledger, and of a time stamp authority. Whoever stands outside fulfils it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from gateway.tracking.chain import Checkpoint, Seal, StoredEvent


class Log(Protocol):
    """The log of events as it is stored, and the chain over it."""

    async def last_seal(self) -> Seal | None:
        """Return the newest block."""

    async def last_checkpoint(self) -> Checkpoint | None:
        """Return the newest checkpoint."""

    async def unsealed(self, after: int, limit: int) -> list[StoredEvent]:
        """Return the first events behind a number that no transaction can precede any more, in their order."""

    async def append(self, record: Seal | Checkpoint) -> bool:
        """Store a block or checkpoint; return False when somebody else has stored that number."""


@dataclass(frozen=True, slots=True)
class TimeStamp:
    """What a time stamp authority answered (DER), and under which address."""

    authority: str
    token: bytes


class TimeStamper(Protocol):
    """A time stamp authority."""

    async def stamp(self, data: bytes) -> TimeStamp:
        """Return a token that says that ``data`` was there now; raise StampRefused when there is none."""
