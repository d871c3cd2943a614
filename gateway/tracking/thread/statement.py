"""What one document, or one event of another system, says about one order: the same words, whoever says it and how.

An 855, a line in a supplier's CSV file and a click in a portal become the same statement. A statement is a row of the ledger and
never changes; what it replaces or takes back is worked out each time (`fold`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a statement is about."""

    PLANNED = "planned"  # MRP wanted it, before there was an order.
    FORECAST = "forecast"  # 830 for what is planned
    CALLED = "called"  # 862 for what is planned
    CREATED = "created"
    APPROVED = "approved"
    ORDERED = "ordered"  # 850
    TRANSMITTED = "transmitted"  # The 850 is with the partner.
    UNDERSTOOD = "understood"  # 997 or 999 for the 850, accepted.
    REFUSED = "refused"  # 997 or 999 for the 850, rejected.
    CHANGED = "changed"  # 860
    ACKNOWLEDGED = "acknowledged"  # 855
    CHANGE_ANSWERED = "change_answered"  # 865
    CANCELLED = "cancelled"
    SHIPPED = "shipped"  # 856
    MOVED = "moved"  # 214, or a milestone of the TMS
    RECEIVED = "received"  # WMS, 861, 944
    POSTED = "posted"  # The ERP has a receipt of the warehouse in its books.
    HELD = "held"  # QMS
    RELEASED = "released"
    PASSED = "passed"  # 863 within its limits: it lets go what was kept back for want of it, and nothing else.
    CONSUMED = "consumed"  # MES
    AWAITED = "awaited"  # Production waits for an item; no order is meant.
    INVOICED = "invoiced"  # 810
    ADJUSTED = "adjusted"  # 812
    PAID = "paid"  # 820
    CLOSED = "closed"
    DECIDED = "decided"  # A person took what did not match as it is.


# Each of these is a paper of its own with a number of its own: the number says what is replaced, and what is a copy.
NUMBERED = frozenset((Kind.SHIPPED, Kind.RECEIVED, Kind.CONSUMED, Kind.INVOICED, Kind.ADJUSTED, Kind.PAID))

BY_DOCUMENT = (
    "document"  # The source of what a paper says; what a system of ours says by itself has the name of its key.
)

# What warehouse, quality and production say of the goods, directly or through a paper.
SYSTEM_KINDS = frozenset((Kind.RECEIVED, Kind.HELD, Kind.RELEASED, Kind.CONSUMED))


class Purpose(StrEnum):
    """What a statement does to one before it under the same number."""

    ORIGINAL = "original"
    REPLACEMENT = "replacement"
    CANCELLATION = "cancellation"
    ADDITION = "addition"
    COPY = "copy"


class Reply(StrEnum):
    """What a partner says to a line: all in an acknowledgment; for a change, what is wanted."""

    ACCEPTED = "accepted"
    CHANGED = "changed"
    BACKORDERED = "backordered"
    REJECTED = "rejected"
    PENDING = "pending"
    ADD = "add"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class LineSaid:
    """What is said about one line, or one part of it. ``on`` is the date it is about: wanted, promised, shipped, received.

    ``items`` are (kind, value). Prices are for one unit in the currency of the statement; ``amount`` is that of the line.
    """

    line: str | None = None
    items: tuple[tuple[str, str], ...] = ()
    quantity: Decimal | None = None
    unit: str | None = None
    price: Decimal | None = None
    on: date | None = None
    reply: str | None = None
    lot: str | None = None
    amount: Decimal | None = None
    refused: Decimal | None = None  # Of what was received: damaged or sent back.
    reference: str | None = None  # The shipment that was received, the invoice that is adjusted.
    plant: str | None = None
    words: str | None = None

    def to_data(self) -> dict[str, Any]:
        """Return it as JSON, without what is not said."""
        made: dict[str, Any] = {}
        for name in _LINE_FIELDS:
            value = getattr(self, name)
            if value is None or value == ():
                continue
            made[name] = [list(pair) for pair in value] if name == "items" else _plain(value)
        return made

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> LineSaid:
        """Read what `to_data` wrote."""
        values = dict(data)
        for name in ("quantity", "price", "amount", "refused"):
            if name in values:
                values[name] = Decimal(values[name])
        if "on" in values:
            values["on"] = date.fromisoformat(values["on"])
        values["items"] = tuple((kind, value) for kind, value in values.get("items", ()))
        return cls(**values)


_LINE_FIELDS = tuple(each.name for each in fields(LineSaid))


def _plain(value: Any) -> Any:
    return f"{value:f}" if isinstance(value, Decimal) else value.isoformat() if isinstance(value, date) else value


@dataclass(slots=True)
class Statement:
    """A row of the ledger. ``subject`` is the document or transmission that brought it; ``number`` the sender's own for it.

    ``said_at`` is the time that the sender gives it, ``came_at`` when we took it in. ``head`` holds what is said about the order
    as a whole: currency, total, charges, tax, plant, references.
    """

    id: str
    order_id: str
    kind: str
    number: str
    purpose: str
    said_at: datetime
    came_at: datetime
    source: str
    subject: str
    tracking_id: str
    head: dict[str, Any] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)

    def said(self) -> list[LineSaid]:
        """Return what is said line by line."""
        return [LineSaid.from_data(each) for each in self.lines]

    def decimal(self, name: str) -> Decimal | None:
        """Return a figure of the head."""
        value = self.head.get(name)
        return Decimal(value) if value is not None else None
