"""What a warehouse says: goods came, in which quantity and condition, of which lot, for which orders."""

from __future__ import annotations

from pydantic import AwareDatetime, Field, model_validator

from gateway.canonical.values import Code
from gateway.pipeline.thread.saying.said import Said, told
from gateway.systems.door import Door, Meaning
from gateway.systems.words import Body, Number60, OrderLineNamed, Purpose, Quantity, Words
from gateway.tracking.thread.statement import Kind, LineSaid


class ReceiptLine(OrderLineNamed):
    """What came of one line. ``damaged`` is a part of ``quantity``."""

    quantity: Quantity
    unit: Code | None = Field(None, description="By default that of the order's line.")
    damaged: Quantity | None = None
    lot: Number60 | None = None
    words: Words | None = None

    @model_validator(mode="after")
    def _sensible(self) -> ReceiptLine:
        if self.line is None and not self.item_ids:
            raise ValueError("name the line of the order or its item: line or item_ids")
        if self.damaged is not None and self.damaged > self.quantity:
            raise ValueError("more is damaged than came; quantity counts what is damaged too")
        return self


class Receipt(Body):
    """Goods that came. A correction has the same receipt number and another purpose; it says the whole receipt again."""

    receipt_number: Number60
    purpose: Purpose = "original"
    received_at: AwareDatetime
    shipment_number: Number60 | None = Field(None, description="The number of the ship notice, where it is known.")
    plant: Number60 | None = None
    lines: tuple[ReceiptLine, ...] = Field(min_length=1, max_length=5000)


def read_receipt(body: Receipt) -> Meaning:
    """Return what a receipt says, order by order."""
    by_order: dict[tuple[str, str], list[LineSaid]] = {}
    for line in body.lines:
        by_order.setdefault((line.order_number, line.release or ""), []).append(_received(body, line))
    head = told(shipment=body.shipment_number)
    sayings = [
        Said(number, Kind.RECEIVED, body.receipt_number, body.purpose, release, dict(head), lines)
        for (number, release), lines in by_order.items()
    ]
    return Meaning(body.received_at, sayings)


def _received(body: Receipt, line: ReceiptLine) -> LineSaid:
    return LineSaid(
        line=line.line,
        items=tuple((each.kind, each.value) for each in line.item_ids),
        quantity=line.quantity,
        unit=line.unit,
        on=body.received_at.date(),
        lot=line.lot,
        refused=line.damaged or None,
        plant=body.plant,
        words=line.words,
    )


DOORS = (Door("/api/v1/wms/receipts", "postReceipt", "Say that goods came", "wms", Receipt, read_receipt),)
