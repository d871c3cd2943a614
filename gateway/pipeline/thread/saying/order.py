"""What orders and acknowledgments say: 850 and 855."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from gateway.canonical.order_acknowledgment import AcknowledgedLine, OrderAcknowledgment
from gateway.canonical.purchase_order import PurchaseOrder
from gateway.pipeline.thread.saying.said import (
    Said,
    charges_of,
    currency_of,
    day_of,
    items_of,
    plant_of,
    purpose_of,
    text,
    told,
)
from gateway.tracking.thread.statement import Kind, LineSaid, Purpose, Reply

_WHOLE = {
    "accepted": Reply.ACCEPTED,
    "with_detail_no_change": Reply.ACCEPTED,
    "without_detail_or_change": Reply.ACCEPTED,
    "with_exceptions_only": Reply.ACCEPTED,
    "rejected_exceptions_only": Reply.ACCEPTED,
    "rejected": Reply.REJECTED,
    "rejected_with_detail": Reply.REJECTED,
}
_PENDING = ("on_hold", "on_hold_incomplete", "on_hold_waiver", "accepted_price_pending", "accepted_schedule_pending")


def of_order(body: PurchaseOrder) -> list[Said]:
    """An order opens the thread, replaces what it said before, or takes it back."""
    purpose = purpose_of(body.purpose)
    kind = Kind.CANCELLED if purpose == Purpose.CANCELLATION else Kind.ORDERED
    wanted = day_of(body.dates)
    percent = next((each.percent for each in body.taxes if each.percent is not None), None)
    head = told(
        currency=currency_of(body),
        plant=plant_of(body),
        charges=text(charges_of(body) or None),
        tax_percent=text(percent),
        ordered_on=text(body.ordered_on),
    )
    lines = [_ordered(line, str(place), wanted) for place, line in enumerate(body.lines, start=1)]
    if kind == Kind.CANCELLED:
        head, lines = {}, [LineSaid(line=line.line) for line in lines]
    return [Said(body.order_number, kind, body.order_number, purpose, body.release or "", head, lines)]


def _ordered(line: Any, place: str, wanted: date | None) -> LineSaid:
    quantity, days = line.quantity, [each.date for each in line.schedules if each.date is not None]
    return LineSaid(
        line=line.number or place,
        items=items_of(line),
        quantity=quantity.value if quantity else _scheduled(line),
        unit=quantity.unit if quantity else None,
        price=line.unit_price.amount if line.unit_price else None,
        on=day_of(line.dates) or max(days, default=wanted),
        plant=plant_of(line),
    )


def _scheduled(line: Any) -> Decimal | None:
    parts = [each.quantity for each in line.schedules if each.quantity is not None]
    return sum(parts, Decimal(0)) if parts else None


def of_acknowledgment(body: OrderAcknowledgment) -> list[Said]:
    """An acknowledgment answers each line in one or several parts, or all of them at once."""
    whole = _WHOLE.get(body.acknowledgment_type)
    lines = [said for line in body.lines for said in answered(line, whole)]
    # Whoever sends all lines with their statuses has said what there is to say.
    spoken = whole if not lines or whole == Reply.REJECTED or body.acknowledgment_type.endswith("_only") else None
    head = told(reply=spoken, seller_reference=body.seller_reference)
    number, purpose = body.order_number, purpose_of(body.purpose)
    return [Said(number, Kind.ACKNOWLEDGED, number, purpose, body.release or "", head, lines)]


def answered(line: AcknowledgedLine, whole: Reply | None) -> list[LineSaid]:
    """Return what is said to one line, a part for each of its statuses."""
    price = line.unit_price.amount if line.unit_price else None
    day = day_of(line.dates) or max((each.date for each in line.schedules if each.date is not None), default=None)
    unit = line.quantity.unit if line.quantity else None
    if not line.statuses:
        quantity = line.quantity.value if line.quantity else None
        parts = [(whole or Reply.ACCEPTED, quantity, unit, day, items_of(line))]
    else:
        parts = [
            (
                reply_to(each.status),
                each.quantity,
                each.unit or unit,
                each.date or day_of(each.dates) or day,
                items_of(each) or items_of(line),
            )
            for each in line.statuses
        ]
    return [
        LineSaid(line=line.number, items=items, quantity=quantity, unit=part_unit, price=price, on=on, reply=reply)
        for reply, quantity, part_unit, on, items in parts
    ]


def reply_to(status: str) -> Reply:
    """Return what a status of a line (element 668) means."""
    if status.startswith("rejected") or status == "deleted":
        return Reply.REJECTED
    if "backordered" in status:
        return Reply.BACKORDERED
    if status in _PENDING:
        return Reply.PENDING
    return Reply.ACCEPTED if status == "accepted" else Reply.CHANGED
