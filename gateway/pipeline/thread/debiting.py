"""Make out what an invoice charges too much: the 812 with which we, as its buyer, debit that.

Debited is what nothing that comes later can make right: a price above the ordered one, pieces beyond the order, charges, taxes
and sums. A receipt that is short is none of these, because the rest may come; a person or a receiving advice settles that.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from gateway.tracking.order import Match, Order, OrderLine
from gateway.tracking.thread.finding import Check, Verdict
from gateway.tracking.thread.statement import LineSaid, Statement

ZERO = Decimal(0)
_CENTS = Decimal("0.01")
# What an amount of the head is too high by is debited as this reason.
_OF_HEAD: dict[str, str] = {
    Check.CHARGES: "allowance_or_charge_error",
    Check.TAX: "tax_deducted",
    Check.TOTAL: "extension_error",
}
_OF_LINES = (Check.PRICE, Check.QUANTITY)
_MONEY = frozenset((*_OF_HEAD, *_OF_LINES))


def debited_lines(match: Match, invoice: Statement, rows: Sequence[OrderLine]) -> list[dict[str, Any]]:
    """Return what to debit of an invoice, line by line; nothing where something else must be settled first."""
    outside = [each for each in match.findings if each["verdict"] == Verdict.OUTSIDE.word]
    if any(each["check"] not in _MONEY for each in outside):
        return []
    made: list[dict[str, Any]] = []
    for number in dict.fromkeys(each["line"] for each in outside if each["check"] in _OF_LINES):
        row = next((each for each in rows if each.number == number), None)
        found = {each["check"]: each for each in outside if each["line"] == number}
        if row is not None:
            made += _of_line(found, _parts(invoice, row, rows), row)
    for each in outside:
        if each["check"] in _OF_HEAD and _too_much(each) > 0:
            made.append({"reason": _OF_HEAD[each["check"]], "amount": _text(_too_much(each))})
    lines = [each | {"number": str(place), "credit_or_debit": "debit"} for place, each in enumerate(made, start=1)]
    return [each for each in lines if Decimal(each["amount"]) > 0]


def debit(order: Order, match: Match, lines: list[dict[str, Any]], number: str, on: date) -> dict[str, Any]:
    """Return the body of the adjustment."""
    total = sum((Decimal(each["amount"]) for each in lines), ZERO)
    return {
        "purpose": "original",
        "adjustment_number": number,
        "adjusted_on": on.isoformat(),
        "handling": "remittance_only",
        "amount": _text(total),
        "credit_or_debit": "debit",
        "invoice_number": match.number,
        "order_number": order.order_number,
        **({"currency": {"role": "buyer", "currency": order.currency}} if order.currency else {}),
        "lines": lines,
    }


def _parts(invoice: Statement, row: OrderLine, rows: Sequence[OrderLine]) -> list[LineSaid]:
    """Return what an invoice says of a line; nothing where that is not certain: another unit, or an item of several lines."""
    items = {(kind, value) for kind, value in row.items}
    shared = any(each is not row and items & {(kind, value) for kind, value in each.items} for each in rows)
    found = []
    for said in invoice.said():
        named = said.line is not None and row.number in (said.line, said.line.lstrip("0"))
        if not named and (said.line is not None and any(each.number == said.line for each in rows)):
            continue
        if not named and not items & set(said.items):
            continue
        if (not named and shared) or (said.unit or row.unit) != row.unit or said.quantity is None:
            return []
        found.append(said)
    return found


def _of_line(found: dict[str, dict[str, Any]], parts: list[LineSaid], row: OrderLine) -> list[dict[str, Any]]:
    """Return the pieces that are taken back, then what the price of the others is too high by."""
    named: dict[str, Any] = {"item_number": row.number}
    if row.items:
        named["item_ids"] = [{"kind": kind, "value": value} for kind, value in row.items]
    pieces = _beyond_order(found.get(Check.QUANTITY), row)
    made = []
    for said in parts:
        price, quantity = said.price or ZERO, said.quantity or ZERO
        taken = min(pieces, quantity)
        pieces, quantity = pieces - taken, quantity - taken
        billed = {"kind": "invoice", "amount": f"{price:f}"}
        if taken and price:
            amount = {"quantity": _quantity(taken, row), "amount": _text(taken * price), "prices": [billed]}
            made.append({"reason": "quantity_contested"} | amount | named)
        difference = price - (row.price if row.price is not None else price)
        if Check.PRICE in found and difference > 0 and quantity:
            prices = [billed, {"kind": "contract", "amount": f"{row.price:f}"}]
            amount = {"quantity": _quantity(quantity, row), "price_difference": f"{difference:f}", "prices": prices}
            made.append({"reason": "pricing_error", "amount": _text(difference * quantity)} | amount | named)
    return made


def _beyond_order(finding: dict[str, Any] | None, row: OrderLine) -> Decimal:
    """Return how many of the pieces invoiced in all are beyond what was ordered and may be received."""
    if finding is None:
        return ZERO
    return max(Decimal(finding["said"]) - max(Decimal(finding["expected"]), row.ordered - row.rejected), ZERO)


def _too_much(finding: dict[str, Any]) -> Decimal:
    return Decimal(finding["said"]) - Decimal(finding["expected"])


def _quantity(value: Decimal, row: OrderLine) -> dict[str, Any]:
    return {"value": f"{value:f}", **({"unit": row.unit} if row.unit else {})}


def _text(amount: Decimal) -> str:
    return f"{amount.quantize(_CENTS, ROUND_HALF_UP):f}"
