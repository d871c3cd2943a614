"""What an order still waits for, read off its lines: an acknowledgment, a ship notice, a receipt, an invoice."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from gateway.tracking.order import OrderLine
from gateway.tracking.thread.line import Line
from gateway.tracking.thread.states import AWAITING_ACKNOWLEDGMENT, LineState


class Awaited(StrEnum):
    """What may still come for an order; several at once where its lines are not equally far."""

    ACKNOWLEDGMENT = "acknowledgment"
    SHIP_NOTICE = "ship_notice"
    RECEIPT = "receipt"
    INVOICE = "invoice"

    @property
    def column(self) -> str:
        """The field of `gateway.tracking.order.Order` that says whether it is waited for."""
        return f"awaits_{self}"


# Answered, and not all of it here: more is to be shipped.
ANSWERED = frozenset((LineState.ACCEPTED, LineState.CHANGED, LineState.SPLIT, LineState.BACKORDERED))
ON_ITS_WAY = frozenset((LineState.SHIPPED, LineState.IN_TRANSIT, LineState.PARTLY_RECEIVED))
ENDED = frozenset((LineState.CANCELLED, LineState.REJECTED, LineState.CLOSED, LineState.MATCHED))
# What is here as far as was agreed, or paid for without a word about where it is.
ARRIVED = ENDED | {LineState.RECEIVED, LineState.INVOICED}


def awaited_by(line: Line | OrderLine) -> frozenset[Awaited]:
    """Return what is waited for on one line, while it is folded or as it is kept."""
    if line.state in ENDED:
        return frozenset()
    found = set()
    if line.state in AWAITING_ACKNOWLEDGMENT:
        found.add(Awaited.ACKNOWLEDGMENT)
    if line.state in ANSWERED | ON_ITS_WAY and max(line.shipped, line.received) < line.ordered - line.rejected:
        found.add(Awaited.SHIP_NOTICE)
    if line.shipped > line.received and line.state != LineState.INVOICED:
        found.add(Awaited.RECEIPT)
    if max(line.shipped, line.received) - line.refused > line.invoiced:
        found.add(Awaited.INVOICE)
    return frozenset(found)


def awaits(lines: Iterable[Line]) -> dict[str, bool]:
    """Return the fields of an order that say what it waits for."""
    found = frozenset[Awaited]().union(*(awaited_by(line) for line in lines))
    return {each.column: each in found for each in Awaited}
