"""An order change: what a buyer changes in an order that it sent before, line by line."""

from __future__ import annotations

from gateway.canonical.heading import Heading
from gateway.canonical.lines import LineDetails
from gateway.canonical.money import UnitPrice
from gateway.canonical.particulars import AccountedAmount
from gateway.canonical.values import Amount, Code, Day, Identifier, Number, Part, Text, UnitDetail


class ChangedQuantity(Part):
    """The quantity of a line after the change, how much of it is still to come, and the unit of both."""

    value: Number | None = None
    left_to_receive: Number | None = None
    unit: Code | None = None
    unit_detail: UnitDetail | None = None


class Changed(Part):
    """What becomes of a line: these fields come first in its JSON. ``unit_price`` is the price after the change."""

    number: Text | None = None
    change: Code
    quantity: ChangedQuantity | None = None
    unit_price: UnitPrice | None = None
    item_ids: tuple[Identifier, ...] = ()


class ChangedLine(LineDetails, Changed):
    """One line that the buyer changes: added, deleted, rescheduled, more, fewer, at another price."""

    amounts: tuple[AccountedAmount, ...] = ()


class _Head(Part):
    """What identifies the document: these fields come first in its JSON."""

    purpose: Code = "change"
    order_type: Code = "stand_alone"
    order_number: Text
    release: Text | None = None
    change_sequence: Text | None = None
    ordered_on: Day | None = None
    changed_on: Day | None = None
    request_reference: Text | None = None
    contract: Text | None = None
    seller_reference: Text | None = None
    acknowledged_on: Day | None = None
    contract_type: Code | None = None
    security_level: Code | None = None
    acknowledgment_wanted: Code | None = None
    transaction_type: Code | None = None
    purchase_category: Code | None = None


class OrderChange(Heading, _Head):
    """What a buyer changes in an order. What identifies the change comes first; ``change_sequence`` counts the changes."""

    maintenance: tuple[Code, ...] = ()
    order_amounts: tuple[AccountedAmount, ...] = ()
    amounts: tuple[Amount, ...] = ()
    lines: tuple[ChangedLine, ...] = ()
