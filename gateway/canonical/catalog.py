"""A catalog: what a seller offers, under whose numbers, in which packs, at which prices and until when."""

from __future__ import annotations

from gateway.canonical.heading import Totals
from gateway.canonical.lines import Commodity, LeadTime, SubLine
from gateway.canonical.logistics import Equipment, Handling, PackageCount, Packaging, PackDetail, Routing
from gateway.canonical.money import AllowanceCharge, PaymentTerms, Price, Tax, UnitPrice
from gateway.canonical.particulars import IndustryCodes, Paperwork, Restriction, ServiceCodes
from gateway.canonical.parties import Contact, CurrencyUse, FreightTerms, Party
from gateway.canonical.ship_notice import Answer
from gateway.canonical.values import (
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
    Reference,
    Text,
)


class Remark(Part):
    """A text, and what kind of text it is."""

    kind: Code | None = None
    text: tuple[Text, ...] = ()


class CatalogNote(Note):
    """Words for people under a reference of their own, with the papers that belong to them."""

    paperwork: tuple[Paperwork, ...] = ()


class CatalogParty(Party):
    """A party of a catalog or item, and from when to when it takes part."""

    dates: tuple[Moment, ...] = ()


class CatalogCode(Identifier):
    """A code of somebody's list, and what is said of it."""

    references: tuple[Reference, ...] = ()
    dates: tuple[Moment, ...] = ()
    descriptions: tuple[Description, ...] = ()


class CatalogCodes(IndustryCodes):
    """Codes of lists that somebody else keeps."""

    codes: tuple[CatalogCode, ...] = ()


class PriceList(Part):
    """The list from which a price comes."""

    number: Text
    issue: Text | None = None
    effective_on: Day
    condition: Code | None = None


class CatalogPrice(Price):
    """A price of an item: from which quantity, from when to when, in which currency, and what comes off."""

    dates: tuple[Moment, ...] = ()
    price_list: PriceList | None = None
    lead_times: tuple[LeadTime, ...] = ()
    currencies: tuple[CurrencyUse, ...] = ()
    pack: PackDetail | None = None
    restrictions: tuple[Restriction, ...] = ()
    references: tuple[Reference, ...] = ()
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    taxes: tuple[Tax, ...] = ()
    terms: tuple[PaymentTerms, ...] = ()
    industry_codes: tuple[IndustryCodes, ...] = ()
    parties: tuple[Party, ...] = ()


class Ordering(Part):
    """How the item stands on an order: its line, unit and price there."""

    number: Text | None = None
    quantity: Quantity | None = None
    unit_price: UnitPrice | None = None
    item_ids: tuple[Identifier, ...] = ()


class Origin(Part):
    """A country that an item comes from, and the value that was added there."""

    country: Code
    amount_kind: Code | None = None
    amount: Number | None = None
    credit_or_debit: Code | None = None


class MultiPack(Part):
    """A pack that holds several of an item, or several items, under a number of its own."""

    id: Identifier
    unit: Code
    quantity: Number
    height: Number | None = None
    width: Number | None = None
    depth: Number | None = None
    dimension_unit: Code | None = None
    gross_weight: Number | None = None
    weight_unit: Code | None = None
    gross_volume: Number | None = None
    volume_unit: Code | None = None
    answer: Code | None = None
    prices: tuple[Price, ...] = ()
    packaging: tuple[Packaging, ...] = ()
    maintenance: Code | None = None
    dates: tuple[Moment, ...] = ()


class CatalogSubLine(SubLine):
    """A component or variant of an item."""

    packs: tuple[PackDetail, ...] = ()
    packaging: tuple[Packaging, ...] = ()
    remarks: tuple[Remark, ...] = ()
    industry_codes: tuple[IndustryCodes, ...] = ()
    parties: tuple[CatalogParty, ...] = ()


class CatalogLine(Part):
    """One item of the catalog. When it may be ordered stands among its dates, when a price holds among those of the price."""

    number: Text | None = None
    item_ids: tuple[Identifier, ...] = ()
    maintenance: Code | None = None
    descriptions: tuple[Description, ...] = ()
    prices: tuple[CatalogPrice, ...] = ()
    pack: PackDetail | None = None
    ordering: Ordering | None = None
    dates: tuple[Moment, ...] = ()
    service_codes: tuple[ServiceCodes, ...] = ()
    references: tuple[Reference, ...] = ()
    answers: tuple[Answer, ...] = ()
    contacts: tuple[Contact, ...] = ()
    origins: tuple[Origin, ...] = ()
    restrictions: tuple[Restriction, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    packaging: tuple[Packaging, ...] = ()
    packages: tuple[PackageCount, ...] = ()
    routings: tuple[Routing, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    handling: tuple[Handling, ...] = ()
    terms: tuple[PaymentTerms, ...] = ()
    lead_times: tuple[LeadTime, ...] = ()
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    freight_terms: FreightTerms | None = None
    commodities: tuple[Commodity, ...] = ()
    taxes: tuple[Tax, ...] = ()
    remarks: tuple[Remark, ...] = ()
    parties: tuple[CatalogParty, ...] = ()
    multi_packs: tuple[MultiPack, ...] = ()
    industry_codes: tuple[CatalogCodes, ...] = ()
    sub_lines: tuple[CatalogSubLine, ...] = ()
    notes: tuple[CatalogNote, ...] = ()
    custom: dict[str, Text] | None = None


class Catalog(Part):
    """What a seller offers. Its dates say from when to when the whole holds."""

    purpose: Code | None = None
    catalog_kind: Code
    catalog_number: Text | None = None
    version: Text | None = None
    revision: Text | None = None
    unit: Code | None = None
    replaces_number: Text | None = None
    replaces_version: Text | None = None
    replaces_revision: Text | None = None
    description: Text | None = None
    prices: tuple[Price, ...] = ()
    references: tuple[Reference, ...] = ()
    answers: tuple[Answer, ...] = ()
    contacts: tuple[Contact, ...] = ()
    dates: tuple[Moment, ...] = ()
    restrictions: tuple[Restriction, ...] = ()
    currencies: tuple[CurrencyUse, ...] = ()
    terms: tuple[PaymentTerms, ...] = ()
    lead_times: tuple[LeadTime, ...] = ()
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    packages: tuple[PackageCount, ...] = ()
    routings: tuple[Routing, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    handling: tuple[Handling, ...] = ()
    freight_terms: FreightTerms | None = None
    packaging: tuple[Packaging, ...] = ()
    taxes: tuple[Tax, ...] = ()
    remarks: tuple[Remark, ...] = ()
    paperwork: tuple[Paperwork, ...] = ()
    parties: tuple[CatalogParty, ...] = ()
    industry_codes: tuple[IndustryCodes, ...] = ()
    notes: tuple[CatalogNote, ...] = ()
    lines: tuple[CatalogLine, ...] = ()
    totals: Totals | None = None
    custom: dict[str, Text] | None = None
