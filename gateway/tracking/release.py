"""Release accounting: what was called off, shipped and received of an item at a plant since its year began, all added up.

Knows no document and no clock. Schedules name quantities a day; compared are the sums up to each day: what was late in one
release is early in the next, and only sums say whether something is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

ZERO = Decimal(0)
Want = tuple[date, Decimal]


@dataclass(slots=True)
class Release:
    """Where the releases of an item stand with a partner, for a plant (empty: wherever).

    ``number`` counts the releases; ``required`` is what was called off up to the end of the last one, ``wants`` the sums up to
    each of its days as ``[day, sum]``. ``shipped`` and ``received`` are sums since ``since``, in ``unit``.
    """

    id: str
    partner: str
    plant: str
    item: str
    unit: str
    since: date
    updated_at: datetime
    number: int = 0
    required: Decimal = ZERO
    shipped: Decimal = ZERO
    received: Decimal = ZERO
    last_receipt: str | None = None
    last_received: Decimal | None = None
    last_received_on: date | None = None
    wants: list[list[str]] = field(default_factory=list)

    def sums(self) -> list[Want]:
        """Return the sums up to each day of the last release."""
        return [(date.fromisoformat(day), Decimal(quantity)) for day, quantity in self.wants]


def release_id(partner: str, plant: str, item: str) -> str:
    """Return the id under which the releases of an item stand."""
    return f"{partner}:{plant}:{item}"


def add_up(received: Decimal, wants: Sequence[Want]) -> list[Want]:
    """Return the sum up to each day, beginning with what was received before."""
    by_day: dict[date, Decimal] = {}
    for day, quantity in wants:
        by_day[day] = by_day.get(day, ZERO) + quantity
    made, total = [], received
    for day in sorted(by_day):
        total += by_day[day]
        made.append((day, total))
    return made


def pulled_in(before: Sequence[Want], now: Sequence[Want], received: Decimal) -> int:
    """Return by how many days something that has not come is wanted sooner than before, at the most; 0 where nothing is."""
    days = 0
    for wanted_on, total in before:
        if total > received:
            sooner = next((day for day, sum_now in now if sum_now >= total), wanted_on)
            days = max(days, (wanted_on - sooner).days)
    return days
