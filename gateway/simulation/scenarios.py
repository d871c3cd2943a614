"""What may happen to an order, step by step, and what must come of it. A table: who thinks of something new adds a row."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Move:
    """One step: who does what. ``said`` holds factors of what was ordered, 1 being exactly that, and days."""

    what: str  # order, understand, acknowledge, ship, receive, bill, credit, change, answer, cancel, hold, release, accept
    said: dict[str, Any]

    def factor(self, name: str) -> Decimal:
        """Return a factor."""
        return Decimal(str(self.said.get(name, 1)))


@dataclass(frozen=True, slots=True)
class Scenario:
    """One kind of order: how often in a thousand, its moves, its end: state, verdict, open cases, papers kept from the ERP."""

    name: str
    weight: int
    moves: tuple[Move, ...]
    state: str
    verdict: str = "clean"
    cases: tuple[str, ...] = ()
    held: int = 0

    @property
    def papers(self) -> int:
        """How many different documents the supplier sends that an ERP is to have in the end."""
        sent = {(move.what, move.said.get("n", 1)) for move in self.moves if move.what in PAPERS}
        return len(sent) - self.held


PAPERS = ("acknowledge", "ship", "bill", "credit", "answer")


def move(what: str, **said: Any) -> Move:
    """Make a move."""
    return Move(what, said)


_PROMISE, _RECEIPT = ("acknowledgment-differs",), ("receipt-differs",)
_BEGUN = (move("order"), move("understand"))
_PROMISED = (*_BEGUN, move("acknowledge"))
_SHIPPED = (*_PROMISED, move("ship"))
_RECEIVED = (*_SHIPPED, move("receive"))
_BILLED = (*_RECEIVED, move("bill"))
_CHANGED = (*_PROMISED, move("change", quantity="1.2"))

SCENARIOS: tuple[Scenario, ...] = (
    Scenario("clean", 400, _BILLED, "matched"),
    Scenario("silent", 30, _BEGUN, "understood"),
    Scenario("not acknowledged", 40, (*_BEGUN, move("ship"), move("receive"), move("bill")), "matched"),
    Scenario("promised, not shipped", 30, _PROMISED, "accepted"),
    Scenario("on its way", 40, _SHIPPED, "shipped"),
    Scenario("received, not invoiced", 40, _RECEIVED, "received"),
    Scenario("a little late", 20, (*_BEGUN, move("acknowledge", days=2)), "changed", "noted"),
    Scenario("much too late", 20, (*_BEGUN, move("acknowledge", days=9)), "changed", "outside", _PROMISE, 1),
    Scenario("too late, taken as it is", 10, (*_BEGUN, move("acknowledge", days=9), move("accept")), "changed"),
    Scenario("fewer promised", 20, (*_BEGUN, move("acknowledge", quantity="0.8")), "changed", "outside", _PROMISE, 1),
    Scenario("rejected", 15, (*_BEGUN, move("acknowledge", status="IR")), "rejected", "outside", _PROMISE, 1),
    Scenario("backordered", 15, (*_BEGUN, move("acknowledge", status="IB")), "backordered", "outside", _PROMISE, 1),
    Scenario("another unit", 10, (*_BEGUN, move("acknowledge", unit="DZ")), "understood", "outside", ("unit-unknown",), 1),
    Scenario("in two parts", 60, (*_PROMISED, move("ship", quantity="0.6"), move("ship", quantity="0.4", n=2),
             move("receive", quantity="0.6"), move("receive", quantity="0.4", n=2), move("bill", quantity="0.6"),
             move("bill", quantity="0.4", n=2)), "matched"),
    Scenario("the first part only", 30, (*_PROMISED, move("ship", quantity="0.6"), move("receive", quantity="0.6"),
             move("bill", quantity="0.6")), "partly_received"),
    Scenario("received short", 20, (*_SHIPPED, move("receive", quantity="0.9")), "partly_received", "outside", _RECEIPT),
    Scenario("more shipped than ordered", 15, (*_PROMISED, move("ship", quantity="1.1")), "shipped", "outside",
             ("shipment-differs",), 1),
    Scenario("an item nobody ordered", 10, (*_PROMISED, move("ship", item="X")), "accepted", "outside", ("item-unknown",), 1),
    Scenario("a little dearer", 20, (*_RECEIVED, move("bill", price="1.01")), "matched", "noted"),
    Scenario("much dearer", 20, (*_RECEIVED, move("bill", price="1.1")), "disputed", "outside", ("invoice-differs",), 1),
    Scenario("dearer and credited", 15, (*_RECEIVED, move("bill", price="1.1"), move("credit", price="0.1")), "matched", "noted"),
    Scenario("invoiced for more than came", 15, (*_SHIPPED, move("receive", quantity="0.9"), move("bill")), "disputed", "outside",
             ("invoice-differs", "receipt-differs"), 1),
    Scenario("invoice before the goods", 30, (*_PROMISED, move("bill")), "accepted", "waiting", (), 1),
    Scenario("everything backwards", 30, (move("order"), move("bill"), move("receive"), move("ship"), move("acknowledge"),
             move("understand")), "matched"),
    Scenario("everything twice", 30, tuple(each for each in _BILLED for _twice in (1, 2)), "matched", "noted"),
    Scenario("one number, two ship notices", 10, (*_SHIPPED, move("ship", quantity="0.5", again=True)), "shipped", "outside",
             ("statement-contradicts",), 0),
    Scenario("changed and answered", 30, (*_CHANGED, move("answer", quantity="1.2"), move("ship", quantity="1.2"),
             move("receive", quantity="1.2"), move("bill", quantity="1.2")), "matched"),
    Scenario("changed, answer crosses", 10, (*_BEGUN, move("change", quantity="1.2"), move("acknowledge")), "revised", "noted"),
    Scenario("cancelled", 20, (*_PROMISED, move("cancel")), "cancelled"),
    Scenario("cancelled too late", 10, (*_SHIPPED, move("cancel")), "shipped", "outside", ("order-differs",)),
    Scenario("on hold", 15, (*_RECEIVED, move("hold"), move("bill")), "on_hold", "waiting", (), 1),
    Scenario("held and released", 15, (*_RECEIVED, move("hold"), move("bill"), move("release")), "matched"),
    Scenario("nobody ordered it", 10, (move("acknowledge"),), "unknown", "waiting", (), 1),
)  # fmt: skip
