"""A ship notice: what really left the dock, how it is packed, and under which marks it arrives.

A shipment holds orders, packages and items, each of which may hold the others: shipment > order > item; shipment > order >
tare > pack > item; shipment > tare > order > item; shipment > order > item > pack. Every structure that partners use keeps its
shape here.
"""

from __future__ import annotations

from gateway.canonical.lines import Commodity, DestinationQuantities, SubLine
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
    texts: list[Text] = []


class Load(Part):
    """How many loads of which size."""

    loads: Number
    units: Number
    packaging: Code | None = None
    size: Number | None = None
    unit: Code | None = None
    references: list[Reference] = []


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
    """What every level of a shipment may say."""

    contacts: list[Contact] = []
    references: list[Reference] = []
    dates: list[Moment] = []
    measurements: list[Measurement] = []
    packaging: list[Packaging] = []
    packages_counted: list[PackageCount] = []
    routings: list[Routing] = []
    equipment: list[Equipment] = []
    handling: list[Handling] = []
    marks: list[Marks] = []
    freight_terms: FreightTerms | None = None
    pallet: Pallet | None = None
    parties: list[Party] = []
    destinations: list[DestinationQuantities] = []
    excess_transport: ExcessTransport | None = None
    currency: CurrencyOf | None = None
    allowances_charges: list[AllowanceCharge] = []
    answers: list[Answer] = []
    loads: list[Load] = []
    descriptions: list[Description] = []
    pack: PackDetail | None = None
    custom: dict[str, Text] = {}


class Contents(Level):
    """A level that may hold orders, packages and items."""

    orders: list[ShippedOrder] = []
    packages: list[Package] = []
    items: list[ShippedItem] = []


class ShippedItem(Contents):
    """One item shipped."""

    number: Text | None = None
    line_number: Text | None = None
    item_ids: list[Identifier] = []
    shipped: Quantity | None = None
    ordered: Quantity | None = None
    shipped_to_date: Number | None = None
    status: Code | None = None
    returnable: Code | None = None
    order_number: Text | None = None
    release: Text | None = None
    order_line: Text | None = None
    ordered_on: Day | None = None
    contract: Text | None = None
    change_sequence: Text | None = None
    order_type: Code | None = None
    sub_lines: list[SubLine] = []
    commodities: list[Commodity] = []


class Package(Contents):
    """A pallet (tare), carton (pack) or other package; its SSCC-18 stands among its marks as ``sscc_18``."""

    kind: Code
    item_ids: list[Identifier] = []
    number: Text | None = None
    shipped: Quantity | None = None


class ShippedOrder(Contents):
    """The part of an order that is in the shipment."""

    order_number: Text | None = None
    release: Text | None = None
    change_sequence: Text | None = None
    ordered_on: Day | None = None
    line_number: Text | None = None
    contract: Text | None = None
    order_type: Code | None = None


class ShipNotice(Contents):
    """What is on its way."""

    purpose: Code = "original"
    shipment_number: Text
    shipped_on: Day | None = None
    shipped_at: Clock | None = None
    structure: Code | None = None
    transaction_type: Code | None = None
    status_reason: Code | None = None
    heading_dates: list[Moment] = []
    hash: Number | None = None


for _model in (Contents, ShippedItem, Package, ShippedOrder, ShipNotice):
    _model.model_rebuild()
