"""An order acknowledgment: what the seller promises, line by line."""

from __future__ import annotations

from gateway.canonical.heading import Heading
from gateway.canonical.lines import Line
from gateway.canonical.particulars import AccountedAmount
from gateway.canonical.values import Amount, Code, Day, Identifier, Moment, Number, Part, Text


class LineStatus(Part):
    """What happens to a line or a part of it: accepted, changed, backordered, rejected."""

    status: Code
    quantity: Number | None = None
    unit: Code | None = None
    date_kind: Code | None = None
    date: Day | None = None
    request_reference: Text | None = None
    item_ids: tuple[Identifier, ...] = ()
    dates: tuple[Moment, ...] = ()
    agency: Code | None = None
    subqualifier: Text | None = None
    industry_code: Text | None = None


class AcknowledgedLine(Line):
    """One line of the order and what the seller says to it."""

    statuses: tuple[LineStatus, ...] = ()
    amounts: tuple[AccountedAmount, ...] = ()


class _Head(Part):
    """What identifies the document: these fields come first in its JSON."""

    purpose: Code = "original"
    acknowledgment_type: Code = "accepted"
    order_number: Text
    ordered_on: Day | None = None
    release: Text | None = None
    request_reference: Text | None = None
    contract: Text | None = None
    seller_reference: Text | None = None
    acknowledged_on: Day | None = None
    transaction_type: Code | None = None


class OrderAcknowledgment(Heading, _Head):
    """What a seller answers to an order. What identifies the order comes first."""

    amounts: tuple[Amount, ...] = ()
    lines: tuple[AcknowledgedLine, ...] = ()
