"""What the lines of orders, acknowledgments and invoices have in common."""

from __future__ import annotations

from gateway.canonical.logistics import Equipment, Handling, Marks, PackageCount, Packaging, PackDetail, Routing
from gateway.canonical.money import AllowanceCharge, CurrencyOf, PaymentTerms, PeriodAmount, Price, Tax, UnitPrice
from gateway.canonical.particulars import (
    Contract,
    Discount,
    IndustryCodes,
    Installment,
    ItemDetail,
    Paperwork,
    Percentage,
    Restriction,
    ServiceCodes,
)
from gateway.canonical.parties import Contact, FreightTerms, Party, TaxRegistration
from gateway.canonical.values import (
    Clock,
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
    UnitDetail,
)


class ItemIds(Part):
    """An item by the numbers of several parties: buyer's part, supplier's part, GTIN."""

    number: Text | None = None
    item_ids: tuple[Identifier, ...] = ()


class LeadTime(Part):
    """How long something takes."""

    kind: Code
    quantity: Number
    unit: Code
    date: Day | None = None
    quantities: tuple[QuantityOf, ...] = ()
    texts: tuple[Text, ...] = ()
    references: tuple[Reference, ...] = ()
    marks: tuple[Marks, ...] = ()
    industry_codes: tuple[IndustryCodes, ...] = ()


class ScheduleLine(Part):
    """A part of the quantity on a date of its own."""

    quantity: Number | None = None
    unit: Code | None = None
    party_role: Code | None = None
    party_name: Text | None = None
    date_kind: Code | None = None
    date: Day | None = None
    time: Clock | None = None
    second_date_kind: Code | None = None
    second_date: Day | None = None
    second_time: Clock | None = None
    request_reference: Text | None = None
    line_number: Text | None = None
    references: tuple[Reference, ...] = ()
    packages: tuple[PackageCount, ...] = ()
    routings: tuple[Routing, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    handling: tuple[Handling, ...] = ()


class DestinationQuantity(Part):
    """How much goes to one place."""

    place: Text
    quantity: Number


class DestinationQuantities(Part):
    """Quantities of a line for several places."""

    unit: Code | None = None
    id_kind: Code | None = None
    place: Text | None = None
    destinations: tuple[DestinationQuantity, ...] = ()


class ConditionOfSale(Part):
    """What the seller may or must do: substitute, split, backorder."""

    requirement: Code | None = None
    action: Code | None = None
    amount: Number | None = None
    account: Text | None = None
    date: Day | None = None
    agency: Code | None = None
    special_services: Code | None = None
    substitution: Code | None = None
    percent: Number | None = None
    percent_kind: Code | None = None
    item_ids: tuple[Identifier, ...] = ()


class Commodity(Part):
    """A commodity code."""

    kind: Code
    code: Text


class SubLine(Part):
    """A component or part of a line."""

    number: Text
    of: Text | None = None
    relationship: Code
    quantity: Number | None = None
    unit: Code | None = None
    unit_detail: UnitDetail | None = None
    price: UnitPrice | None = None
    price_relation: Code | None = None
    item_ids: tuple[Identifier, ...] = ()
    descriptions: tuple[Description, ...] = ()
    dates: tuple[Moment, ...] = ()
    references: tuple[Reference, ...] = ()
    notes: tuple[Note, ...] = ()
    texts: tuple[Text, ...] = ()
    prices: tuple[Price, ...] = ()
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    quantities: tuple[QuantityOf, ...] = ()
    parties: tuple[Party, ...] = ()
    taxes: tuple[Tax, ...] = ()
    tax_registrations: tuple[TaxRegistration, ...] = ()
    pack: PackDetail | None = None
    details: tuple[ItemDetail, ...] = ()
    commodities: tuple[Commodity, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    period_amounts: tuple[PeriodAmount, ...] = ()
    service_codes: tuple[ServiceCodes, ...] = ()


class LineParty(Party):
    """A party of one line, with what goes to it."""

    dates: tuple[Moment, ...] = ()
    schedules: tuple[ScheduleLine, ...] = ()
    lead_times: tuple[LeadTime, ...] = ()


class LineDetails(Part):
    """What every line of an order, its acknowledgment or its change may say beside how much of what."""

    items: tuple[ItemIds, ...] = ()
    currency: CurrencyOf | None = None
    contract: Contract | None = None
    details: tuple[ItemDetail, ...] = ()
    prices: tuple[Price, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    descriptions: tuple[Description, ...] = ()
    packs: tuple[PackDetail, ...] = ()
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    conditions: tuple[ConditionOfSale, ...] = ()
    sales_conditions: tuple[ConditionOfSale, ...] = ()
    terms: tuple[PaymentTerms, ...] = ()
    tax_registrations: tuple[TaxRegistration, ...] = ()
    freight_terms: tuple[FreightTerms, ...] = ()
    destinations: tuple[DestinationQuantities, ...] = ()
    dates: tuple[Moment, ...] = ()
    lead_times: tuple[LeadTime, ...] = ()
    commodities: tuple[Commodity, ...] = ()
    packages: tuple[PackageCount, ...] = ()
    routings: tuple[Routing, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    handling: tuple[Handling, ...] = ()
    marks: tuple[Marks, ...] = ()
    restrictions: tuple[Restriction, ...] = ()
    discounts: tuple[Discount, ...] = ()
    installments: tuple[Installment, ...] = ()
    percentages: tuple[Percentage, ...] = ()
    period_amounts: tuple[PeriodAmount, ...] = ()
    paperwork: tuple[Paperwork, ...] = ()
    service_codes: tuple[ServiceCodes, ...] = ()
    industry_codes: tuple[IndustryCodes, ...] = ()
    texts: tuple[Text, ...] = ()
    taxes: tuple[Tax, ...] = ()
    quantities: tuple[QuantityOf, ...] = ()
    schedules: tuple[ScheduleLine, ...] = ()
    packaging: tuple[Packaging, ...] = ()
    notes: tuple[Note, ...] = ()
    parties: tuple[LineParty, ...] = ()
    sub_lines: tuple[SubLine, ...] = ()
    custom: dict[str, Text] | None = None


class _Ordered(Part):
    """How much of what, at which price: these fields come first in the JSON of a line."""

    number: Text | None = None
    quantity: Quantity | None = None
    unit_price: UnitPrice | None = None
    item_ids: tuple[Identifier, ...] = ()


class Line(LineDetails, _Ordered):
    """One line of an order or its acknowledgment. How much of what comes first."""
