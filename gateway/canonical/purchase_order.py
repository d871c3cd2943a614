"""A purchase order, as the buyer means it."""

from __future__ import annotations

from gateway.canonical.heading import Heading
from gateway.canonical.lines import Commodity, Line
from gateway.canonical.particulars import AccountedAmount
from gateway.canonical.values import Amount, Code, Day, Part, Text


class PurchaseOrderLine(Line):
    """One line of an order."""

    amounts: tuple[AccountedAmount, ...] = ()


class _Head(Part):
    """What identifies the document: these fields come first in its JSON."""

    purpose: Code = "original"
    order_type: Code = "stand_alone"
    order_number: Text
    release: Text | None = None
    ordered_on: Day | None = None
    contract: Text | None = None
    acknowledgment_wanted: Code | None = None
    invoice_type: Code | None = None
    contract_type: Code | None = None
    purchase_category: Code | None = None
    security_level: Code | None = None
    transaction_type: Code | None = None


class PurchaseOrder(Heading, _Head):
    """What a buyer orders from a seller. What identifies the order comes first."""

    commodities: tuple[Commodity, ...] = ()
    order_amounts: tuple[AccountedAmount, ...] = ()
    amounts: tuple[Amount, ...] = ()
    lines: tuple[PurchaseOrderLine, ...] = ()
