"""What invoices say: 810, and credit memos that come as one."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from gateway.canonical.invoice import Invoice, InvoiceLine
from gateway.pipeline.thread.saying.said import (
    Said,
    charges_of,
    currency_of,
    items_of,
    purpose_of,
    taxes_of,
    text,
    told,
)
from gateway.tracking.thread.statement import Kind, LineSaid

_CREDITS = ("credit_memo", "credit_invoice")


def of_invoice(body: Invoice) -> list[Said]:
    """An invoice asks for money for one order, or line by line for several."""
    by_order: dict[str, list[LineSaid]] = {}
    for line in body.lines:
        order = _order_of(line) or body.order_number
        if order is not None:
            by_order.setdefault(order, []).append(_invoiced(line))
    if body.order_number is not None:
        by_order.setdefault(body.order_number, [])
    kind = Kind.ADJUSTED if body.invoice_type in _CREDITS else Kind.INVOICED
    alone = len(by_order) == 1  # The sums of an invoice for several orders belong to none of them.
    head = told(
        currency=currency_of(body),
        invoice=body.replaces,
        charges=text(charges_of(body) + _sum(charges_of(line) for line in body.lines) or None) if alone else None,
        tax=text(taxes_of(body) + _sum(taxes_of(line) for line in body.lines) or None) if alone else None,
        total=text(abs(body.totals.total)) if alone else None,
    )
    release = body.release or ""
    return [
        Said(order, kind, body.invoice_number, purpose_of(body.purpose), release, dict(head), lines)
        for order, lines in by_order.items()
    ]


def _invoiced(line: InvoiceLine) -> LineSaid:
    return LineSaid(
        line=line.number,
        items=items_of(line),
        quantity=line.quantity.value if line.quantity else None,
        unit=line.quantity.unit if line.quantity else None,
        price=line.unit_price.amount if line.unit_price else None,
    )


def _order_of(line: InvoiceLine) -> str | None:
    return next((each.value for each in line.references if each.kind == "purchase_order"), None)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
