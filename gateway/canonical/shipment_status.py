"""A shipment status: what a carrier says of a shipment on its way."""

from __future__ import annotations

from gateway.canonical.freight import (
    HandlingRequirement,
    InterlineCarrier,
    LadingException,
    Milestone,
    Parcel,
    ShipmentWeight,
    ShippedOrderDetail,
)
from gateway.canonical.logistics import Marks
from gateway.canonical.transport import TransportParty, TransportReference
from gateway.canonical.values import Clock, Code, Day, Identifier, Number, Part, Text


class StatusOrder(Part):
    """The part of a purchase order that a status is about."""

    order_number: Text
    release: Text | None = None
    change_sequence: Text | None = None
    ordered_on: Day | None = None
    order_line: Text | None = None
    contract: Text | None = None
    order_type: Code | None = None
    parties: tuple[TransportParty, ...] = ()
    parcels: tuple[Parcel, ...] = ()


class StatusLine(Part):
    """One shipment or stop of the report, with its milestones."""

    number: Number
    milestones: tuple[Milestone, ...] = ()
    references: tuple[TransportReference, ...] = ()
    marks: tuple[Marks, ...] = ()
    exceptions: tuple[LadingException, ...] = ()
    remarks: tuple[Text, ...] = ()
    requirements: tuple[HandlingRequirement, ...] = ()
    weights: tuple[ShipmentWeight, ...] = ()
    parties: tuple[TransportParty, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    orders: tuple[StatusOrder, ...] = ()
    order_details: tuple[ShippedOrderDetail, ...] = ()
    custom: dict[str, Text] | None = None


class ShipmentStatus(Part):
    """Where a shipment is and what happened to it: ``shipment_number`` is the shipper's, ``carrier_reference`` the carrier's."""

    shipment_number: Text | None = None
    carrier_reference: Text | None = None
    carrier: Code
    inquiry_number: Number | None = None
    reference: Identifier | None = None
    answer: Code | None = None
    date: Day | None = None
    time: Clock | None = None
    references: tuple[TransportReference, ...] = ()
    marks: tuple[Marks, ...] = ()
    remarks: tuple[Text, ...] = ()
    parties: tuple[TransportParty, ...] = ()
    carriers: tuple[InterlineCarrier, ...] = ()
    lines: tuple[StatusLine, ...] = ()
    custom: dict[str, Text] | None = None
