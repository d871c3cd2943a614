"""What receipts of goods say: 861 of the buyer, 944 of a warehouse that is a partner of its own."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from gateway.canonical.receiving_advice import ReceivedLine, ReceivingAdvice
from gateway.canonical.stock_transfer_receipt import ReceivedItem, ReceivedLoad, StockTransferReceipt
from gateway.pipeline.thread.saying.said import Said, day_of, purpose_of, told
from gateway.tracking.thread.statement import Kind, LineSaid

# What came and is not taken. What is short never came; what is over is counted, and compared with what was expected.
_REFUSED = ("damaged", "quality_problem", "wrong_product", "rejected", "scrapped")
_SHIPMENT = ("shipper_id", "shipment")
_CAME = ("received", "unloaded", "delivered")


def of_receiving_advice(body: ReceivingAdvice) -> list[Said]:
    """A receiving advice says order by order what came, in which condition."""
    alone = body.orders[0] if len(body.orders) == 1 else None
    releases = {each.order_number: each.release or "" for each in body.orders}
    shipment = _reference(body.references, _SHIPMENT)
    found: dict[tuple[str, str], list[LineSaid]] = {}
    for line in body.lines:
        named = line.orders[0] if line.orders else None
        number = (
            named.order_number if named is not None else _order_among(line) or (alone.order_number if alone else None)
        )
        if number:
            release = (named.release if named is not None else None) or releases.get(number, "")
            found.setdefault((number, release), []).append(_advised(line, day_of(body.dates, _CAME)))
    if alone is not None:
        found.setdefault((alone.order_number, alone.release or ""), [])
    return [
        Said(
            number,
            Kind.RECEIVED,
            body.receipt_number,
            purpose_of(body.purpose),
            release,
            told(shipment=shipment),
            lines,
        )
        for (number, release), lines in found.items()
    ]


def _advised(line: ReceivedLine, on: Any) -> LineSaid:
    ids = [each for item in line.items for each in item.item_ids]
    unit = line.received.unit if line.received else None
    refused = sum((each.value for each in line.disputed if each.condition in _REFUSED), Decimal(0))
    refused += line.returned.value if line.returned else 0
    conditions = ", ".join(dict.fromkeys(each.condition for each in line.disputed if each.condition in _REFUSED))
    return LineSaid(
        line=(line.orders[0].order_line if line.orders else None) or None,
        items=tuple((each.kind or "", each.value) for each in ids if each.kind not in ("lot", "order")),
        quantity=(line.received.value if line.received else Decimal(0)),
        unit=unit,
        on=day_of(line.dates, _CAME) or on,
        lot=next((each.value for each in ids if each.kind == "lot"), None) or _reference(line.references, ("lot",)),
        refused=refused or None,
        words=conditions or None,
    )


def _order_among(line: ReceivedLine) -> str | None:
    ids = (each for item in line.items for each in item.item_ids)
    return next((each.value for each in ids if each.kind == "order"), None)


def of_stock_transfer_receipt(body: StockTransferReceipt) -> list[Said]:
    """A warehouse says what it received for whoever's orders; it stands beside the orders as our own warehouse does."""
    found: dict[str, list[LineSaid]] = {}
    heading = _reference(body.references, ("purchase_order",)) or body.depositor_order_number
    loads: tuple[StockTransferReceipt | ReceivedLoad, ...] = (body, *body.loads)
    for load in loads:
        of_load = _reference(load.references, ("purchase_order",)) or heading
        for line in load.lines:
            number = _reference(line.references, ("purchase_order",)) or of_load
            if number:
                found.setdefault(number, []).append(_stored(line, body.received_on))
    head = told(shipment=body.shipment_number)
    return [
        Said(number, Kind.RECEIVED, body.receipt_number, head=dict(head), lines=lines, anyone=True)
        for number, lines in found.items()
    ]


def _stored(line: ReceivedItem, on: Any) -> LineSaid:
    refused = sum((each.quantity.value for each in line.exceptions if each.condition in _REFUSED), Decimal(0))
    return LineSaid(
        line=_reference(line.references, ("line_item",)),
        items=tuple((each.kind or "", each.value) for each in (*line.item_ids, *line.more_item_ids)),
        quantity=line.received.value,
        unit=line.received.unit,
        on=on,
        lot=line.lot,
        refused=refused or None,
    )


def _reference(references: Iterable[Any], kinds: tuple[str, ...]) -> str | None:
    return next((each.value for kind in kinds for each in references if each.kind == kind and each.value), None)
