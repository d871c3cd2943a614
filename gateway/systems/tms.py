"""What transport says: a shipment has left, is on its way, or comes at another time."""

from __future__ import annotations

import datetime as dt

from pydantic import AwareDatetime, Field

from gateway.canonical.values import Code
from gateway.pipeline.thread.saying.said import Said, text, told
from gateway.systems.door import Door, Meaning
from gateway.systems.words import Body, Number60, Words
from gateway.tracking.thread.statement import Kind


class Milestone(Body):
    """What happened to a shipment."""

    shipment_number: Number60 = Field(description="The number of the ship notice (856, BSN02).")
    milestone: Code = Field(description="Such as departed_pickup, en_route, delayed, arrived_delivery.")
    happened_at: AwareDatetime
    expected_on: dt.date | None = Field(None, description="When the goods will be there, as far as it is known now.")
    carrier: Code | None = None
    reason: Words | None = None


def read_milestone(body: Milestone) -> Meaning:
    """Return what a milestone says of the orders in the shipment."""
    head = told(
        shipment=body.shipment_number,
        milestone=body.milestone,
        expected_on=text(body.expected_on),
        carrier=body.carrier,
        reason=body.reason,
    )
    number = body.id or body.milestone
    said = Said("", Kind.MOVED, number, head=head, via=(Kind.SHIPPED, body.shipment_number))
    return Meaning(body.happened_at, [said])


DOORS = (
    Door(
        "/api/v1/tms/milestones", "postMilestone", "Say what happened to a shipment", "tms", Milestone, read_milestone
    ),
)
