"""What the REST interface says about orders, as models. Quantities and amounts are decimals as text, just as they were said."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from gateway.pipeline.order_timeline import Entry
from gateway.tracking.order import Match, Order, OrderLine
from gateway.tracking.thread.awaiting import Awaited, awaited_by
from gateway.tracking.thread.finding import Check
from gateway.tracking.thread.states import LineState
from gateway.tracking.transmission import Transmission
from gateway.transports.rest.models import CaseBody, ConfirmationBody, DocumentBody
from gateway.transports.rest.oversight import PromiseBody

_FIGURES = (
    *("ordered", "promised", "backordered", "rejected", "shipped", "received", "refused", "held", "invoiced"),
    "credited",
)


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True)


class OrderBody(_Body):
    """One purchase order with one partner."""

    id: str
    location: str = Field(description="Where its whole thread stands.")
    correlation_id: str = Field(description="The tracking id of the order; its whole thread carries it.")
    partner: str
    role: str = Field(description="buyer: we ordered; seller: they did.")
    order_number: str
    release: str = Field(description="Of a blanket order; else empty.")
    state: str = Field(description=", ".join(LineState))
    verdict: str = Field(
        description="The worst of its matches that nobody has decided: clean, noted, waiting, outside."
    )
    awaiting: list[str] = Field(description="What is still to come for some of its lines: " + ", ".join(Awaited) + ".")
    late: bool = Field(description="Something of it was wanted before today and has not arrived.")
    need_by: date | None = Field(description="The first day on which something that has not arrived is wanted.")
    plant: str | None
    currency: str | None
    value: str = Field(description="What was ordered.")
    erp: str | None = Field(description="The ERP that has the order; null where nothing is routed, and to partners.")
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, order: Order, today: date, *, inside: bool) -> OrderBody:
        """Show an order; ``inside`` is false for a partner."""
        return cls(
            **{name: getattr(order, name) for name in _ORDER},
            location=location_of(order.id),
            correlation_id=order.tracking_id,
            awaiting=[str(each) for each in Awaited if getattr(order, each.column)],
            late=order.need_by is not None and order.need_by < today,
            value=f"{order.value:f}",
            erp=order.erp if inside else None,
        )


_ORDER = (
    *("id", "partner", "role", "order_number", "release", "state", "verdict", "need_by", "plant", "currency"),
    *("created_at", "updated_at"),
)


def location_of(order_id: str) -> str:
    """Return the path of an order's thread; its number may hold anything."""
    return f"/api/v1/orders/{quote(order_id, safe=':')}"


class OrderLineBody(_Body):
    """One line as it stands; quantities are in ``unit``."""

    number: str
    state: str
    item: str = Field(description="The id by which people know the item.")
    items: list[list[str]] = Field(description="All its ids, each with its kind.")
    unit: str | None
    plant: str | None
    price: str | None
    ordered: str
    promised: str
    backordered: str
    rejected: str
    shipped: str
    received: str
    refused: str
    held: str
    invoiced: str
    credited: str
    wanted_on: date | None
    promised_on: date | None
    expected_on: date | None
    shipped_on: date | None
    received_on: date | None
    awaiting: list[str]

    @classmethod
    def of(cls, line: OrderLine) -> OrderLineBody:
        """Show a line."""
        names = ("number", "state", "item", "items", "unit", "plant")
        days = ("wanted_on", "promised_on", "expected_on", "shipped_on", "received_on")
        awaited = awaited_by(line)
        return cls(
            **{name: getattr(line, name) for name in (*names, *days)},
            **{name: f"{getattr(line, name):f}" for name in _FIGURES},
            price=_plain(line.price),
            awaiting=[str(each) for each in Awaited if each in awaited],
        )


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


class FindingBody(_Body):
    """One difference, or one thing that is waited for."""

    check: str = Field(description=", ".join(Check))
    verdict: str
    line: str | None
    expected: str
    said: str
    words: str


class MatchBody(_Body):
    """What came of judging one paper, or one word of another system, about one order."""

    id: str
    order: str = Field(description="Id of the order.")
    location: str
    partner: str
    kind: str
    number: str = Field(description="The sender's own.")
    subject: str = Field(description="The document or transmission that brought it.")
    verdict: str = Field(description="clean, noted, waiting, decided, outside; replaced: it does not count any more.")
    came_at: datetime
    judged_at: datetime
    findings: list[FindingBody]

    @classmethod
    def of(cls, match: Match) -> MatchBody:
        """Show a match."""
        names = ("id", "partner", "kind", "number", "subject", "verdict", "came_at", "judged_at")
        return cls(
            **{name: getattr(match, name) for name in names},
            order=match.order_id,
            location=location_of(match.order_id),
            findings=finding_bodies(match.findings),
        )


def finding_bodies(findings: list[dict[str, Any]]) -> list[FindingBody]:
    """Show findings as the ledger keeps them."""
    return [FindingBody(**{name: each[name] for name in FindingBody.model_fields}) for each in findings]


class EntryBody(_Body):
    """One line of the timeline of an order."""

    at: datetime
    kind: str = Field(description="said, happened, owed or case.")
    type: str = Field(description="What was said, the type of the event, what is owed, or the cause of the case.")
    words: str
    subject: str = Field(description="The document, transmission or order that it is about.")
    tracking_id: str = Field(description="Of what it is about.")
    correlation_id: str = Field(description="That of the order.")
    open: bool
    next_action: str = Field(description="What is to be done; empty where nothing is open.")
    verdict: str | None
    findings: list[FindingBody]
    data: dict[str, Any]

    @classmethod
    def of(cls, entry: Entry) -> EntryBody:
        """Show an entry."""
        names = [name for name in cls.model_fields if name != "findings"]
        return cls(**{name: getattr(entry, name) for name in names}, findings=finding_bodies(entry.findings))


class AnswerBody(_Body):
    """A 997, 999 or TA1 of ours that answers a document of the thread."""

    id: str
    set: str
    state: str
    content: str = Field(description="Where its bytes stand.")

    @classmethod
    def of(cls, sent: Transmission) -> AnswerBody:
        """Show an acknowledgment."""
        content = f"/api/v1/documents/{sent.id}/content"
        return cls(id=sent.id, set=sent.name or "", state=sent.state, content=content)


class OrderThreadBody(_Body):
    """The whole thread of an order."""

    correlation_id: str
    order: OrderBody
    lines: list[OrderLineBody]
    documents: list[DocumentBody]
    receipts: list[ConfirmationBody] = Field(description="Who has confirmed that bytes arrived.")
    acknowledgments: list[AnswerBody] = Field(
        description="Our 997, 999 and TA1; what the partner acknowledged stands with each document."
    )
    promises: list[PromiseBody]
    matches: list[MatchBody]
    cases: list[CaseBody] = Field(description="Open and closed; partners see none.")
    timeline: list[EntryBody] = Field(description="What was said, happened and is owed, in time order.")
    open: int = Field(description="How many entries of the timeline are open.")
    cut: bool = Field(description="There is more than the timeline holds; the documents have the rest.")


class OrderList(_Body):
    """Some orders; ``after`` is the cursor for the next ones."""

    items: list[OrderBody]
    after: int | None


class MatchList(_Body):
    """Some matches; ``after`` is the cursor for the next ones."""

    items: list[MatchBody]
    after: int | None
