"""What adjustments and payments say: 812 and 820. They name the invoice; whose order that is, the thread of the invoice knows."""

from __future__ import annotations

from decimal import Decimal

from gateway.canonical.credit_debit_adjustment import AdjustmentLine, CreditDebitAdjustment
from gateway.canonical.remittance_advice import RemittanceAdvice
from gateway.pipeline.thread.saying.said import Said, items_of, purpose_of, text, told
from gateway.tracking.thread.statement import Kind, LineSaid

_CENT = Decimal("0.01")


def of_adjustment(body: CreditDebitAdjustment) -> list[Said]:
    """An adjustment takes something back from an invoice. A debit of its seller adds to it, and counts against that."""
    if not body.order_number and not body.invoice_number:
        return []  # It is about the account as a whole.
    lines = [_adjusted(line) for line in body.lines if line.item_ids or line.item_number]
    if lines:  # Where lines are named, what stands beside them is of charges, taxes or the sum.
        lines += [_adjusted(line) for line in body.lines if not line.item_ids and not line.item_number and line.amount]
    sign = _sign(body.credit_or_debit)
    head = told(invoice=body.invoice_number, total=text(body.amount * sign))
    return [
        Said(
            body.order_number or "",
            Kind.ADJUSTED,
            body.adjustment_number,
            purpose_of(body.purpose),
            head=head,
            lines=lines,
            via=None if body.order_number or not body.invoice_number else (Kind.INVOICED, body.invoice_number),
        )
    ]


def _adjusted(line: AdjustmentLine) -> LineSaid:
    sign = _sign(line.credit_or_debit)
    difference = line.price_difference
    quantity = line.quantity.value if line.quantity else None
    # A quantity with a price difference is a change of the price; without one the pieces themselves are taken back.
    by_price = difference is not None and quantity is not None
    amount = line.amount
    if difference is not None and quantity is not None:
        reckoned = difference * quantity  # The amount of the line is that, rounded to cents.
        amount = reckoned if amount is None or abs(amount - reckoned) < _CENT else amount
    return LineSaid(
        line=line.item_number,
        items=items_of(line),
        quantity=None if by_price or quantity is None else quantity * sign,
        unit=line.quantity.unit if line.quantity else None,
        amount=amount * sign if amount is not None else None,
    )


def _sign(word: str) -> int:
    return -1 if word == "debit" else 1


def of_remittance(body: RemittanceAdvice) -> list[Said]:
    """A payment says what is paid for which invoice."""
    paid: dict[str, Decimal] = {}
    for entity in body.entities:
        for item in entity.items:
            if item.document is not None and item.paid is not None:
                paid[item.document.value] = paid.get(item.document.value, Decimal(0)) + item.paid
    number = body.trace_reference or body.remittance_number or ""
    return [
        Said(
            "",
            Kind.PAID,
            f"{number}/{invoice}",
            head=told(invoice=invoice, total=text(amount)),
            via=(Kind.INVOICED, invoice),
        )
        for invoice, amount in paid.items()
    ]
