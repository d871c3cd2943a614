"""What the headings of orders and acknowledgments have in common, and the totals at the end."""

from __future__ import annotations

from gateway.canonical.lines import ConditionOfSale, ItemIds, LeadTime
from gateway.canonical.logistics import Equipment, Handling, Marks, PackageCount, Packaging, Routing
from gateway.canonical.money import AllowanceCharge, PaymentTerms, Price, Tax
from gateway.canonical.parties import Contact, CurrencyUse, FreightTerms, Party, TaxRegistration
from gateway.canonical.values import Code, Description, Measurement, Moment, Note, Number, Part, Reference, Text


class Totals(Part):
    """What the sender counted, so that the receiver can see whether all of it came."""

    lines: int | None = None
    hash: Number | None = None
    weight: Number | None = None
    weight_unit: Code | None = None
    volume: Number | None = None
    volume_unit: Code | None = None
    description: Text | None = None


class Heading(Part):
    """What the headings of order and acknowledgment have in common."""

    currency: CurrencyUse | None = None
    references: list[Reference] = []
    contacts: list[Contact] = []
    tax_registrations: list[TaxRegistration] = []
    freight_terms: list[FreightTerms] = []
    prices: list[Price] = []
    sales_conditions: list[ConditionOfSale] = []
    allowances_charges: list[AllowanceCharge] = []
    terms: list[PaymentTerms] = []
    dates: list[Moment] = []
    lead_times: list[LeadTime] = []
    items: list[ItemIds] = []
    descriptions: list[Description] = []
    measurements: list[Measurement] = []
    packaging: list[Packaging] = []
    packages: list[PackageCount] = []
    routings: list[Routing] = []
    equipment: list[Equipment] = []
    handling: list[Handling] = []
    marks: list[Marks] = []
    taxes: list[Tax] = []
    notes: list[Note] = []
    parties: list[Party] = []
    totals: Totals | None = None
    custom: dict[str, Text] = {}
