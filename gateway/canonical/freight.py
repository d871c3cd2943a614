"""What the documents of motor carriers have in common: lading, orders in a shipment, statuses, parcels, requirements."""

from __future__ import annotations

from gateway.canonical.hazard import HazardContact
from gateway.canonical.lines import DestinationQuantities
from gateway.canonical.logistics import Marks
from gateway.canonical.parties import Contact
from gateway.canonical.transport import (
    DocumentCurrency,
    LadingSize,
    ScheduledMoment,
    Seals,
    TransportParty,
    TransportReference,
)
from gateway.canonical.values import Clock, Code, Day, Identifier, Measurement, Number, Part, Text


class InterlineCarrier(Part):
    """A carrier that takes part in the trip, and where it takes over."""

    carrier: Code
    sequence: Code
    city: Text | None = None
    mode: Code | None = None
    region: Code | None = None


class ShipmentWeight(Part):
    """Weight, pieces and volume of a shipment or a part of it."""

    weight_kind: Code | None = None
    weight_unit: Code | None = None
    weight: Number | None = None
    quantity: Number | None = None
    second_quantity: Number | None = None
    volume_unit: Code | None = None
    volume: Number | None = None


class FreightRate(Part):
    """A rate and what it is per."""

    basis: Code
    amount: Number


class HandlingRequirement(Part):
    """What the freight needs: a service, a temperature, care."""

    handling: Code | None = None
    service: Code | None = None
    text: Text | None = None
    temperature_unit: Code | None = None
    lowest: Number | None = None
    highest: Number | None = None
    rate: FreightRate | None = None
    currency: DocumentCurrency | None = None


class Pallets(Part):
    """How many pallets, and whether they are exchanged."""

    count: Number
    exchange: Code | None = None
    weight_unit: Code | None = None
    weight: Number | None = None


class Lading(Part):
    """What is shipped, in the words of the bill of lading: description, commodity, marks, dangerous goods."""

    line: Number | None = None
    description: Text | None = None
    commodity: Identifier | None = None
    packaging: Text | None = None
    marks: Text | None = None
    mark_kind: Code | None = None
    second_commodity: Identifier | None = None
    compartment: Code | None = None
    weight: ShipmentWeight | None = None
    requirements: tuple[HandlingRequirement, ...] = ()
    references: tuple[TransportReference, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    contact: Contact | None = None
    size: LadingSize | None = None
    hazard_contacts: tuple[HazardContact, ...] = ()


class LadingDetail(Part):
    """How many packages of which kind, and the items in them."""

    packaging: Code | None = None
    quantity: Number | None = None
    unit_weight_unit: Code | None = None
    unit_weight: Number | None = None
    weight_unit: Code | None = None
    weight: Number | None = None
    item_ids: tuple[Identifier, ...] = ()
    description: Text | None = None
    value: Number | None = None


class ShippedOrderDetail(Part):
    """A purchase order in a shipment: how much of it goes, in which packages, with which weight."""

    reference: Text | None = None
    order_number: Text | None = None
    second_reference: Text | None = None
    unit: Code | None = None
    packaging: Code | None = None
    quantity: Number | None = None
    weight_unit: Code | None = None
    weight: Number | None = None
    volume_unit: Code | None = None
    volume: Number | None = None
    error: Code | None = None
    third_reference: Text | None = None
    destinations: tuple[DestinationQuantities, ...] = ()
    dates: tuple[ScheduledMoment, ...] = ()
    details: tuple[LadingDetail, ...] = ()
    ladings: tuple[Lading, ...] = ()


class EquipmentPosition(Part):
    """Where the truck or trailer is: a city, or longitude and latitude."""

    city: Text | None = None
    region: Code | None = None
    country: Code | None = None
    longitude: Text | None = None
    latitude: Text | None = None
    longitude_direction: Code | None = None
    latitude_direction: Code | None = None
    postal_code: Code | None = None


class MovedEquipment(Part):
    """The trailer or container of a status."""

    carrier: Code | None = None
    number: Text | None = None
    description: Code | None = None
    check_digit: Number | None = None


class Milestone(Part):
    """What happened to a shipment, or which appointment it has; when, where, and why."""

    status: Code | None = None
    reason: Code | None = None
    appointment: Code | None = None
    appointment_reason: Code | None = None
    date: Day | None = None
    time: Clock | None = None
    zone: Code | None = None
    place: EquipmentPosition | None = None
    equipment: tuple[MovedEquipment, ...] = ()
    remarks: tuple[Text, ...] = ()
    seals: tuple[Seals, ...] = ()


class LadingException(Part):
    """What is wrong with the freight: damaged, short, over."""

    exception: Code
    packaging: Code | None = None
    quantity: Number | None = None


class DeliveryPerson(Part):
    """A person or organization of a parcel, such as who signed for it."""

    role: Code
    type: Code
    name: Text | None = None
    first_name: Text | None = None
    middle_name: Text | None = None
    prefix: Text | None = None
    suffix: Text | None = None
    id: Identifier | None = None
    relationship: Code | None = None
    also_role: Code | None = None
    second_name: Text | None = None


class ProofOfDelivery(Part):
    """When it was delivered, and who signed."""

    date: Day
    time: Clock | None = None
    name: Text


class SpecialService(Part):
    """A service that a carrier gave: inside delivery, pallets."""

    service: Code | None = None
    second_service: Code | None = None
    pallets: Number | None = None
    exchange: Code | None = None
    weight: Number | None = None
    weight_unit: Code | None = None
    place: Code | None = None


class ChargeDetail(Part):
    """A special charge or allowance by its code."""

    code: Code
    amount: Number


class Parcel(Part):
    """One carton or package, as parcel carriers report and bill it."""

    weight_kind: Code | None = None
    weight: Number | None = None
    zone: Text | None = None
    service_standard: Number | None = None
    service_level: Code | None = None
    place: Code | None = None
    rate_basis: Code | None = None
    charge: Number | None = None
    second_rate_basis: Code | None = None
    second_charge: Number | None = None
    second_service_level: Code | None = None
    third_service_level: Code | None = None
    payment_method: Code | None = None
    country: Code | None = None
    references: tuple[TransportReference, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    person: DeliveryPerson | None = None
    exceptions: tuple[LadingException, ...] = ()
    weights: ShipmentWeight | None = None
    marks: tuple[Marks, ...] = ()
    parties: tuple[TransportParty, ...] = ()
    services: tuple[SpecialService, ...] = ()
    charges: tuple[ChargeDetail, ...] = ()
    deliveries: tuple[ProofOfDelivery, ...] = ()
    delivered: ScheduledMoment | None = None
