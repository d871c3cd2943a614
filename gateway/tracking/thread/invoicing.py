"""Match invoices with order and receipt: three ways, line by line, and the sums of the head.

An invoice names no shipment by itself, so what is invoiced is laid over the shipments in the order in which they were
announced: the first hundred pieces invoiced are the first hundred shipped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from gateway.tracking.thread.comparing import compare_amount, compare_price, compare_quantity
from gateway.tracking.thread.finding import Check, Finding, Verdict
from gateway.tracking.thread.folding import Folding
from gateway.tracking.thread.line import Line
from gateway.tracking.thread.statement import LineSaid, Statement
from gateway.tracking.thread.tolerance import ZERO

_MONEY = (Check.PRICE, Check.QUANTITY, Check.CHARGES, Check.TAX, Check.TOTAL)


@dataclass(slots=True)
class _Credit:
    """What an 812 takes back: pieces, or money of the price. What is laid over a part of an invoice is gone from it."""

    quantity: Decimal = ZERO
    amount: Decimal = ZERO

    def take_pieces(self, invoiced: Decimal) -> Decimal:
        """Return how many of the pieces of a part are taken back."""
        taken = min(self.quantity, invoiced)
        self.quantity -= taken
        return taken

    def lower(self, price: Decimal, agreed: Decimal | None, quantity: Decimal) -> Decimal:
        """Return the price that is left of the one of a part; it is lowered to the agreed one, and no further."""
        wanted = quantity * (price - agreed) if agreed is not None else ZERO
        if wanted <= 0 or self.amount <= 0:
            return price
        taken = min(self.amount, wanted)
        self.amount -= taken
        return price - taken / quantity if taken < wanted else agreed or ZERO


Credits = dict[tuple[str, str | None], _Credit]


def credits_of(folding: Folding, statements: Sequence[Statement]) -> Credits:
    """Return what is credited, by invoice number and line; None for what is credited on the whole."""
    made: Credits = {}
    for statement in statements:
        folding.judged.append(statement.id)
        invoice = str(statement.head.get("invoice") or "")
        said_of_lines = statement.said()
        for said in said_of_lines:
            if said.line is None and not said.items:  # Of charges, taxes or the sum.
                made.setdefault((said.reference or invoice, None), _Credit()).amount += said.amount or ZERO
                continue
            for line in folding.recognise(statement, said)[:1]:
                credit = made.setdefault((said.reference or invoice, line.number), _Credit())
                credit.quantity += folding.quantity(statement, line, said) or ZERO
                # The amount of pieces that are taken back is their value, and says nothing of the price of the others.
                credit.amount += (said.amount or ZERO) if said.quantity is None else ZERO
        if not said_of_lines:
            made.setdefault((invoice, None), _Credit()).amount += statement.decimal("total") or ZERO
    return made


def match_invoice(folding: Folding, statement: Statement, credits: Credits) -> None:
    """Match one invoice; those before it are laid over the goods already."""
    folding.judged.append(statement.id)
    before = len(folding.findings)
    lines_amount, open_amount = ZERO, ZERO
    for said in statement.said():
        shares = folding.shares(statement, said, "invoiced")
        lines_amount += _amount(said)
        open_amount += _amount(said)
        for line, quantity in shares:
            credit = credits.get((statement.number, line.number), _Credit())
            open_amount -= _match_line(folding, statement, said, line, quantity, credit)
    open_amount += _match_head(folding, statement, lines_amount)
    whole = credits.get((statement.number, None))
    allowed = folding.terms.judging(statement.kind).tolerance.total
    if whole is not None and whole.amount >= open_amount - allowed:
        _settle(folding.findings, before, f"credited by an 812 with {whole.amount:f}")


def _match_line(
    folding: Folding, statement: Statement, said: LineSaid, line: Line, quantity: Decimal, credit: _Credit
) -> Decimal:
    """Match a line of an invoice; return the amount that order and receipt would give for it, and what is credited."""
    taken = credit.take_pieces(quantity)
    net = quantity - taken
    line.invoiced += net
    line.credited += taken
    stated = price = folding.price(said, line)
    if price is not None:
        price = credit.lower(price, line.price, net)
        if net or not taken:  # Of pieces that were all taken back nobody owes any price.
            compare_price(folding, statement, line, price)
    if line.held_quantity:
        words = f"quality holds {line.held_quantity:f} of line {line.number}; it is matched when they are released"
        folding.find(Check.HOLD, Verdict.WAITING, statement, line.number, None, line.held_quantity, words)
    payable = _payable(folding, statement, line)
    beyond = ZERO
    if payable is not None and line.invoiced != payable:
        compare_quantity(folding, statement, line, payable, line.invoiced, "invoiced in all", under=False)
        beyond = min(max(line.invoiced - payable, ZERO), net)
    agreed = line.price if line.price is not None else stated or ZERO
    lowered = net * (stated - price) if stated is not None and price is not None else ZERO
    return (net - beyond) * agreed + lowered + taken * (stated or ZERO)


def _payable(folding: Folding, statement: Statement, line: Line) -> Decimal | None:
    """Return how much of a line may have been invoiced by now; None, with a finding, while that can't be said."""
    if not folding.terms.receipt_needed:
        return line.due
    covered = received = ZERO
    for shipment, shipped in line.shipments.items():
        if covered >= line.invoiced:
            break
        covered += shipped
        if shipment not in line.receipts and not line.receipts.get(""):
            _wait(folding, statement, line, f"waits for the receipt of shipment {shipment}")
            return None
        received += line.receipts.get(shipment, ZERO)
    unnamed = line.receipts.get("", ZERO)
    if covered >= line.invoiced or covered >= line.due:
        return received + unnamed - line.refused
    if received + unnamed >= line.invoiced:
        return received + unnamed - line.refused
    if line.invoiced <= line.due:
        what = "receipt" if line.receipt_known and not line.shipments else "ship notice and the receipt"
        _wait(folding, statement, line, f"waits for the {what} of {line.invoiced - received - unnamed:f}")
        return None
    return line.due


