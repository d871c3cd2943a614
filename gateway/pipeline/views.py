"""What may be looked at: the read side, apart from the steps. Whoever keeps the ledger fulfils it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from gateway.tracking.case import Case
from gateway.tracking.document import Document
from gateway.tracking.event import Event
from gateway.tracking.order import Order
from gateway.tracking.receipt import Receipt
from gateway.tracking.transmission import Transmission

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DocumentQuery:
    """Which documents; what is None is not asked for. ``partner`` limits what somebody may see at all."""

    partner: str | None = None
    transmission_id: str | None = None
    direction: str | None = None
    set_id: str | None = None
    state: str | None = None
    acknowledgment: str | None = None
    order_number: str | None = None
    document_number: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows, and the cursor behind the last one; None when there are no more."""

    items: list[T]
    after: int | None


class Views(Protocol):
    """The read side of the ledger."""

    async def documents(self, query: DocumentQuery, after: int, limit: int) -> Page[Document]:
        """Return documents in the order of their arrival."""

    async def document(self, document_id: str) -> Document | None:
        """Return one document."""

    async def transmission(self, transmission_id: str) -> Transmission | None:
        """Return one transmission."""

    async def events(self, subjects: list[str]) -> list[Event]:
        """Return the timeline of some records."""

    async def receipts(self, subjects: list[str]) -> list[Receipt]:
        """Return who has confirmed what of some transmissions, the first one first."""

    async def receipt(self, receipt_id: str) -> Receipt | None:
        """Return one receipt."""

    async def cases(self, subjects: list[str]) -> list[Case]:
        """Return the cases about some records."""

    async def open_cases(self, partner: str | None, after: int, limit: int) -> Page[Case]:
        """Return what waits for a person."""

    async def outbox(self, partner: str, after: int, limit: int) -> Page[Transmission]:
        """Return what waits to be fetched by a partner."""

    async def orders(self, partner: str | None, after: int, limit: int) -> Page[Order]:
        """Return purchase orders."""

    async def find(self, text: str) -> list[str]:
        """Return ids of documents that are known under ``text``: an id, a tracking id, a document or order number."""

    async def counts(self) -> dict[str, dict[str, int]]:
        """Return how many records are in which state, and how many steps are due."""
