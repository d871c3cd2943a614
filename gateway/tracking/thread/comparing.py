"""Compare what is said with what should be: quantities, prices, dates, amounts. Each difference is a finding."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from gateway.tracking.thread.finding import Check, Verdict
from gateway.tracking.thread.folding import Folding
from gateway.tracking.thread.line import Line
from gateway.tracking.thread.statement import Statement
from gateway.tracking.thread.tolerance import ZERO

_HUNDRED = Decimal(100)


def compare_promise(folding: Folding, statement: Statement, line: Line) -> bool:
    """Compare an acknowledgment with the order; return whether it differs at all.

    What says what was ordered last does not differ. Anything else is compared with what the buyer wanted by itself, so that
    proposals that are accepted one after the other never lead farther away than was agreed.
    """
    before = len(folding.findings)
    asked = line.asked
    if line.rejected:
        words = f"{line.rejected:f} of {line.ordered:f} rejected"
        folding.find(Check.REPLY, Verdict.OUTSIDE, statement, line.number, line.ordered, ZERO, words)
    if line.backordered:
        words = f"{line.backordered:f} backordered"
        folding.find(Check.REPLY, Verdict.OUTSIDE, statement, line.number, None, line.backordered, words)
    elif line.promised != line.ordered - line.rejected:
        compare_quantity(folding, statement, line, asked.quantity - line.rejected, line.promised, "promised")
    if line.promised_price is not None and line.promised_price != line.price:
        compare_price(folding, statement, line, line.promised_price, asked.price)
    if line.promised_on is not None and line.promised_on != line.wish.wanted_on:
        compare_day(folding, statement, line, asked.wanted_on, line.promised_on, "promised for")
    return len(folding.findings) > before


def compare_quantity(
    folding: Folding,
    statement: Statement,
    line: Line,
    expected: Decimal,
    said: Decimal,
    word: str,
    *,
    under: bool = True,
) -> None:
    """Compare two quantities. ``under`` is false where less is no difference yet, because more may come."""
    if said == expected or (said < expected and not under):
        return
    tolerance = folding.tolerance(statement, line)
    percent = tolerance.quantity_over if said > expected else tolerance.quantity_under
    within = abs(said - expected) * _HUNDRED <= percent * expected
    more = "more" if said > expected else "less"
    words = f"{said:f} {word} where {expected:f} was expected: {abs(said - expected):f} {more}"
    folding.find(Check.QUANTITY, _verdict(within), statement, line.number, expected, said, words)


def compare_price(
    folding: Folding, statement: Statement, line: Line, said: Decimal, expected: Decimal | None = None
) -> None:
    """Compare a price with the one ordered, or with another one."""
    expected = line.price if expected is None else expected
    if expected is None or said == expected:
        return
    tolerance = folding.tolerance(statement, line)
    difference = abs(said - expected)
    within = difference <= tolerance.price_amount or difference * _HUNDRED <= tolerance.price_percent * expected
    share = f" ({difference * _HUNDRED / expected:.1f} %)" if expected else ""
    words = (
        f"price {said:f} where {expected:f} was ordered: {difference:f} {'more' if said > expected else 'less'}{share}"
    )
    folding.find(Check.PRICE, _verdict(within), statement, line.number, expected, said, words)


def compare_day(
    folding: Folding, statement: Statement, line: Line, expected: date | None, said: date, word: str
) -> None:
    """Compare a day with the one that was wanted or promised."""
    if expected is None or said == expected:
        return
    tolerance = folding.tolerance(statement, line)
    days = (said - expected).days
    within = days <= tolerance.days_late if days > 0 else -days <= tolerance.days_early
    words = f"{word} {said}, {abs(days)} days {'after' if days > 0 else 'before'} {expected}"
    folding.find(Check.DATE, _verdict(within), statement, line.number, expected, said, words)


def compare_amount(
    folding: Folding, statement: Statement, check: Check, expected: Decimal, said: Decimal, allowed: Decimal, word: str
) -> None:
    """Compare an amount of the head of an invoice."""
    if said == expected:
        return
    words = f"{word} {said:f} where {expected:f} was expected"
    folding.find(check, _verdict(abs(said - expected) <= allowed), statement, None, expected, said, words)


def _verdict(within: bool) -> Verdict:
    return Verdict.NOTED if within else Verdict.OUTSIDE
