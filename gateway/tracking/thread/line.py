"""One line of an order as it stands: what was ordered, promised, shipped, received and invoiced, in the unit of the order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from gateway.tracking.thread.states import LINE_LIFE, LineState, Trigger
from gateway.tracking.thread.tolerance import ZERO

Items = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What one version of the order wants of a line. ``accepts``: it orders what the partner had proposed."""

    quantity: Decimal
    price: Decimal | None
    wanted_on: date | None
    accepts: bool = False


@dataclass(slots=True)
class Line:
    """A line while it is folded. ``wishes`` are the versions of the order, the newest last; ``shipments`` by shipment number."""

    number: str
    items: Items
    unit: str | None
    wishes: list[Wish]
    state: LineState = LineState.CREATED
    plant: str | None = None
    replied: bool = False
    promises: list[tuple[date | None, Decimal]] = field(default_factory=list)
    promised_price: Decimal | None = None
    backordered: Decimal = ZERO
    rejected: Decimal = ZERO
    shipped: Decimal = ZERO
    shipments: dict[str, Decimal] = field(default_factory=dict)
    departed: bool = False
    expected_on: date | None = None
    received: Decimal = ZERO
    receipts: dict[str, Decimal] = field(default_factory=dict)
    receipt_known: bool = False
    refused: Decimal = ZERO
    held: dict[str, Decimal] = field(default_factory=dict)
    untested: set[str] = field(default_factory=set)  # Which of what is held waits for test results alone, by lot.
    lots: dict[str, Decimal] = field(default_factory=dict)
    consumed: Decimal = ZERO
    used: dict[str, Decimal] = field(default_factory=dict)  # What production took of each lot.
    kept_back: list[tuple[datetime, str, Decimal]] = field(
        default_factory=list
    )  # From when on, of which lot, how much.
    invoiced: Decimal = ZERO
    credited: Decimal = ZERO
    shipped_on: date | None = None
    received_on: date | None = None

    @property
    def wish(self) -> Wish:
        """What the newest version of the order wants."""
        return self.wishes[-1]

    @property
    def asked(self) -> Wish:
        """What the buyer wanted by itself: how far an answer may differ counts from there, however often one was accepted."""
        return next((wish for wish in reversed(self.wishes) if not wish.accepts), self.wish)

    @property
    def ordered(self) -> Decimal:
        """The quantity wanted now."""
        return self.wish.quantity

    @property
    def due(self) -> Decimal:
        """The quantity that should still arrive: what was promised where the partner has answered, else what was ordered."""
        return max(self.ordered - self.rejected, ZERO) if self.replied else self.ordered

    @property
    def promised(self) -> Decimal:
        """The quantity that the partner has promised."""
        return sum((quantity for _on, quantity in self.promises), ZERO)

    @property
    def promised_on(self) -> date | None:
        """The day on which the last part of it is promised."""
        days = [on for on, _quantity in self.promises if on is not None]
        return max(days) if days else None

    @property
    def price(self) -> Decimal | None:
        """The price agreed: the one ordered."""
        return self.wish.price

    @property
    def held_quantity(self) -> Decimal:
        """How much quality keeps back."""
        return sum(self.held.values(), ZERO)

    def may(self, trigger: Trigger) -> bool:
        """Tell whether something may happen now."""
        return LINE_LIFE.allows(self.state, trigger)

    def reach(self) -> None:
        """Note that the partner has the order: whoever answers or ships it shows that, over whichever way it came."""
        for trigger in (Trigger.APPROVE, Trigger.TRANSMIT):
            self.move(trigger)

    def move(self, trigger: Trigger) -> bool:
        """Move as the table says; return False, and stay, where it has no row."""
        if not self.may(trigger):
            return False
        self.state = LINE_LIFE.after(self.state, trigger)
        return True
