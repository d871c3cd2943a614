"""What few orders and lines say beside the common: restrictions, discounts, papers, codes of industry lists."""

from __future__ import annotations

from gateway.canonical.money import Accounting
from gateway.canonical.values import Amount, Code, Day, Identifier, Moment, Number, Part, Reference, Text, UnitDetail


class ItemDetail(Part):
    """One more price or quantity of a line, and why it differs from what was ordered."""

    reason: Code
    date: Day | None = None
    price_kind: Code | None = None
    price: Number | None = None
    basis: Code | None = None
    quantity: Number | None = None
    unit: Code | None = None
    description: Text | None = None


class Restriction(Part):
    """A condition that limits what may be shipped or charged: a smallest quantity, a largest amount."""

    kind: Code
    description: Text | None = None
    quantity_kind: Code | None = None
    quantity: Number | None = None
    unit: Code | None = None
    unit_detail: UnitDetail | None = None
    amount_kind: Code | None = None
    amount: Number | None = None


class Discount(Part):
    """A discount and up to where it holds."""

    kind: Code
    basis: Code
    value: Number
    limit_kind: Code
    limit: int | None = None


class Installment(Part):
    """In how many parts something is paid or delivered."""

    terms: Code
    unit: Code
    unit_detail: UnitDetail | None = None
    parts: Number
    quantity: Number | None = None
    amount: Number | None = None
    amount_kind: Code | None = None


class Paperwork(Part):
    """A paper that goes with the goods, how it is sent and in how many copies."""

    kind: Code
    transmission: Code | None = None
    copies: int | None = None
    about: Code | None = None
    id: Identifier | None = None
    description: Text | None = None
    action: Code | None = None
    request: Code | None = None


class Percentage(Part):
    """A percentage and of what it is."""

    kind: Code
    percent: Number


class IndustryCodes(Part):
    """Codes of lists that somebody else keeps: an industry group, a government agency."""

    agency: Code
    subqualifier: Text | None = None
    codes: tuple[Identifier, ...] = ()


class ServiceCodes(Part):
    """Characteristics of a service or good, in the codes of one agency."""

    agency: Code
    codes: tuple[Identifier, ...] = ()


class Contract(Part):
    """The contract of a line."""

    kind: Code
    amount: Number | None = None
    percent: Number | None = None
    number: Text | None = None
    discount_percent: Number | None = None
    version: Text | None = None


class AccountedAmount(Amount):
    """An amount, as of when it holds, what it refers to, and to which accounts it goes."""

    references: tuple[Reference, ...] = ()
    dates: tuple[Moment, ...] = ()
    percentages: tuple[Percentage, ...] = ()
    accounting: tuple[Accounting, ...] = ()
