"""What warehouse orders, shipping and receipt advices have in common: carriers, packs, lots, codes of a list, components."""

from __future__ import annotations

from gateway.canonical.hazard import HazardousMaterial
from gateway.canonical.lines import DestinationQuantities
from gateway.canonical.parties import Contact
from gateway.canonical.ship_notice import Pallet
from gateway.canonical.transport import ScheduledMoment, TransportParty, TransportReference
from gateway.canonical.values import Code, Day, Identifier, Note, Number, Part, Text


class ListedCodes(Part):
    """Codes of the lists of one agency."""

    agency: Code
    subqualifier: Text | None = None
    codes: tuple[Identifier, ...] = ()


class LineWeight(Part):
    """Pack, size and weight of what stands on a line."""

    pack: Number | None = None
    size: Number | None = None
    size_unit: Code | None = None
    weight: Number | None = None
    weight_kind: Code | None = None
    weight_unit: Code | None = None
    unit_weight: Number | None = None
    volume: Number | None = None
    volume_unit: Code | None = None
    color: Text | None = None


class Temperature(Part):
    """A temperature and its unit."""

    value: Number
    unit: Code | None = None


class LineTransport(Part):
    """How a line or an order is to be carried, and where the risk passes."""

    payment: Code | None = None
    mode: Code | None = None
    exchange: Code | None = None
    unit_load: Code | None = None
    route: Text | None = None
    fob: Code | None = None
    fob_point: Text | None = None


class WarehousePallet(Pallet):
    """How a pallet is built, and its structure."""

    structure: Code | None = None


class WarehouseLine(Part):
    """What the items of all warehouse documents have in common."""

    upc_case: Text | None = None
    item_ids: tuple[Identifier, ...] = ()
    descriptions: tuple[Text, ...] = ()
    references: tuple[TransportReference, ...] = ()
    custom: dict[str, Text] | None = None


class WarehouseHeading(Part):
    """What the headings of all warehouse documents have in common: parties, references, people, dates, notes."""

    parties: tuple[TransportParty, ...] = ()
    references: tuple[TransportReference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    dates: tuple[ScheduledMoment, ...] = ()
    notes: tuple[Note, ...] = ()


class WarehouseCarrier(Part):
    """Who carries it, with which equipment."""

    mode: Code
    carrier: Code | None = None
    route: Text | None = None
    payment: Code | None = None
    equipment: Code | None = None
    initials: Code | None = None
    number: Text | None = None
    status: Code | None = None
    handling: Code | None = None
    change_reason: Code | None = None


class UnitLoading(Part):
    """How the load was made: pallets, seals, temperatures."""

    unit_load: Code | None = None
    pallets: Number | None = None
    exchange: Code | None = None
    seals: tuple[Text, ...] = ()
    first: Temperature | None = None
    second: Temperature | None = None


class Consolidation(Part):
    """The load that this shipment went with."""

    kind: Code
    weight: Number | None = None
    weight_kind: Code | None = None
    weight_unit: Code | None = None
    stops: Number | None = None
    place: Text | None = None
    place_kind: Code | None = None
    waybill: Text | None = None


class WarehouseAllowance(Part):
    """An allowance or a charge of a warehouse document."""

    code: Code
    settlement: Code
    number: Text | None = None
    exception_number: Text | None = None
    rate: Number | None = None
    quantity: Number | None = None
    unit: Code | None = None
    total: Number | None = None
    percent: Number | None = None
    percent_of: Number | None = None
    option: Text | None = None


class PortOfCall(Part):
    """A port or terminal on the way."""

    role: Code
    location: Identifier | None = None
    name: Text | None = None
    country: Code | None = None
    terminal: Text | None = None
    pier: Text | None = None
    region: Code | None = None


class LineDetail(Part):
    """A part of a line with numbers of its own, such as the serial numbers that were shipped."""

    number: Number
    references: tuple[TransportReference, ...] = ()
    dates: tuple[ScheduledMoment, ...] = ()
    parties: tuple[TransportParty, ...] = ()
    destinations: tuple[DestinationQuantities, ...] = ()
    listed_codes: tuple[ListedCodes, ...] = ()
    hazards: tuple[HazardousMaterial, ...] = ()


class WarehouseShipment(Part):
    """What identifies a shipment that a warehouse made or will get: the depositor's order, the shipment, the purchase order."""

    report: Code
    depositor_order_number: Text | None = None
    shipment_number: Text | None = None
    agent_shipment_number: Text | None = None
    order_number: Text | None = None
    shipped_on: Day | None = None
    master_link: Text | None = None
    link_sequence: Text | None = None
    handling: Code | None = None
    date_change_reason: Code | None = None
    transaction_type: Code | None = None
    action: Code | None = None


class ShippedTotals(Part):
    """What was shipped in all."""

    units: Number
    weight: Number | None = None
    weight_unit: Code | None = None
    volume: Number | None = None
    volume_unit: Code | None = None
    packages: Number | None = None
    packages_unit: Code | None = None
