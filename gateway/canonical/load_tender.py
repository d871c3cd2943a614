"""A load tender: a shipper offers a load to a carrier, stop by stop."""

from __future__ import annotations

from gateway.canonical.freight import (
    HandlingRequirement,
    InterlineCarrier,
    Lading,
    LadingDetail,
    Pallets,
    ShipmentWeight,
    ShippedOrderDetail,
)
from gateway.canonical.hazard import HazardCertification
from gateway.canonical.transport import (
    DocumentCurrency,
    EquipmentDetail,
    LadingSize,
    ScheduledMoment,
    TransportParty,
    TransportReference,
)
from gateway.canonical.values import Code, Note, Number, Part, Text


class FreightTotals(Part):
    """The sums of a shipment: weight, volume, pieces and charges."""

    weight: Number | None = None
    weight_kind: Code | None = None
    rate: Number | None = None
    rate_basis: Code | None = None
    charge: Number | None = None
    advances: Number | None = None
    prepaid: Number | None = None
    charge_code: Code | None = None
    volume: Number | None = None
    volume_unit: Code | None = None
    quantity: Number | None = None
    weight_unit: Code | None = None
    tariff: Text | None = None
    declared_value: Number | None = None
    declared_value_basis: Code | None = None


class NumberedSize(LadingSize):
    """The size of the whole load."""

    number: Number


class TenderedStop(Part):
    """One stop: why the truck stops there, between which dates and times, and what is loaded or unloaded."""

    sequence: Number
    reason: Code
    weight: Number | None = None
    weight_unit: Code | None = None
    quantity: Number | None = None
    unit: Code | None = None
    volume: Number | None = None
    volume_unit: Code | None = None
    description: Text | None = None
    location_code: Code | None = None
    accomplish: Code | None = None
    references: tuple[TransportReference, ...] = ()
    dates: tuple[ScheduledMoment, ...] = ()
    shipment_weight: ShipmentWeight | None = None
    details: tuple[LadingDetail, ...] = ()
    requirements: tuple[HandlingRequirement, ...] = ()
    pallets: Pallets | None = None
    notes: tuple[Note, ...] = ()
    parties: tuple[TransportParty, ...] = ()
    ladings: tuple[Lading, ...] = ()
    orders: tuple[ShippedOrderDetail, ...] = ()
    equipment: tuple[EquipmentDetail, ...] = ()
    custom: dict[str, Text] | None = None


class LoadTender(Part):
    """What a shipper offers to a carrier: a load with its stops. The carrier answers with a load tender response."""

    purpose: Code = "original"
    application: Code | None = None
    tender_number: Text | None = None
    carrier: Code | None = None
    payment: Code
    tariff: Code | None = None
    location_code: Code | None = None
    weight_unit: Code | None = None
    shipment_kind: Code | None = None
    equipment_count: Number | None = None
    weight_basis: Code | None = None
    customs_documents: Code | None = None
    delivery_terms: Code | None = None
    payment_method: Code | None = None
    currency: DocumentCurrency | None = None
    references: tuple[TransportReference, ...] = ()
    dates: tuple[ScheduledMoment, ...] = ()
    carriers: tuple[InterlineCarrier, ...] = ()
    requirements: tuple[HandlingRequirement, ...] = ()
    pallets: Pallets | None = None
    certifications: tuple[HazardCertification, ...] = ()
    notes: tuple[Note, ...] = ()
    parties: tuple[TransportParty, ...] = ()
    equipment: tuple[EquipmentDetail, ...] = ()
    stops: tuple[TenderedStop, ...] = ()
    totals: FreightTotals | None = None
    sizes: tuple[NumberedSize, ...] = ()
    custom: dict[str, Text] | None = None
