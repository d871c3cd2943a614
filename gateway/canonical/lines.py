"""What the lines of orders, acknowledgments and invoices have in common."""

from __future__ import annotations

from gateway.canonical.logistics import Equipment, Handling, Marks, PackageCount, Packaging, PackDetail, Routing
from gateway.canonical.money import AllowanceCharge, CurrencyOf, PaymentTerms, Price, Tax, UnitPrice
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
)


class ItemIds(Part):
    """An item by the numbers of several parties: buyer's part, supplier's part, GTIN."""

    number: Text | None = None
    item_ids: list[Identifier] = []


class LeadTime(Part):
    """How long something takes."""

    kind: Code
    quantity: Number
    unit: Code
    date: Day | None = None
    quantities: list[QuantityOf] = []


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
    references: list[Reference] = []


class DestinationQuantities(Part):
    """Quantities of a line for several places."""

    unit: Code | None = None
    id_kind: Code | None = None
    place: Text | None = None
    destinations: list[Identifier] = []


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
    price: UnitPrice | None = None
    price_relation: Code | None = None
    item_ids: list[Identifier] = []
    descriptions: list[Description] = []
    dates: list[Moment] = []
    references: list[Reference] = []
    notes: list[Note] = []
    texts: list[Text] = []
    prices: list[Price] = []
    allowances_charges: list[AllowanceCharge] = []
    quantities: list[QuantityOf] = []
    parties: list[Party] = []
    taxes: list[Tax] = []
    tax_registrations: list[TaxRegistration] = []
    pack: PackDetail | None = None
    composite_unit: Text | None = None


class LineParty(Party):
    """A party of one line, with what goes to it."""

    dates: list[Moment] = []
    schedules: list[ScheduleLine] = []
    routings: list[Routing] = []


class Line(Part):
    """What every line of an order or its acknowledgment may say."""

    number: Text | None = None
    quantity: Quantity | None = None
    unit_price: UnitPrice | None = None
    item_ids: list[Identifier] = []
    items: list[ItemIds] = []
    currency: CurrencyOf | None = None
    prices: list[Price] = []
    measurements: list[Measurement] = []
    descriptions: list[Description] = []
    packs: list[PackDetail] = []
    references: list[Reference] = []
    contacts: list[Contact] = []
    allowances_charges: list[AllowanceCharge] = []
    conditions: list[ConditionOfSale] = []
    terms: list[PaymentTerms] = []
    tax_registrations: list[TaxRegistration] = []
    freight_terms: list[FreightTerms] = []
    destinations: list[DestinationQuantities] = []
    dates: list[Moment] = []
    lead_times: list[LeadTime] = []
    commodities: list[Commodity] = []
    packages: list[PackageCount] = []
    routings: list[Routing] = []
    equipment: list[Equipment] = []
    handling: list[Handling] = []
    marks: list[Marks] = []
    texts: list[Text] = []
    taxes: list[Tax] = []
    quantities: list[QuantityOf] = []
    schedules: list[ScheduleLine] = []
    packaging: list[Packaging] = []
    notes: list[Note] = []
    parties: list[LineParty] = []
    sub_lines: list[SubLine] = []
    custom: dict[str, Text] = {}
