"""How likely an open case stops a line of production: 0 to 100 points, each of them explained in words.

Pure: the lines of the orders that a case is about are handed in, and so is today. Where a case touches several lines, the one
most at risk counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gateway.tracking.order import Order, OrderLine

DAY, QUANTITY, COVER, VALUE, AGE = 40, 10, 25, 15, 10  # The most points for each; 100 in all.
_FAR_AWAY_DAYS = 30  # What is wanted later than that is not urgent yet.
_OLD_DAYS = 30
_MILLION = 6  # Powers of ten: an open value of a million has all points for the value.
_OVER = ("cancelled", "closed", "matched", "rejected")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Risk:
    """The points of a case, and why, one sentence for each part."""

    score: int
    words: tuple[str, ...]


NOTHING_KNOWN = Risk(0, ("no order is known that waits for it",))


def risk_of(orders: Iterable[tuple[Order, OrderLine]], today: date) -> Risk:
    """Return the risk of a case from the open lines of the orders that it is about."""
    risks = [_of_line(order, line, today) for order, line in orders if line.state not in _OVER]
    if not risks:
        return NOTHING_KNOWN
    worst = max(risks, key=lambda each: each.score)
    more = len(risks) - 1
    if not more:
        return worst
    return Risk(
        worst.score, (*worst.words, f"{more} more open line{'s are' if more > 1 else ' is'} touched, at less risk")
    )


def _of_line(order: Order, line: OrderLine, today: date) -> Risk:
    here = max(line.received - line.refused - line.held, ZERO)
    missing = max(line.ordered - line.rejected - here, ZERO)
    coming = min(max(line.shipped - line.received, ZERO), missing)
    unit = f" {line.unit}" if line.unit else ""
    parts = [
        _day(order, line, missing, today),
        (
            _share(QUANTITY, missing, line.ordered),
            f"the quantity: {missing:f} of {line.ordered:f}{unit} are not usable here",
        ),
        (_share(COVER, missing - coming, missing), f"the cover: {coming:f}{unit} of that are on their way"),
        _value(order, line, missing),
        _age(order, today),
    ]
    most = (DAY, QUANTITY, COVER, VALUE, AGE)
    words = (f"{points} of {most_of} for {said}" for (points, said), most_of in zip(parts, most, strict=True))
    return Risk(sum(points for points, _said in parts), tuple(words))


def _day(order: Order, line: OrderLine, missing: Decimal, today: date) -> tuple[int, str]:
    name = f"line {line.number} of order {order.order_number}"
    if line.wanted_on is None:
        return 0, f"the day: {name} is not wanted on a certain day"
    days = (line.wanted_on - today).days
    when = f"in {days} days" if days > 0 else "today" if days == 0 else f"{-days} days ago"
    points = round(DAY * (1 - min(max(days, 0), _FAR_AWAY_DAYS) / _FAR_AWAY_DAYS)) if missing > 0 else 0
    return points, f"the day: {name} is wanted on {line.wanted_on} ({when})" + ("" if missing > 0 else ", and is here")


def _share(most: int, part: Decimal, of: Decimal) -> int:
    return round(most * min(part / of, Decimal(1))) if of > 0 else 0


def _value(order: Order, line: OrderLine, missing: Decimal) -> tuple[int, str]:
    if line.price is None:
        return 0, "the value: the order names no price"
    value = (missing or line.ordered) * line.price
    points = min(round(VALUE * math.log10(1 + max(float(value), 0.0)) / _MILLION), VALUE)
    return points, f"the value: {value:.2f}" + (f" {order.currency}" if order.currency else "")


def _age(order: Order, today: date) -> tuple[int, str]:
    days = max((today - order.created_at.date()).days, 0)
    return round(AGE * min(days, _OLD_DAYS) / _OLD_DAYS), f"the age: the order is known for {days} days"
