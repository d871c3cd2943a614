"""What freight and warehouse documents have in common: references, dates with times, parties, hazard, seals, totals of weight."""

from __future__ import annotations

from gateway.canonical.parties import Address, Contact
from gateway.canonical.values import Clock, Code, Day, Identifier, Measurement, Number, Part, Text


class RelatedReferences(Part):
    """Up to three numbers that belong to a reference."""

    kind: Code | None = None
    value: Text | None = None
    second: Identifier | None = None
    third: Identifier | None = None


class TransportReference(Part):
    """A number that points to something else, such as a bill of lading or an order, perhaps with a day of its own."""

    kind: Code | None = None
    value: Text | None = None
    description: Text | None = None
    date: Day | None = None
    time: Clock | None = None
    zone: Code | None = None
    answer: Code | None = None
    related: RelatedReferences | None = None


class ScheduledMoment(Part):
    """A date with what happens then, and a time: two of them make a window, such as the earliest and the latest pickup."""

    kind: Code | None = None
    date: Day | None = None
    time_kind: Code | None = None
    time: Clock | None = None
    zone: Code | None = None


class TransportParty(Part):
    """A party of a freight or warehouse document: shipper, consignee, warehouse, bill-to."""

    role: Code
    name: Text | None = None
    more_names: tuple[Text, ...] = ()
    ids: tuple[Identifier, ...] = ()
    relationship: Code | None = None
    also_role: Code | None = None
    address: Address | None = None
    contacts: tuple[Contact, ...] = ()
    dates: tuple[ScheduledMoment, ...] = ()
    references: tuple[TransportReference, ...] = ()


class Seals(Part):
    """Seals of a trailer or container, and who put them there."""

    numbers: tuple[Text, ...] = ()
    party_role: Code | None = None


class EquipmentAccessories(Part):
    """Devices, hoses and fittings of a tank trailer."""

    device: Code | None = None
    length: Number | None = None
    diameter: Number | None = None
    hose: Code | None = None
    inlet_diameter: Number | None = None
    outlet_diameter: Number | None = None
    material: Code | None = None
    fitting: Code | None = None
    other: Code | None = None


class TankDetail(Part):
    """Compartments, material and lining of a tank trailer."""

    compartments: Number | None = None
    place: Code | None = None
    material: Code | None = None
    gasket: Code | None = None
    lining: Code | None = None
    reference: Text | None = None


class EquipmentDetail(Part):
    """A trailer, container or rail car with its weights and sizes."""

    initials: Code | None = None
    number: Text | None = None
    weight: Number | None = None
    weight_kind: Code | None = None
    tare_weight: Number | None = None
    weight_allowance: Number | None = None
    dunnage: Number | None = None
    volume: Number | None = None
    volume_unit: Code | None = None
    owner: Code | None = None
    description: Code | None = None
    carrier: Code | None = None
    temperature_control: Text | None = None
    position: Text | None = None
    length: Text | None = None  # Feet and inches: 5300.
    tare_kind: Code | None = None
    weight_unit: Code | None = None
    check_digit: Number | None = None
    service: Code | None = None
    height: Number | None = None
    width: Number | None = None
    type: Code | None = None
    second_carrier: Code | None = None
    car_type: Code | None = None
    accessories: EquipmentAccessories | None = None
    tank: TankDetail | None = None
    measurements: tuple[Measurement, ...] = ()
    seals: tuple[Seals, ...] = ()


class DocumentCurrency(Part):
    """In which currency charges are given, and the rate to others."""

    currency: Code
    rate: Number | None = None
    second_currency: Code | None = None
    third_currency: Code | None = None


class LadingSize(Part):
    """Length, width and height of what is shipped."""

    length: Number | None = None
    width: Number | None = None
    height: Number | None = None
    unit: Code | None = None
    quantity: Number | None = None
    industry_code: Text | None = None
