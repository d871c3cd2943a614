"""A forecast: what a buyer will want in the coming weeks and months, and what of it may be made or bought for already."""

from __future__ import annotations

from gateway.canonical.heading import Totals
from gateway.canonical.lines import ConditionOfSale, LeadTime, SubLine
from gateway.canonical.logistics import Equipment, Handling, Marks, PackageCount, Packaging, PackDetail, Routing
from gateway.canonical.money import AllowanceCharge, PaymentTerms, Price, UnitPrice
from gateway.canonical.particulars import IndustryCodes, ItemDetail, Paperwork
from gateway.canonical.parties import Contact, CurrencyUse, FreightTerms, Party, TaxRegistration
from gateway.canonical.people import Person
from gateway.canonical.schedules import Delivery, DeliveryPattern, ReleaseStatus, Scheduled
from gateway.canonical.values import (
    Code,
    Day,
    Description,
    Identifier,
    Measurement,
    Moment,
    Number,
    Part,
    QuantityOf,
    Reference,
    Text,
    UnitDetail,
)


class PreassignedOrders(Part):
    """Order numbers that the buyer set aside for releases, from ``first`` to ``last``."""

    first: Text
    last: Text | None = None
    party: Identifier | None = None


class Authorization(Part):
    """Up to which quantity the seller may make the goods, or buy material for them, and the buyer stands by it."""

    kind: Code
    until: Day | None = None
    quantity: Number | None = None
    maximum: Number | None = None
    since: Day | None = None


class ItemDemand(Part):
    """For whom or what the item is wanted, in codes of an industry's lists."""

    code: Identifier | None = None
    reference: Reference | None = None
    second_code: Identifier | None = None
    quantity: Number | None = None
    answer: Code | None = None
    third_code: Identifier | None = None


class ForecastSubLine(SubLine):
    """A component of a forecast item."""

    people: tuple[Person, ...] = ()


class ForecastLine(Part):
    """One item: what will be wanted when, what is authorized, what came so far. An order stands among the item ids."""

    number: Text | None = None
    item_ids: tuple[Identifier, ...] = ()
    unit: Code | None = None
    unit_detail: UnitDetail | None = None
    unit_price: UnitPrice | None = None
    release_status: ReleaseStatus | None = None
    dates: tuple[Moment, ...] = ()
    currency: CurrencyUse | None = None
    details: tuple[ItemDetail, ...] = ()
    prices: tuple[Price, ...] = ()
    descriptions: tuple[Description, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    paperwork: tuple[Paperwork, ...] = ()
    packaging: tuple[Packaging, ...] = ()
    pack: PackDetail | None = None
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    terms: tuple[PaymentTerms, ...] = ()
    tax_registrations: tuple[TaxRegistration, ...] = ()
    freight_terms: FreightTerms | None = None
    lead_times: tuple[LeadTime, ...] = ()
    quantities: tuple[QuantityOf, ...] = ()
    authorizations: tuple[Authorization, ...] = ()
    schedules: tuple[Scheduled, ...] = ()
    patterns: tuple[DeliveryPattern, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    packages: tuple[PackageCount, ...] = ()
    routings: tuple[Routing, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    handling: tuple[Handling, ...] = ()
    marks: tuple[Marks, ...] = ()
    demands: tuple[ItemDemand, ...] = ()
    sub_lines: tuple[ForecastSubLine, ...] = ()
    parties: tuple[Party, ...] = ()
    industry_codes: tuple[IndustryCodes, ...] = ()
    custom: dict[str, Text] | None = None


class Forecast(Part):
    """What a buyer plans to want from ``horizon_from`` to ``horizon_until``; it may release a part of it for delivery."""

    purpose: Code = "original"
    forecast_number: Text | None = None
    release: Text | None = None
    schedule_type: Code
    quantity_type: Code
    horizon_from: Day | None = None
    horizon_until: Day | None = None
    issued_on: Day | None = None
    updated_on: Day | None = None
    contract: Text | None = None
    order_number: Text | None = None
    planning_schedule: Code | None = None
    action: Code | None = None
    preassigned_orders: tuple[PreassignedOrders, ...] = ()
    currency: CurrencyUse | None = None
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    tax_registrations: tuple[TaxRegistration, ...] = ()
    freight_terms: FreightTerms | None = None
    prices: tuple[Price, ...] = ()
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    sales_conditions: tuple[ConditionOfSale, ...] = ()
    terms: tuple[PaymentTerms, ...] = ()
    dates: tuple[Moment, ...] = ()
    descriptions: tuple[Description, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    paperwork: tuple[Paperwork, ...] = ()
    packaging: tuple[Packaging, ...] = ()
    packages: tuple[PackageCount, ...] = ()
    routings: tuple[Routing, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    handling: tuple[Handling, ...] = ()
    marks: tuple[Marks, ...] = ()
    parties: tuple[Party, ...] = ()
    industry_codes: tuple[IndustryCodes, ...] = ()
    lines: tuple[ForecastLine, ...] = ()
    totals: Totals | None = None
    custom: dict[str, Text] | None = None
