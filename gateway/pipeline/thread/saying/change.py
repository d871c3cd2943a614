"""What changes of orders and their answers say: 860 and 865."""

from __future__ import annotations

from gateway.canonical.order_change import ChangedLine, OrderChange
from gateway.canonical.order_change_acknowledgment import AnsweredLine, OrderChangeAcknowledgment
from gateway.pipeline.thread.saying.order import reply_to
from gateway.pipeline.thread.saying.said import Said, day_of, items_of, plant_of, purpose_of, told
from gateway.tracking.thread.statement import Kind, LineSaid, Purpose, Reply

_ADDED, _DELETED, _UNCHANGED = ("added",), ("deleted",), ("not_changed",)
_WHOLE = {"accepted": Reply.ACCEPTED, "with_detail_no_change": Reply.ACCEPTED, "rejected": Reply.REJECTED}


def of_change(body: OrderChange) -> list[Said]:
    """A change lays a new version over the lines that it names, or takes back the whole order."""
    number = body.change_sequence or body.request_reference or body.order_number
    if purpose_of(body.purpose) == Purpose.CANCELLATION:
        return [Said(body.order_number, Kind.CANCELLED, number, release=body.release or "")]
    lines = [_changed(line) for line in body.lines if line.change not in _UNCHANGED]
    return [Said(body.order_number, Kind.CHANGED, number, release=body.release or "", lines=lines)]


def _changed(line: ChangedLine) -> LineSaid:
    days = [each.date for each in line.schedules if each.date is not None]
    reply = Reply.ADD if line.change in _ADDED else Reply.DELETE if line.change in _DELETED else Reply.CHANGED
    return LineSaid(
        line=line.number,
        items=items_of(line),
        quantity=line.quantity.value if line.quantity else None,
        unit=line.quantity.unit if line.quantity else None,
        price=line.unit_price.amount if line.unit_price else None,
        on=day_of(line.dates) or max(days, default=None),
        reply=reply,
        plant=plant_of(line),
    )


def of_change_answer(body: OrderChangeAcknowledgment) -> list[Said]:
    """An answer to a change says what is promised now."""
    whole = _WHOLE.get(body.acknowledgment_type or "")
    lines = [said for line in body.lines for said in _answered(line, whole)]
    head = told(reply=whole if not lines else None, seller_reference=body.seller_reference)
    number = body.change_sequence or body.order_number
    return [Said(body.order_number, Kind.CHANGE_ANSWERED, number, release=body.release or "", head=head, lines=lines)]


def _answered(line: AnsweredLine, whole: Reply | None) -> list[LineSaid]:
    quantity = line.quantity.value if line.quantity else None
    unit = line.quantity.unit if line.quantity else None
    price = line.unit_price.amount if line.unit_price else None
    day = day_of(line.dates) or max((each.date for each in line.schedules if each.date is not None), default=None)
    refused = line.change == "change_rejected"
    if not line.statuses:
        reply = Reply.REJECTED if refused else whole or Reply.ACCEPTED
        return [
            LineSaid(
                line=line.number, items=items_of(line), quantity=quantity, unit=unit, price=price, on=day, reply=reply
            )
        ]
    return [
        LineSaid(
            line=line.number,
            items=items_of(each) or items_of(line),
            quantity=each.quantity if each.quantity is not None else quantity,
            unit=each.unit or unit,
            price=price,
            on=each.date or day_of(each.dates) or day,
            reply=reply_to(each.status),
        )
        for each in line.statuses
    ]
