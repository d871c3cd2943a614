"""A freight invoice: what a carrier asks to be paid, charge by charge, for which shipment and order."""

from __future__ import annotations

from gateway.canonical.freight import Lading, Parcel, ProofOfDelivery, ShippedOrderDetail
from gateway.canonical.load_tender import FreightTotals
from gateway.canonical.money import PaymentTerms
from gateway.canonical.transport import (
    DocumentCurrency,
    EquipmentDetail,
    LadingSize,
    ScheduledMoment,
    TransportParty,
    TransportReference,
)
from gateway.canonical.values import Code, Day, Number, Part, Text


class RemittanceBank(Part):
    """The bank that takes the money."""

    client_kind: Code
    id_kind: Code
    id: Text
    client_number: Text | None = None
    account: Text | None = None
    payment: Code | None = None
    date: Day | None = None


class FreightRoute(Part):
    """A carrier's part of the route, with its own invoice."""

    carrier: Code
    sequence: Code
    city: Text | None = None
    mode: Code | None = None
    location_code: Code | None = None
    invoice_number: Text | None = None
    date: Day | None = None
    amount: Number | None = None
    description: Text | None = None
    service_levels: tuple[Code, ...] = ()


class SpecialHandling(Part):
    """Special handling that was asked for, and protective service."""

    handling: Code | None = None
    text: Text | None = None
    protective_service: Code | None = None
    vents: Code | None = None
    tariff_application: Code | None = None


class EquippedParty(TransportParty):
    """A party of a stop, with the equipment that was there."""

    equipment: tuple[EquipmentDetail, ...] = ()


class InvoicedStop(Part):
    """One stop of the trip, as it was invoiced."""

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
    handling: tuple[SpecialHandling, ...] = ()
    orders: tuple[ShippedOrderDetail, ...] = ()
    parties: tuple[EquippedParty, ...] = ()


class BilledMaterial(Part):
    """Dangerous goods on a line of the invoice."""

    code: Text
    hazard_class: Text | None = None
    code_kind: Code | None = None
    description: Text | None = None
    contact: Text | None = None
    page: Text | None = None
    flash_point: Number | None = None
    flash_point_unit: Code | None = None
    packing_group: Code | None = None


class MaterialText(Part):
    """More words about dangerous goods."""

    description: Text
    classification: Text | None = None


class BilledQuantity(Part):
    """What a charge is reckoned on: billed quantity, weight, volume, pieces."""

    line: Number | None = None
    billed: Number | None = None
    billed_as: Code | None = None
    weight: Number | None = None
    weight_kind: Code | None = None
    volume: Number | None = None
    volume_unit: Code | None = None
    pieces: Number | None = None
    packaging: Code | None = None
    dunnage: Text | None = None
    weight_unit: Code | None = None
    service: Code | None = None
    quantity: Number | None = None
    second_packaging: Code | None = None
    answer: Code | None = None


class FreightCharge(Part):
    """One charge: its rate, what the rate is per, the amount, and what it is for."""

    line: Number | None = None
    rate: Number | None = None
    rate_basis: Code | None = None
    amount: Number | None = None
    advances: Number | None = None
    prepaid: Number | None = None
    combination_point: Text | None = None
    code: Code | None = None
    rate_class: Code | None = None
    entitlement: Code | None = None
    payment: Code | None = None
    description: Text | None = None
    tariff_application: Code | None = None
    declared_value: Number | None = None
    declared_value_basis: Code | None = None
    liability: Code | None = None
    billed: Number | None = None
    billed_as: Code | None = None
    percent: Number | None = None
    currency: Code | None = None
    money: Number | None = None
    lading_value: Number | None = None


class FreightTariff(Part):
    """Under which tariff and item a line was rated, with class and distance."""

    lading_line: Number | None = None
    agency: Code | None = None
    number: Text | None = None
    section: Text | None = None
    item: Text | None = None
    part: Number | None = None
    freight_class: Text | None = None
    supplement: Text | None = None
    ex_parte: Text | None = None
    date: Day | None = None
    rate_basis: Text | None = None
    column: Text | None = None
    distance: Number | None = None
    distance_kind: Code | None = None
    city: Text | None = None
    region: Code | None = None


class BilledParty(TransportParty):
    """A party of a line, with its parcels and orders."""

    parcels: tuple[Parcel, ...] = ()
    orders: tuple[ShippedOrderDetail, ...] = ()


class FreightInvoiceLine(Part):
    """One line: what was carried, what it was reckoned on, and the charges."""

    number: Number
    references: tuple[TransportReference, ...] = ()
    delivery: ProofOfDelivery | None = None
    ladings: tuple[Lading, ...] = ()
    hazards: tuple[BilledMaterial, ...] = ()
    hazard_texts: tuple[MaterialText, ...] = ()
    quantities: tuple[BilledQuantity, ...] = ()
    charges: tuple[FreightCharge, ...] = ()
    sizes: tuple[LadingSize, ...] = ()
    tariffs: tuple[FreightTariff, ...] = ()
    remarks: tuple[Text, ...] = ()
    orders: tuple[ShippedOrderDetail, ...] = ()
    parties: tuple[BilledParty, ...] = ()
    custom: dict[str, Text] | None = None


class FreightInvoice(Part):
    """What a carrier asks to be paid for a shipment. ``amount_due`` is the sum of its charges."""

    invoice_number: Text
    shipment_number: Text | None = None
    invoiced_on: Day
    amount_due: Number
    carrier: Code
    payment: Code
    shipment_kind: Code | None = None
    weight_unit: Code | None = None
    correction: Code | None = None
    delivered_on: Day | None = None
    delivery_date_kind: Code | None = None
    date: Day | None = None
    tariff: Code | None = None
    delivery_terms: Code | None = None
    bank: RemittanceBank | None = None
    currency: DocumentCurrency | None = None
    terms: PaymentTerms | None = None
    references: tuple[TransportReference, ...] = ()
    dates: tuple[ScheduledMoment, ...] = ()
    routes: tuple[FreightRoute, ...] = ()
    handling: tuple[SpecialHandling, ...] = ()
    remarks: tuple[Text, ...] = ()
    parties: tuple[TransportParty, ...] = ()
    equipment: tuple[EquipmentDetail, ...] = ()
    orders: tuple[ShippedOrderDetail, ...] = ()
    stops: tuple[InvoicedStop, ...] = ()
    lines: tuple[FreightInvoiceLine, ...] = ()
    totals: FreightTotals | None = None
    custom: dict[str, Text] | None = None
