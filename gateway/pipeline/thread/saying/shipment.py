"""What ship notices say: 856, whatever its levels are."""

from __future__ import annotations

from typing import Any

from gateway.canonical.ship_notice import ShipNotice
from gateway.pipeline.thread.saying.said import Said, day_of, items_of, purpose_of, text, told
from gateway.tracking.thread.statement import Kind, LineSaid

_ARRIVES = (
    "estimated_delivery",
    "estimated_arrival",
    "estimated_arrival_date",
    "current_schedule_delivery",
    "delivered",
)
_LEFT = ("shipped", "actual_departure")


def of_ship_notice(body: ShipNotice) -> list[Said]:
    """A ship notice may bring goods of several orders; each gets what is meant for it."""
    found: dict[tuple[str, str], list[LineSaid]] = {}
    days = [*body.dates, *(day for shipment in body.shipments for day in shipment.dates)]
    _walk(body, ("", ""), found)
    head = told(
        shipped_on=text(day_of(days, _LEFT) or body.shipped_on),
        expected_on=text(day_of(days, _ARRIVES)),
    )
    purpose = purpose_of(body.purpose)
    return [
        Said(number, Kind.SHIPPED, body.shipment_number, purpose, release, dict(head), lines)
        for (number, release), lines in found.items()
        if number
    ]


def _walk(level: Any, order: tuple[str, str], found: dict[tuple[str, str], list[LineSaid]]) -> None:
    """Collect what is shipped below a level; an order's number counts for all that hangs below it."""
    for inner in (*getattr(level, "shipments", ()), *level.orders, *level.packages, *level.items):
        number = getattr(inner, "order_number", None)
        below = (number, inner.release or "") if number else order
        if number:
            found.setdefault(below, [])
        if inner.shipped is not None:
            found.setdefault(below, []).append(_shipped(inner))
        _walk(inner, below, found)


def _shipped(item: Any) -> LineSaid:
    return LineSaid(
        line=item.order_line or item.number or item.line_number,
        items=items_of(item),
        quantity=item.shipped.value,
        unit=item.shipped.unit,
        on=day_of(item.dates, _ARRIVES),
        lot=next((each.value for each in item.item_ids if each.kind == "lot"), None),
    )
