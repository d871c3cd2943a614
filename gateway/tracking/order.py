"""The rows of the ledger about an order: itself, its lines, and what came of matching each statement.

They are what the fold of its statements gave last (`gateway.tracking.thread`), kept so that they can be looked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any


@dataclass(slots=True)
class Order:
    """One purchase order with one partner in one role. ``verdict`` is the worst of its matches that nobody has decided.

    ``need_by`` is the first day on which something that has not arrived is wanted; ``value`` what was ordered, in ``currency``.
    What is still waited for on any line stands in ``awaits_...`` (`gateway.tracking.thread.awaiting`). ``erp`` is the one that
    has the order, where documents are routed; all its papers go there.
    """

    id: str
    partner: str
    role: str
    order_number: str
    release: str
    state: str
    created_at: datetime
    updated_at: datetime
    tracking_id: str
    verdict: str = "clean"
    plant: str | None = None
    currency: str | None = None
    value: Decimal = Decimal(0)
    need_by: date | None = None
    awaits_acknowledgment: bool = False
    awaits_ship_notice: bool = False
    awaits_receipt: bool = False
    awaits_invoice: bool = False
    erp: str | None = None


@dataclass(slots=True)
class OrderLine:
    """One line of an order. Quantities are in ``unit``; ``item`` is the id by which people know it, ``items`` are all."""

    id: str
    order_id: str
    partner: str
    role: str
    number: str
    state: str
    updated_at: datetime
    item: str = ""
    items: list[list[str]] = field(default_factory=list)
    unit: str | None = None
    plant: str | None = None
    ordered: Decimal = Decimal(0)
    price: Decimal | None = None
    wanted_on: date | None = None
    promised: Decimal = Decimal(0)
    promised_on: date | None = None
    expected_on: date | None = None
    backordered: Decimal = Decimal(0)
    rejected: Decimal = Decimal(0)
    shipped: Decimal = Decimal(0)
    shipped_on: date | None = None
    received: Decimal = Decimal(0)
    received_on: date | None = None
    refused: Decimal = Decimal(0)
    held: Decimal = Decimal(0)
    invoiced: Decimal = Decimal(0)
    credited: Decimal = Decimal(0)


@dataclass(slots=True)
class Match:
    """What came of judging one statement about one order; ``subject`` is the document or transmission that brought it."""

    id: str
    order_id: str
    partner: str
    kind: str
    number: str
    subject: str
    verdict: str
    came_at: datetime
    judged_at: datetime
    findings: list[dict[str, Any]] = field(default_factory=list)


def order_id(partner: str, role: str, order_number: str, release: str = "") -> str:
    """Return the id of an order: its partner, our role, its number, and its release where it is one of a blanket order."""
    return f"{partner}:{role}:{order_number}" + (f"/{release}" if release else "")
