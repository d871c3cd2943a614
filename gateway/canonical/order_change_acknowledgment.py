"""An order change acknowledgment: what a seller answers to a change, or the change that a seller asks for."""

from __future__ import annotations

from gateway.canonical.heading import Heading
from gateway.canonical.lines import LineDetails, SubLine
from gateway.canonical.order_acknowledgment import LineStatus
from gateway.canonical.order_change import Changed
from gateway.canonical.particulars import AccountedAmount
from gateway.canonical.values import Amount, Code, Day, Part, Text


class AnsweredSubLine(SubLine):
    """A part of a changed line, and what the seller says to it."""

    statuses: tuple[LineStatus, ...] = ()


class AnsweredLine(LineDetails, Changed):
    """One changed line and what the seller says to it: accepted, accepted with another date, rejected."""

    statuses: tuple[LineStatus, ...] = ()
    amounts: tuple[AccountedAmount, ...] = ()
    sub_lines: tuple[AnsweredSubLine, ...] = ()


class _Head(Part):
    """What identifies the document: these fields come first in its JSON."""

    purpose: Code = "original"
    acknowledgment_type: Code | None = None
    order_number: Text
    release: Text | None = None
    change_sequence: Text | None = None
    ordered_on: Day | None = None
    changed_on: Day | None = None
    acknowledged_on: Day | None = None
    change_acknowledged_on: Day | None = None
    request_reference: Text | None = None
    contract: Text | None = None
    seller_reference: Text | None = None
    order_type: Code | None = None
    security_level: Code | None = None
    transaction_type: Code | None = None


class OrderChangeAcknowledgment(Heading, _Head):
    """What a seller says to a change of an order. Without ``acknowledgment_type`` it may be a change that the seller asks for."""

    maintenance: tuple[Code, ...] = ()
    order_amounts: tuple[AccountedAmount, ...] = ()
    amounts: tuple[Amount, ...] = ()
    lines: tuple[AnsweredLine, ...] = ()
