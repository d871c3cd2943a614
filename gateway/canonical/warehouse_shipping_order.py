"""A warehouse shipping order: the owner of the goods tells a warehouse what to ship to whom."""

from __future__ import annotations

from gateway.canonical.hazard import HazardCertification, HazardClassification
from gateway.canonical.lines import DestinationQuantities
from gateway.canonical.logistics import Equipment, Marks
from gateway.canonical.money import Accounting
from gateway.canonical.parties import Contact
from gateway.canonical.transport import ScheduledMoment, TransportParty, TransportReference
from gateway.canonical.values import Amount, Code, Day, Identifier, Note, Number, Part, Quantity, QuantityOf, Text
from gateway.canonical.warehouse import (
    LineDetail,
    LineTransport,
    LineWeight,
    ListedCodes,
    Temperature,
    WarehouseHeading,
    WarehouseLine,
)


class OrderedEquipment(Part):
    """Which equipment to use, and between which temperatures."""

    equipment: Code
    first: Temperature | None = None
    second: Temperature | None = None
    text: Text | None = None
    vent: Code | None = None
    percent: Number | None = None
    quantity: Number | None = None


class OrderTransport(LineTransport):
    """How an order is to be carried: who pays, by which mode and carrier."""

    cod_payment: Code | None = None
    amount: Number | None = None
    carrier: Code | None = None


class OrderedRoute(Part):
    """A carrier's part of the route."""

    carrier: Code
    sequence: Code
    city: Text | None = None
    location_code: Code | None = None
    intermodal_service: Code | None = None
    mode: Code | None = None
    switches: tuple[Code, ...] = ()
    invoice_number: Text | None = None
    date: Day | None = None
    description: Text | None = None
    service: Code | None = None
    route: Text | None = None


class RailShipment(Part):
    """What a railroad wants to know."""

    weight_basis: Code | None = None
    pattern: Text | None = None
    billing: Code | None = None
    repetitive_pattern: Text | None = None


class TrailerSize(Part):
    """The size of the equipment wanted."""

    length: Text | None = None
    height: Number | None = None
    width: Number | None = None
    weight_kind: Code | None = None
    weight_unit: Code | None = None
    weight: Number | None = None
    volume_unit: Code | None = None
    volume: Number | None = None


class WantedEquipment(Equipment):
    """A trailer or container for the order, with its size."""

    size: TrailerSize | None = None


class OrderedItem(WarehouseLine):
    """What is to be shipped: how much of which item, from which lot."""

    ordered: Quantity
    lot: Text | None = None
    freight_class: Text | None = None
    rate_class: Code | None = None
    commodity: Identifier | None = None
    pallet_pattern: Text | None = None  # Blocks and tiers: 004005.
    condition: Code | None = None
    more_item_ids: tuple[Identifier, ...] = ()
    notes: tuple[Note, ...] = ()
    weights: tuple[LineWeight, ...] = ()
    quantities: tuple[QuantityOf, ...] = ()
    amounts: tuple[Amount, ...] = ()
    dates: tuple[ScheduledMoment, ...] = ()
    transport: LineTransport | None = None
    parties: tuple[TransportParty, ...] = ()
    contacts: tuple[Contact, ...] = ()
    classifications: tuple[HazardClassification, ...] = ()
    hazard_reference: TransportReference | None = None
    certifications: tuple[HazardCertification, ...] = ()
    listed_codes: tuple[ListedCodes, ...] = ()
    details: tuple[LineDetail, ...] = ()
    accounting: tuple[Accounting, ...] = ()


class ShippingOrderLine(Part):
    """A line of the order; nearly always it has one item."""

    number: Number
    marks: tuple[Marks, ...] = ()
    destinations: tuple[DestinationQuantities, ...] = ()
    parties: tuple[TransportParty, ...] = ()
    dates: tuple[ScheduledMoment, ...] = ()
    references: tuple[TransportReference, ...] = ()
    items: tuple[OrderedItem, ...] = ()
    custom: dict[str, Text] | None = None


class OrderedTotals(Part):
    """What is to be shipped in all."""

    quantity: Number
    weight: Number | None = None
    weight_unit: Code | None = None
    volume: Number | None = None
    volume_unit: Code | None = None
    sizing_factor: Number | None = None


class _Head(Part):
    """What identifies the document: these fields come first in its JSON."""

    order_status: Code = "original"
    depositor_order_number: Text
    order_number: Text | None = None
    link_sequence: Text | None = None
    master_link: Text | None = None
    transaction_type: Code | None = None
    action: Code | None = None
    order_type: Code | None = None


class WarehouseShippingOrder(WarehouseHeading, _Head):
    """What a warehouse is to ship: ``depositor_order_number`` is the order of the owner of the goods."""

    equipment_wanted: OrderedEquipment | None = None
    transport: OrderTransport | None = None
    handling: tuple[Code, ...] = ()
    routes: tuple[OrderedRoute, ...] = ()
    rail: RailShipment | None = None
    equipment: tuple[WantedEquipment, ...] = ()
    listed_codes: tuple[ListedCodes, ...] = ()
    lines: tuple[ShippingOrderLine, ...] = ()
    totals: OrderedTotals | None = None
    custom: dict[str, Text] | None = None
