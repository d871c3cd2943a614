"""Prices, allowances and charges, taxes, payment terms, accounting."""

from __future__ import annotations

from gateway.canonical.values import Clock, Code, Day, Identifier, Location, Number, Part, Quantity, Text, UnitDetail


class UnitPrice(Part):
    """A price for one unit. Without ``currency`` it is in the currency of the document.

    Some sellers name the basis of a price on a line that they don't charge, so there may be no amount.
    """

    amount: Number | None = None
    basis: Code | None = None
    currency: Code | None = None


class Price(Part):
    """One more price of an item: list price, contract price, price by quantity."""

    trade_class: Code | None = None
    kind: Code | None = None
    amount: Number | None = None
    quantity: Number | None = None
    unit: Code | None = None
    unit_detail: UnitDetail | None = None
    multiplier_kind: Code | None = None
    multiplier: Number | None = None
    total: Number | None = None
    basis: Code | None = None
    condition: Text | None = None
    multiple: Number | None = None


class CurrencyOf(Part):
    """The currency of one allowance or line."""

    role: Code
    currency: Code
    other_role: Code | None = None
    other_currency: Code | None = None


class Tax(Part):
    """A tax: its amount, percentage and jurisdiction."""

    kind: Code
    amount: Number | None = None
    percent: Number | None = None
    jurisdiction: Location | None = None
    exempt: Code | None = None
    relation: Code | None = None
    basis: Number | None = None
    number: Text | None = None
    reference: Text | None = None


class AllowanceCharge(Part):
    """An allowance, a charge or a service, on the document, a line or a sub-line."""

    type: Code
    code: Code | None = None
    agency: Code | None = None
    agency_code: Code | None = None
    amount: Number | None = None
    percent_of: Code | None = None
    percent: Number | None = None
    rate: Number | None = None
    unit: Code | None = None
    quantity: Number | None = None
    second_quantity: Number | None = None
    settlement: Code | None = None
    reference: Text | None = None
    option: Text | None = None
    description: Text | None = None
    language: Code | None = None
    currency: CurrencyOf | None = None
    taxes: tuple[Tax, ...] = ()


class PaymentTerms(Part):
    """When to pay, and what early payment saves."""

    type: Code | None = None
    basis: Code | None = None
    discount_percent: Number | None = None
    discount_due_on: Day | None = None
    discount_days: int | None = None
    net_due_on: Day | None = None
    net_days: int | None = None
    discount_amount: Number | None = None
    deferred_due_on: Day | None = None
    deferred_amount: Number | None = None
    percent_payable: Number | None = None
    description: Text | None = None
    day_of_month: int | None = None
    method: Code | None = None
    percent: Number | None = None


class Accounting(Part):
    """To which accounts an amount goes."""

    agency: Code
    indicator: Code | None = None
    allowance: Code | None = None
    codes: tuple[Identifier, ...] = ()


class PeriodAmount(Part):
    """A quantity or amount over a period."""

    quantity_kind: Code | None = None
    quantity: Quantity | None = None
    unit_detail: UnitDetail | None = None
    kind: Code | None = None
    amount: Number | None = None
    period: Code | None = None
    date_kind: Code | None = None
    date: Day | None = None
    time: Clock | None = None
    second_date_kind: Code | None = None
    second_date: Day | None = None
    second_time: Clock | None = None
    percent_kind: Code | None = None
    percent: Number | None = None
    answer: Code | None = None
