"""Packing and moving: packages, marks, carriers, equipment, hazard."""

from __future__ import annotations

from gateway.canonical.values import Code, Identifier, Location, Number, Part, Text


class PackageCount(Part):
    """How many packages of which kind, their weight and volume."""

    packaging: Code | None = None
    quantity: Number | None = None
    commodity: Identifier | None = None
    description: Text | None = None
    weight_kind: Code | None = None
    weight: Number | None = None
    weight_unit: Code | None = None
    volume: Number | None = None
    volume_unit: Code | None = None


class Routing(Part):
    """A carrier and its part of the route."""

    sequence: Code | None = None
    carrier: Identifier | None = None
    mode: Code | None = None
    text: Text | None = None
    status: Code | None = None
    location: Location | None = None
    transit_direction: Code | None = None
    transit_time_kind: Code | None = None
    transit_time: Number | None = None
    service_levels: tuple[Code, ...] = ()
    country: Code | None = None


class Equipment(Part):
    """A trailer, container or rail car."""

    type: Code | None = None
    initials: Code | None = None
    number: Text | None = None
    weight_kind: Code | None = None
    weight: Number | None = None
    weight_unit: Code | None = None
    owner: Code | None = None
    seal_status: Code | None = None
    seal: Text | None = None
    description: Code | None = None


class Handling(Part):
    """Special handling or hazard."""

    special: Code | None = None
    hazard_kind: Code | None = None
    hazard_class: Code | None = None
    description: Text | None = None
    applies: Code | None = None


class Packaging(Part):
    """How the goods are to be packed or marked."""

    form: Code | None = None
    characteristic: Code | None = None
    agency: Code | None = None
    code: Text | None = None
    text: Text | None = None
    unit_load: Code | None = None


class PackDetail(Part):
    """Pack and size of an item: how many inner units, weight, volume and dimensions of a pack."""

    pack: Number | None = None
    size: Number | None = None
    size_unit: Code | None = None
    packaging: Code | None = None
    weight_kind: Code | None = None
    gross_weight: Number | None = None
    weight_unit: Code | None = None
    gross_volume: Number | None = None
    volume_unit: Code | None = None
    length: Number | None = None
    width: Number | None = None
    height: Number | None = None
    dimension_unit: Code | None = None
    inner_packs: Number | None = None
    surface: Code | None = None
    numbers: tuple[Text, ...] = ()
    layers: Number | None = None


class Marks(Part):
    """Marks on a package: an SSCC-18, a carton number; ``to`` ends a range, ``second_to`` the range of the second marks."""

    kind: Code
    value: Text
    to: Text | None = None
    second: Identifier | None = None
    second_to: Text | None = None


class CarrierDetail(Part):
    """The carrier of an invoiced shipment."""

    mode: Code | None = None
    equipment_initials: Code | None = None
    equipment_number: Text | None = None
    carrier_code: Code | None = None
    routing: Text | None = None
    status: Code | None = None
    reference: Identifier | None = None
    service_level: Code | None = None
