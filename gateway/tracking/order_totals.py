"""What orders add up to: how many wait, are late, or came in time, by supplier, plant, currency and day.

Knows no ledger. A figure over a million orders must not read them: each change of an order gives the difference that it makes,
and these are added up (`gateway.ledger.figures`). The sum of all differences is that over all orders as they stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from gateway.tracking.order import Order, OrderLine
from gateway.tracking.thread.awaiting import ANSWERED, ARRIVED, ON_ITS_WAY
from gateway.tracking.thread.finding import Verdict
from gateway.tracking.thread.states import LineState

WHOLE = 1_000_000  # A line that was filled altogether.
_ZERO = Decimal(0)
_TO_ANNOUNCE = frozenset(str(state) for state in ANSWERED | ON_ITS_WAY)
_ARRIVED = frozenset(str(state) for state in ARRIVED)
_OUTSIDE = Verdict.OUTSIDE.word


@dataclass(slots=True)
class OrderTotal:
    """What some orders, or one change of an order, add. ``day`` is the one that counts for what is added.

    Without a day: orders that await an acknowledgment, and those with a paper outside of what was agreed. By the day on which it
    is wanted: orders and lines that have not arrived, with the value of what is missing; lines that were wanted, that came by
    then, their fill in millionths, those that were promised and those that left in time. By the day that is promised: lines
    and orders of which less is announced. ``stands``, ``open`` and ``measured`` say which of the three kinds a row is about.
    ``folded`` is true for the one row of a key that others were added to.
    """

    role: str
    partner: str
    plant: str
    currency: str
    day: date | None
    awaiting: int = 0
    outside: int = 0
    late: int = 0
    missing: int = 0
    missing_value: Decimal = _ZERO
    unannounced: int = 0
    unannounced_orders: int = 0
    wanted: int = 0
    received_in_time: int = 0
    filled: int = 0
    fill: int = 0
    promised: int = 0
    shipped_in_time: int = 0
    stands: bool = False
    open: bool = False
    measured: bool = False
    folded: bool = False

    @property
    def key(self) -> tuple[str, str, str, str, date | None]:
        """What it is about."""
        return self.role, self.partner, self.plant, self.currency, self.day

    def add(self, other: OrderTotal, sign: int = 1) -> None:
        """Add another one, or with -1 take it away."""
        for name in MEASURES:
            setattr(self, name, getattr(self, name) + sign * getattr(other, name))

    def sorted_out(self) -> bool:
        """Say what it is about; return whether anything is left of it."""
        self.stands = bool(self.awaiting or self.outside)
        self.open = bool(self.late or self.missing or self.missing_value or self.unannounced or self.unannounced_orders)
        self.measured = any(getattr(self, name) for name in _PERIOD)
        return self.stands or self.open or self.measured


_PERIOD = ("wanted", "received_in_time", "filled", "fill", "promised", "shipped_in_time")
MEASURES = tuple(
    each.name
    for each in fields(OrderTotal)
    if each.name not in ("role", "partner", "plant", "currency", "day", "stands", "open", "measured", "folded")
)


def combine(plus: Iterable[OrderTotal], minus: Iterable[OrderTotal] = ()) -> list[OrderTotal]:
    """Add totals up, one a key, without those of which nothing is left."""
    found: dict[tuple[str, str, str, str, date | None], OrderTotal] = {}
    for totals, sign in ((plus, 1), (minus, -1)):
        for each in totals:
            total = found.get(each.key)
            if total is None:
                total = found[each.key] = OrderTotal(*each.key)
            total.add(each, sign)
    return [total for total in found.values() if total.sorted_out()]


def totals_of(order: Order, lines: Sequence[OrderLine]) -> list[OrderTotal]:
    """Return what one order with its lines adds."""
    adding = _Adding(order)
    if order.awaits_acknowledgment:
        adding.at(order.plant, None).awaiting += 1
    if order.role != "buyer":
        return adding.made
    if order.verdict == _OUTSIDE:
        adding.at(order.plant, None).outside += 1
    if order.need_by is not None:
        adding.at(order.plant, order.need_by).late += 1
    promised: list[date] = []
    for line in lines:
        if line.promised_on is not None and line.state in _TO_ANNOUNCE and line.shipped < line.promised:
            adding.at(line.plant, line.promised_on).unannounced += 1
            promised.append(line.promised_on)
        if line.wanted_on is not None:
            _wanted(adding.at(line.plant, line.wanted_on), line, line.wanted_on)
    if promised:
        adding.at(order.plant, min(promised)).unannounced_orders += 1
    return adding.made


def _wanted(total: OrderTotal, line: OrderLine, wanted_on: date) -> None:
    due = line.ordered - line.rejected
    if line.state not in _ARRIVED and line.received < due:
        total.missing += 1
        total.missing_value += (due - line.received) * (line.price or _ZERO)
    if line.state == LineState.CANCELLED:
        return
    total.wanted += 1
    here = line.received_on is not None and line.received >= due > _ZERO
    total.received_in_time += bool(here and line.received_on is not None and line.received_on <= wanted_on)
    if line.ordered > _ZERO:
        total.filled += 1
        total.fill += int(min(line.received, line.ordered) * WHOLE / line.ordered)
    if line.promised_on is not None and line.promised > _ZERO:
        total.promised += 1
        left = line.shipped_on is not None and line.shipped >= line.promised
        total.shipped_in_time += bool(left and line.shipped_on is not None and line.shipped_on <= line.promised_on)


class _Adding:
    """Collects what one order adds, one total a plant and day."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._found: dict[tuple[str, date | None], OrderTotal] = {}

    def at(self, plant: str | None, day: date | None) -> OrderTotal:
        """Return the total to which something is added."""
        key, order = (plant or "", day), self._order
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = OrderTotal(order.role, order.partner, key[0], order.currency or "", day)
        return found

    @property
    def made(self) -> list[OrderTotal]:
        """All of them."""
        return [total for total in self._found.values() if total.sorted_out()]
