"""What carriers say of shipments on their way: 214."""

from __future__ import annotations

from datetime import date

from gateway.canonical.freight import Milestone
from gateway.canonical.shipment_status import ShipmentStatus
from gateway.pipeline.thread.saying.said import Said, text, told
from gateway.tracking.thread.statement import Kind

_SHIPPERS_NUMBER = "shipper_id"
_ESTIMATES = ("estimated_delivery", "estimated_arrival")
_APPOINTMENTS = ("delivery_appointment", "delivery_appointment_changed")


def of_shipment_status(body: ShipmentStatus) -> list[Said]:
    """A carrier says where a shipment is, and when it will be there.

    The shipment is the one of the ship notice: under the shipper's number where that stands among the references, else under the
    number of the heading. A report about one that has neither says nothing of orders.
    """
    number = next((each.value for each in body.references if each.kind == _SHIPPERS_NUMBER and each.value), None)
    number = number or body.shipment_number
    if number is None:
        return []
    milestones = [each for line in body.lines for each in line.milestones]
    expected = [each for each in milestones if each.status in _ESTIMATES] or [
        each for each in milestones if each.appointment in _APPOINTMENTS
    ]
    happened = [each for each in milestones if each.status is not None]
    head = told(
        shipment=number,
        milestone=happened[-1].status if happened else None,
        reason=happened[-1].reason if happened else None,
        expected_on=text(_last_day(expected)),
        carrier=body.carrier,
    )
    said = Said("", Kind.MOVED, body.carrier_reference or number, head=head, via=(Kind.SHIPPED, number), anyone=True)
    return [said]


def _last_day(milestones: list[Milestone]) -> date | None:
    return next((each.date for each in reversed(milestones) if each.date is not None), None)
