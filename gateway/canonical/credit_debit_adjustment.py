"""A credit or debit adjustment: what a partner takes back from an invoice or adds to it, line by line, and why."""

from __future__ import annotations

from gateway.canonical.logistics import PackDetail
from gateway.canonical.money import Accounting, AllowanceCharge, PaymentTerms, Price
from gateway.canonical.particulars import IndustryCodes, Percentage
from gateway.canonical.parties import Contact, CurrencyUse, FreightTerms, Party
from gateway.canonical.values import (
    Amount,
    Clock,
    Code,
    Day,
    Identifier,
    Location,
    Moment,
    Number,
    Part,
    Quantity,
    Reference,
    Text,
)


class DatedReference(Reference):
    """A reference and when that was made to which it points."""

    date: Day | None = None
    time: Clock | None = None
    zone: Code | None = None


class DatedAllowanceCharge(AllowanceCharge):
    """An allowance or a charge, and when it holds."""

    dates: tuple[Moment, ...] = ()


class AdjustedParty(Party):
    """A party of an adjustment and what it amounts to for it."""

    references: tuple[DatedReference, ...] = ()
    amounts: tuple[Amount, ...] = ()
    percentages: tuple[Percentage, ...] = ()


class AdjustedShipment(Part):
    """How much was shipped and received, in pieces, weight and volume."""

    shipped: Number | None = None
    received: Number | None = None
    unit: Code | None = None
    weight: Number | None = None
    weight_unit: Code | None = None
    volume: Number | None = None
    volume_unit: Code | None = None
    sizing_factor: Number | None = None
    price_bracket: Text | None = None
    mode: Code | None = None
    carrier_code: Code | None = None
    status: Code | None = None
    reference: Identifier | None = None


class AdjustedStore(Part):
    """A store, and what of the line it has to bear."""

    number: Text
    location: Location | None = None
    reference: Text | None = None
    amounts: tuple[Amount, ...] = ()
    percentages: tuple[Percentage, ...] = ()
    parties: tuple[AdjustedParty, ...] = ()


class AdjustmentLine(Part):
    """One thing that is adjusted: why, by how much, in pieces or in price.

    ``amount`` is the money of the line; ``quantity`` times ``price_difference`` is how it came about. Without a quantity there is
    an amount.
    """

    number: Text | None = None
    reason: Code
    credit_or_debit: Code
    amount: Number | None = None
    quantity: Quantity | None = None
    price_difference: Number | None = None
    prices: tuple[Price, ...] = ()
    price_bracket: Text | None = None
    answer: Code | None = None
    text: Text | None = None
    item_number: Text | None = None
    item_ids: tuple[Identifier, ...] = ()
    pack: PackDetail | None = None
    allowances_charges: tuple[DatedAllowanceCharge, ...] = ()
    references: tuple[DatedReference, ...] = ()
    dates: tuple[Moment, ...] = ()
    industry_codes: tuple[IndustryCodes, ...] = ()
    stores: tuple[AdjustedStore, ...] = ()
    accounting: tuple[Accounting, ...] = ()
    custom: dict[str, Text] | None = None


class CreditDebitAdjustment(Part):
    """What a partner credits or debits. ``amount`` is the sum of the lines, of which debits count against credits."""

    purpose: Code | None = None
    adjustment_number: Text
    adjusted_on: Day
    handling: Code
    amount: Number
    credit_or_debit: Code
    invoice_number: Text | None = None
    invoiced_on: Day | None = None
    order_number: Text | None = None
    ordered_on: Day | None = None
    vendor_order_number: Text | None = None
    transaction_type: Code | None = None
    reference: Identifier | None = None
    action: Code | None = None
    currency: CurrencyUse | None = None
    references: tuple[DatedReference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    parties: tuple[AdjustedParty, ...] = ()
    terms: tuple[PaymentTerms, ...] = ()
    dates: tuple[Moment, ...] = ()
    freight_terms: FreightTerms | None = None
    shipments: tuple[AdjustedShipment, ...] = ()
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    industry_codes: tuple[IndustryCodes, ...] = ()
    accounting: tuple[Accounting, ...] = ()
    lines: tuple[AdjustmentLine, ...] = ()
    custom: dict[str, Text] | None = None
