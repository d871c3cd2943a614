"""The life of a purchase order as far as documents tell it. One table for both roles.

Documents arrive in any order, so what comes out of order is not refused: the order moves forward where the table has a row,
and what has none is noted beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.tracking.life import Life, Row


class OrderState(StrEnum):
    """How far an order is."""

    OPEN = "open"
    ORDERED = "ordered"
    ACKNOWLEDGED = "acknowledged"
    DECLINED = "declined"
    SHIPPED = "shipped"
    INVOICED = "invoiced"
    CANCELLED = "cancelled"


class OrderEvent(StrEnum):
    """What a document says about its order."""

    ORDERED = "ordered"
    CANCELLED = "cancelled"
    ACKNOWLEDGED = "acknowledged"
    DECLINED = "declined"
    SHIPPED = "shipped"
    INVOICED = "invoiced"


_S, _E = OrderState, OrderEvent
ORDER_LIFE: Life[OrderState, OrderEvent] = Life(
    "purchase order",
    (
        Row((_S.OPEN, _S.ORDERED), _E.ORDERED, _S.ORDERED),
        Row((_S.ACKNOWLEDGED, _S.DECLINED), _E.ORDERED, _S.ORDERED),
        Row((_S.OPEN, _S.ORDERED, _S.ACKNOWLEDGED, _S.DECLINED), _E.CANCELLED, _S.CANCELLED),
        Row((_S.OPEN, _S.ORDERED, _S.ACKNOWLEDGED, _S.DECLINED), _E.ACKNOWLEDGED, _S.ACKNOWLEDGED),
        Row((_S.OPEN, _S.ORDERED, _S.ACKNOWLEDGED), _E.DECLINED, _S.DECLINED),
        Row((_S.OPEN, _S.ORDERED, _S.ACKNOWLEDGED, _S.SHIPPED), _E.SHIPPED, _S.SHIPPED),
        Row((_S.OPEN, _S.ORDERED, _S.ACKNOWLEDGED, _S.SHIPPED, _S.INVOICED), _E.INVOICED, _S.INVOICED),
        # A later delivery of an order that was invoiced in part.
        Row((_S.INVOICED,), _E.SHIPPED, _S.SHIPPED),
    ),
)

# What a canonical message says about its order: (message type, purpose or acknowledgment type) with a fallback.
_EVENTS: dict[tuple[str, str], OrderEvent] = {
    ("purchase_order", "cancellation"): _E.CANCELLED,
    ("purchase_order", ""): _E.ORDERED,
    ("order_acknowledgment", "rejected"): _E.DECLINED,
    ("order_acknowledgment", "rejected_with_detail"): _E.DECLINED,
    ("order_acknowledgment", ""): _E.ACKNOWLEDGED,
    ("ship_notice", ""): _E.SHIPPED,
    ("invoice", ""): _E.INVOICED,
}


def event_of(message_type: str, word: str) -> OrderEvent | None:
    """Return what a message says about its order, if anything; ``word`` is its purpose or acknowledgment type."""
    return _EVENTS.get((message_type, word)) or _EVENTS.get((message_type, ""))


@dataclass(slots=True)
class Order:
    """A row of the ledger: one purchase order with one partner in one role."""

    id: str
    partner: str
    role: str
    order_number: str
    state: str
    created_at: datetime
    updated_at: datetime
    note: str | None = None