def _wait(folding: Folding, statement: Statement, line: Line, words: str) -> None:
    folding.find(Check.QUANTITY, Verdict.WAITING, statement, line.number, line.received, line.invoiced, words)


def _match_head(folding: Folding, statement: Statement, lines_amount: Decimal) -> Decimal:
    """Compare currency, charges, tax and total; return what they are too high by."""
    currency, ordered_in = statement.head.get("currency"), folding.head.get("currency")
    if currency and ordered_in and currency != ordered_in:
        words = f"invoiced in {currency}, ordered in {ordered_in}"
        folding.find(Check.CURRENCY, Verdict.OUTSIDE, statement, None, ordered_in, currency, words)
    tolerance = folding.terms.judging(statement.kind).tolerance
    charges, tax = statement.decimal("charges") or ZERO, statement.decimal("tax") or ZERO
    ordered = Decimal(folding.head.get("charges") or 0)
    excess = max(charges - ordered, ZERO)
    if charges > ordered:
        compare_amount(folding, statement, Check.CHARGES, ordered, charges, tolerance.charges, "charges of")
    percent = folding.head.get("tax_percent")
    if percent is not None:
        expected = (lines_amount * Decimal(percent) / 100).quantize(Decimal("0.01"))
        compare_amount(folding, statement, Check.TAX, expected, tax, tolerance.tax, "tax of")
        excess += max(tax - expected, ZERO)
    total = statement.decimal("total")
    if total is not None:
        reckoned = lines_amount + charges + tax
        compare_amount(folding, statement, Check.TOTAL, reckoned, total, tolerance.total, "total of")
        excess += max(total - reckoned, ZERO)
    return excess


def _amount(said: LineSaid) -> Decimal:
    if said.amount is not None:
        return said.amount
    return (said.quantity or ZERO) * (said.price or ZERO)


def _settle(findings: list[Finding], since: int, words: str) -> None:
    """Turn what was outside, from a place on, into something noted."""
    for place, finding in enumerate(findings[since:], start=since):
        if finding.verdict == Verdict.OUTSIDE and finding.check in _MONEY:
            findings[place] = replace(finding, verdict=Verdict.NOTED, words=f"{finding.words}; {words}")
