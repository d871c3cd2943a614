"""A remittance advice: what is paid, from where to where, for which invoices and with which deductions."""

from __future__ import annotations

from gateway.canonical.lines import SubLine
from gateway.canonical.money import Accounting, AllowanceCharge, Tax, UnitPrice
from gateway.canonical.parties import Contact, CurrencyUse, Party
from gateway.canonical.people import Person
from gateway.canonical.values import (
    Code,
    Day,
    Identifier,
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


class BankAccount(Part):
    """A bank and an account there: ``{"bank": {"kind": "aba", ...}, "account": {"kind": "demand_deposit", ...}}``."""

    bank: Identifier | None = None
    account: Identifier | None = None


class CompoundReference(Part):
    """A reference in up to three parts."""

    kind: Code
    value: Text
    second: Identifier | None = None
    third: Identifier | None = None


class RemittanceDelivery(Part):
    """How the advice reaches a party: by mail, by fax, to which address or number."""

    transmission: Code
    name: Text | None = None
    number: Text | None = None
    reference: CompoundReference | None = None
    second_reference: CompoundReference | None = None


class RemittanceParty(Party):
    """A party to a payment, and how the advice reaches it."""

    delivery: RemittanceDelivery | None = None
    dates: tuple[Moment, ...] = ()


class RemittedReference(Reference):
    """A reference with dates of its own."""

    dates: tuple[Moment, ...] = ()


class RemittedAllowanceCharge(AllowanceCharge):
    """An allowance or a charge, and when it holds."""

    dates: tuple[Moment, ...] = ()


class RemittedSubLine(SubLine):
    """A component of a line that is paid."""

    references: tuple[RemittedReference, ...] = ()


class Rate(Part):
    """A rate or value by which something is reckoned."""

    kind: Code
    amount: Number | None = None
    rate: Number | None = None
    unit: Code | None = None
    unit_detail: UnitDetail | None = None
    percent: Number | None = None


class RemittedLine(Part):
    """One line of an invoice that is paid, or of what an adjustment is about."""

    number: Text | None = None
    quantity: Quantity | None = None
    unit_price: UnitPrice | None = None
    item_ids: tuple[Identifier, ...] = ()
    rate: Rate | None = None
    quantities: tuple[QuantityOf, ...] = ()
    references: tuple[RemittedReference, ...] = ()
    allowances_charges: tuple[RemittedAllowanceCharge, ...] = ()
    sub_lines: tuple[RemittedSubLine, ...] = ()
    custom: dict[str, Text] | None = None


class Adjustment(Part):
    """An amount that is paid more or less, and why; a deduction is negative."""

    amount: Number
    reason: Code
    reference: Identifier | None = None
    notes: tuple[Note, ...] = ()
    contacts: tuple[Contact, ...] = ()
    dates: tuple[Moment, ...] = ()
    references: tuple[RemittedReference, ...] = ()
    lines: tuple[RemittedLine, ...] = ()
    accounting: tuple[Accounting, ...] = ()
    custom: dict[str, Text] | None = None


class RemittedItem(Part):
    """One open item that is paid, mostly an invoice: ``document`` names it, its order stands among the references.

    ``paid`` is what comes to the account for it: ``gross`` less ``discount``, and ``adjustment`` with its reason.
    """

    document: Identifier | None = None
    action: Code | None = None
    paid: Number | None = None
    gross: Number | None = None
    discount: Number | None = None
    adjustment: Number | None = None
    adjustment_reason: Code | None = None
    notes: tuple[Note, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[Moment, ...] = ()
    lines: tuple[RemittedLine, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    accounting: tuple[Accounting, ...] = ()
    custom: dict[str, Text] | None = None


class PaidEntity(Part):
    """A part of the payment for one division, branch or account: its open items and adjustments."""

    number: int | None = None
    role: Code | None = None
    id: Identifier | None = None
    related_role: Code | None = None
    related_id: Identifier | None = None
    reference: Identifier | None = None
    accounting: tuple[Accounting, ...] = ()
    people: tuple[Person, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    items: tuple[RemittedItem, ...] = ()
    custom: dict[str, Text] | None = None


class TaxAmount(Part):
    """A part of a tax payment, and what it is for."""

    kind: Text
    amount: Number


class TaxPayment(Part):
    """A payment to a tax office."""

    taxpayer: Text
    tax_type: Code
    period_ended_on: Day
    amount: TaxAmount
    second_amount: TaxAmount | None = None
    third_amount: TaxAmount | None = None
    verification: Text | None = None
    taxes: tuple[Tax, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[Moment, ...] = ()


class WageDeduction(Part):
    """A deduction from somebody's wage that is paid to a third party."""

    kind: Code
    case: Text
    deducted_on: Day
    amount: Number
    person_id: Text
    medical_support: Code
    person_name: Text | None = None
    office: Text | None = None
    employment_ended: Code | None = None


class RemittanceAdvice(Part):
    """What a payer tells the payee. ``amount`` is the money that moves, ``entities`` what it is for."""

    remittance_number: Text | None = None
    trace_kind: Code | None = None
    originator: Text | None = None
    trace_reference: Text | None = None
    handling: Code
    amount: Number
    credit_or_debit: Code
    method: Code
    format: Code | None = None
    paid_on: Day | None = None
    from_account: BankAccount | None = None
    originating_company: Text | None = None
    originating_company_code: Text | None = None
    to_account: BankAccount | None = None
    business_function: Code | None = None
    return_account: BankAccount | None = None
    currency: CurrencyUse | None = None
    notes: tuple[Note, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[Moment, ...] = ()
    parties: tuple[RemittanceParty, ...] = ()
    entities: tuple[PaidEntity, ...] = ()
    tax_payments: tuple[TaxPayment, ...] = ()
    wage_deductions: tuple[WageDeduction, ...] = ()
    custom: dict[str, Text] | None = None
