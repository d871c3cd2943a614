"""An invoice: what the seller asks to be paid, for which order and shipment."""

from __future__ import annotations

from gateway.canonical.lines import ConditionOfSale, DestinationQuantities, SubLine
from gateway.canonical.logistics import CarrierDetail, Packaging, PackDetail
from gateway.canonical.money import (
    Accounting,
    AllowanceCharge,
    CurrencyOf,
    PaymentTerms,
    PeriodAmount,
    Price,
    Tax,
    UnitPrice,
)
from gateway.canonical.parties import Contact, CurrencyUse, FreightTerms, Party
from gateway.canonical.values import (
    Amount,
    Code,
    Day,
    Description,
    Identifier,
    Measurement,
    Moment,
    Note,
    Number,
    Part,
    Quantity,
    QuantityOf,
    Reference,
    Text,
)


class ShipmentDetail(Part):
    """How much of a line was shipped, and why it differs."""

    quantity: Number | None = None
    unit: Code | None = None
    status: Code | None = None
    difference: Number | None = None
    reason: Code | None = None


class Tariff(Part):
    """Under which tariff freight was rated."""

    lading_line: Text | None = None
    agency: Code | None = None
    number: Text | None = None
    section: Text | None = None
    item: Text | None = None
    part: Text | None = None
    freight_class: Code | None = None


class InvoiceLine(Part):
    """One invoiced line."""

    number: Text | None = None
    quantity: Quantity | None = None
    unit_price: UnitPrice | None = None
    item_ids: tuple[Identifier, ...] = ()
    currency: CurrencyOf | None = None
    conditions: tuple[ConditionOfSale, ...] = ()
    quantities: tuple[QuantityOf, ...] = ()
    shipments: tuple[ShipmentDetail, ...] = ()
    taxes: tuple[Tax, ...] = ()
    prices: tuple[Price, ...] = ()
    period_amounts: tuple[PeriodAmount, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    descriptions: tuple[Description, ...] = ()
    packaging: tuple[Packaging, ...] = ()
    packs: tuple[PackDetail, ...] = ()
    terms: tuple[PaymentTerms, ...] = ()
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    destinations: tuple[DestinationQuantities, ...] = ()
    dates: tuple[Moment, ...] = ()
    carriers: tuple[CarrierDetail, ...] = ()
    tariffs: tuple[Tariff, ...] = ()
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    sub_lines: tuple[SubLine, ...] = ()
    parties: tuple[Party, ...] = ()
    accounting: tuple[Accounting, ...] = ()
    custom: dict[str, Text] | None = None


class ShippedSummary(Part):
    """What was shipped in all."""

    units: Number | None = None
    unit: Code | None = None
    weight: Number | None = None
    weight_unit: Code | None = None
    volume: Number | None = None
    volume_unit: Code | None = None
    quantity: Number | None = None
    second_weight: Number | None = None
    descriptions: tuple[Description, ...] = ()


class InvoiceTotals(Part):
    """The sums: the amount due, and what discount is reckoned on."""

    total: Number
    discountable: Number | None = None
    discounted: Number | None = None
    discount: Number | None = None
    hash: Number | None = None
    weight: Number | None = None
    weight_unit: Code | None = None
    volume: Number | None = None
    volume_unit: Code | None = None
    description: Text | None = None


class Invoice(Part):
    """What a seller asks a buyer to pay. ``totals.total`` is the amount due."""

    purpose: Code | None = None
    invoice_type: Code | None = None
    invoice_number: Text
    invoiced_on: Day | None = None
    order_number: Text | None = None
    ordered_on: Day | None = None
    release: Text | None = None
    change_sequence: Text | None = None
    action: Code | None = None
    replaces: Text | None = None
    currency: CurrencyUse | None = None
    notes: tuple[Note, ...] = ()
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    parties: tuple[Party, ...] = ()
    terms: tuple[PaymentTerms, ...] = ()
    dates: tuple[Moment, ...] = ()
    freight_terms: FreightTerms | None = None
    descriptions: tuple[Description, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    packaging: tuple[Packaging, ...] = ()
    accounting: tuple[Accounting, ...] = ()
    letters: tuple[Note, ...] = ()
    lines: tuple[InvoiceLine, ...] = ()
    totals: InvoiceTotals
    taxes: tuple[Tax, ...] = ()
    carriers: tuple[CarrierDetail, ...] = ()
    amounts: tuple[Amount, ...] = ()
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    shipped: tuple[ShippedSummary, ...] = ()
    custom: dict[str, Text] | None = None
