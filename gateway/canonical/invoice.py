"""An invoice: what the seller asks to be paid, for which order and shipment."""

from __future__ import annotations

from gateway.canonical.lines import ConditionOfSale, DestinationQuantities, SubLine
from gateway.canonical.logistics import CarrierDetail, PackageCount, Packaging, PackDetail
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
    item_ids: list[Identifier] = []
    currency: CurrencyOf | None = None
    conditions: list[ConditionOfSale] = []
    quantities: list[QuantityOf] = []
    shipments: list[ShipmentDetail] = []
    taxes: list[Tax] = []
    prices: list[Price] = []
    period_amounts: list[PeriodAmount] = []
    measurements: list[Measurement] = []
    descriptions: list[Description] = []
    packaging: list[Packaging] = []
    packs: list[PackDetail] = []
    terms: list[PaymentTerms] = []
    references: list[Reference] = []
    contacts: list[Contact] = []
    destinations: list[DestinationQuantities] = []
    dates: list[Moment] = []
    carriers: list[CarrierDetail] = []
    tariffs: list[Tariff] = []
    allowances_charges: list[AllowanceCharge] = []
    sub_lines: list[SubLine] = []
    parties: list[Party] = []
    accounting: list[Accounting] = []
    custom: dict[str, Text] = {}


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
    descriptions: list[Description] = []


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
    notes: list[Note] = []
    references: list[Reference] = []
    contacts: list[Contact] = []
    parties: list[Party] = []
    terms: list[PaymentTerms] = []
    dates: list[Moment] = []
    freight_terms: FreightTerms | None = None
    descriptions: list[Description] = []
    measurements: list[Measurement] = []
    packaging: list[Packaging] = []
    packages: list[PackageCount] = []
    accounting: list[Accounting] = []
    period_amounts: list[PeriodAmount] = []
    lines: list[InvoiceLine] = []
    totals: InvoiceTotals
    taxes: list[Tax] = []
    carriers: list[CarrierDetail] = []
    amounts: list[Amount] = []
    allowances_charges: list[AllowanceCharge] = []
    shipped: list[ShippedSummary] = []
    custom: dict[str, Text] = {}
