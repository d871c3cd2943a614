"""What evidence asks of the ledger. Whoever keeps it fulfils it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gateway.pipeline.chain import Log
from gateway.tracking.chain import Checkpoint, Seal, StoredEvent
from gateway.tracking.document import Document
from gateway.tracking.receipt import Receipt
from gateway.tracking.retention import Purge
from gateway.tracking.transmission import Transmission


class Archive(Log, Protocol):
    """Everything that was kept, to look at."""

    async def documents(self, names: Sequence[str]) -> list[Document]:
        """Return documents by id, by the transmission that brought or takes them, or by document or order number."""

    async def transmissions(self, ids: Sequence[str]) -> list[Transmission]:
        """Return transmissions by id, or by the tracking id under which they came."""

    async def receipts(self, transmissions: Sequence[str]) -> list[Receipt]:
        """Return the receipts for transmissions."""

    async def purges(self, digests: Sequence[str]) -> list[Purge]:
        """Return what of these bytes was purged, and for which transmission the first time."""

    async def events(self, first: int, last: int) -> list[StoredEvent]:
        """Return the events from one number to another, in their order."""

    async def events_about(self, subjects: Sequence[str]) -> list[StoredEvent]:
        """Return the events about some records, in their order."""

    async def events_of(self, kind: str) -> list[StoredEvent]:
        """Return the events of a type, in their order."""

    async def block(self, number: int) -> Seal | None:
        """Return a block by its number."""

    async def block_with(self, seq: int) -> Seal | None:
        """Return the block whose events reach over a number."""

    async def checkpoint(self, number: int) -> Checkpoint | None:
        """Return a checkpoint by its number."""

    async def checkpoint_over(self, block: int) -> Checkpoint | None:
        """Return the first checkpoint that names a block or one behind it; of several the one with a time stamp."""
