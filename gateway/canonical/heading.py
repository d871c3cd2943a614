"""What the headings of orders and acknowledgments have in common, and the totals at the end."""

from __future__ import annotations

from gateway.canonical.lines import ConditionOfSale, ItemIds, LeadTime
from gateway.canonical.logistics import Equipment, Handling, Marks, PackageCount, Packaging, Routing
from gateway.canonical.money import AllowanceCharge, PaymentTerms, PeriodAmount, Price, Tax
from gateway.canonical.particulars import (
    Discount,
    IndustryCodes,
    Installment,
    Paperwork,
    Percentage,
    Restriction,
    ServiceCodes,
)
from gateway.canonical.parties import Contact, CurrencyUse, FreightTerms, Party, TaxRegistration
from gateway.canonical.values import Code, Description, Measurement, Moment, Note, Number, Part, Reference, Text


class Totals(Part):
    """What the sender counted, so that the receiver can see whether all of it came."""

    hash: Number | None = None
    weight: Number | None = None
    weight_unit: Code | None = None
    volume: Number | None = None
    volume_unit: Code | None = None
    description: Text | None = None


class Heading(Part):
    """What the headings of order and acknowledgment have in common."""

    currency: CurrencyUse | None = None
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    tax_registrations: tuple[TaxRegistration, ...] = ()
    freight_terms: tuple[FreightTerms, ...] = ()
    prices: tuple[Price, ...] = ()
    sales_conditions: tuple[ConditionOfSale, ...] = ()
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    terms: tuple[PaymentTerms, ...] = ()
    dates: tuple[Moment, ...] = ()
    lead_times: tuple[LeadTime, ...] = ()
    items: tuple[ItemIds, ...] = ()
    descriptions: tuple[Description, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    packaging: tuple[Packaging, ...] = ()
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
    taxes: tuple[Tax, ...] = ()
    notes: tuple[Note, ...] = ()
    parties: tuple[Party, ...] = ()
    totals: Totals | None = None
    custom: dict[str, Text] | None = None
