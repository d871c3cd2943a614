"""A ship notice: what really left the dock, how it is packed, and under which marks it arrives.

A shipment holds orders, packages and items, each of which may hold the others: shipment > order > item; shipment > order >
tare > pack > item; shipment > tare > order > item; shipment > order > item > pack. Every structure that partners use keeps its
shape here.
"""

from __future__ import annotations

from gateway.canonical.heading import Totals
from gateway.canonical.lines import DestinationQuantities, SubLine
from gateway.canonical.logistics import Equipment, Handling, Marks, PackageCount, Packaging, PackDetail, Routing
from gateway.canonical.money import AllowanceCharge, CurrencyOf
from gateway.canonical.parties import Contact, FreightTerms, Party
from gateway.canonical.values import (
    Clock,
    Code,
    Day,
    Description,
    Identifier,
    Measurement,
    Moment,
    Number,
    Part,
    Quantity,
    Reference,
    Text,
)


class Answer(Part):
    """A yes-or-no statement about a shipment or item."""

    condition: Code | None = None
    answer: Code
    date_format: Code | None = None
    date: Text | None = None
    texts: tuple[Text, ...] = ()


class Trailer(Part):
    """Where in a trailer something stands, and under which seal it goes."""

    load: Text | None = None
    position: Code | None = None


class Load(Part):
    """How many loads of which size."""

    loads: Number
    units: Number
    packaging: Code | None = None
    size: Number | None = None
    unit: Code | None = None
    references: tuple[Reference, ...] = ()


class Pallet(Part):
    """How a pallet is built."""

    type: Code | None = None
    tiers: Number | None = None
    blocks: Number | None = None
    pack: Number | None = None
    unit_weight: Number | None = None
    weight_unit: Code | None = None
    length: Number | None = None
    width: Number | None = None
    height: Number | None = None
    dimension_unit: Code | None = None
    gross_weight: Number | None = None
    gross_weight_unit: Code | None = None
    gross_volume: Number | None = None
    volume_unit: Code | None = None
    exchange: Code | None = None
    inner_packs: Number | None = None


class ExcessTransport(Part):
    """Why and at whose cost premium freight was used."""

    reason: Code
    responsible: Code
    reference: Identifier | None = None


class Level(Part):
    """One level of a shipment: the shipment itself, an order in it, a package or an item.

    Partners put the same things on different levels (the order number on the item, marks on the order), so every level can
    hold all of them.
    """

    # What is shipped
    number: Text | None = None
    item_ids: tuple[Identifier, ...] = ()
    line_number: Text | None = None
    shipped: Quantity | None = None
    shipped_to_date: Number | None = None
    ordered: Quantity | None = None
    status: Code | None = None
    returnable: Code | None = None
    descriptions: tuple[Description, ...] = ()
    pack: PackDetail | None = None
    sub_lines: tuple[SubLine, ...] = ()

    # For which order
    order_number: Text | None = None
    release: Text | None = None
    change_sequence: Text | None = None
    ordered_on: Day | None = None
    order_line: Text | None = None
    contract: Text | None = None
    order_type: Code | None = None

    # How it travels
    marks: tuple[Marks, ...] = ()
    pallet: Pallet | None = None
    packages_counted: tuple[PackageCount, ...] = ()
    packaging: tuple[Packaging, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    routings: tuple[Routing, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    handling: tuple[Handling, ...] = ()
    trailer: Trailer | None = None
    loads: tuple[Load, ...] = ()
    freight_terms: FreightTerms | None = None
    excess_transport: ExcessTransport | None = None

    # Who and when
    parties: tuple[Party, ...] = ()
    contacts: tuple[Contact, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[Moment, ...] = ()
    destinations: tuple[DestinationQuantities, ...] = ()
    currency: CurrencyOf | None = None
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    answers: tuple[Answer, ...] = ()
    custom: dict[str, Text] | None = None

    # What it holds
    orders: tuple[ShippedOrder, ...] = ()
    packages: tuple[Package, ...] = ()
    items: tuple[ShippedItem, ...] = ()


class Shipment(Level):
    """The whole of what left together."""


class ShippedOrder(Level):
    """The part of an order that is in the shipment."""


class Package(Level):
    """A pallet (tare), carton (pack) or other package; its SSCC-18 stands among its marks."""

    kind: Code


class ShippedItem(Level):
    """One item shipped."""


class ShipNotice(Part):
    """What is on its way. Nearly always it has one shipment; levels that hang nowhere else stand beside it."""

    purpose: Code = "original"
    shipment_number: Text
    shipped_on: Day | None = None
    shipped_at: Clock | None = None
    structure: Code | None = None
    transaction_type: Code | None = None
    status_reason: Code | None = None
    dates: tuple[Moment, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    orders: tuple[ShippedOrder, ...] = ()
    packages: tuple[Package, ...] = ()
    items: tuple[ShippedItem, ...] = ()
    totals: Totals | None = None
    custom: dict[str, Text] | None = None


for _model in (Level, Shipment, ShippedOrder, Package, ShippedItem, ShipNotice):
    _model.model_rebuild()
