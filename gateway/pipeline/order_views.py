"""What may be looked at of purchase orders: lists, the whole thread of one, matches. Part of the read side (`views`)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from gateway.pipeline.views import Page
from gateway.tracking.case import Case
from gateway.tracking.document import Document
from gateway.tracking.event import Event
from gateway.tracking.order import Match, Order, OrderLine
from gateway.tracking.promise import Promise
from gateway.tracking.receipt import Receipt
from gateway.tracking.thread.statement import Kind, Statement
from gateway.tracking.thread.states import LineState
from gateway.tracking.transmission import Transmission

# An order that was not sent yet is nobody's business but ours, and so is what our own systems say about it.
NOT_FOR_PARTNERS = (LineState.CREATED, LineState.APPROVED)
BETWEEN_US = (
    Kind.ORDERED,
    Kind.TRANSMITTED,
    Kind.UNDERSTOOD,
    Kind.REFUSED,
    Kind.CHANGED,
    Kind.ACKNOWLEDGED,
    Kind.CHANGE_ANSWERED,
    Kind.CANCELLED,
    Kind.SHIPPED,
    Kind.INVOICED,
    Kind.ADJUSTED,
    Kind.PAID,
)


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """Which orders; what is None is not asked for.

    ``partner`` limits what somebody may see at all, ``hidden`` are states that it may not. ``item`` is the id by which people
    know an item of a line. ``late_on``: something of the order was wanted before that day and has not arrived.
    """

    partner: str | None = None
    role: str | None = None
    state: str | None = None
    verdict: str | None = None
    plant: str | None = None
    item: str | None = None
    order_number: str | None = None
    need_by_before: date | None = None
    awaiting: str | None = None
    late_on: date | None = None
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchQuery:
    """Which matches; what is None is not asked for. ``kinds``: no others than these may be seen at all."""

    partner: str | None = None
    kind: str | None = None
    verdict: str | None = None
    kinds: tuple[str, ...] = ()


@dataclass(slots=True)
class OrderThread:
    """Everything that the ledger knows about one order, each part in the order in which it came.

    ``transmissions`` are those that brought or carried its documents, our acknowledgments among them. ``cut`` says that the
    timeline holds more events than are here.
    """

    order: Order
    lines: list[OrderLine] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    transmissions: list[Transmission] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    cut: bool = False


class OrderViews(Protocol):
    """The read side of orders."""

    async def orders(self, query: OrderQuery, after: int, limit: int) -> Page[Order]:
        """Return orders, in the order in which they became known."""

    async def order_thread(self, order_id: str) -> OrderThread | None:
        """Return the whole thread of an order."""

    async def numbered(self, order_number: str) -> list[Order]:
        """Return all orders under a number, whoever they are with."""

    async def matches(self, query: MatchQuery, after: int, limit: int) -> Page[Match]:
        """Return what came of judging, in the order in which it was first judged."""

    def with_lines(self, query: OrderQuery) -> AsyncIterator[tuple[Order, list[OrderLine]]]:
        """Yield orders with their lines, however many there are, without holding them all."""
