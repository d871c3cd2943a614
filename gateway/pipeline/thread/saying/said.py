"""What a message says about one order, before it is a statement of the ledger; and what all messages have in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from gateway.tracking.thread.statement import LineSaid, Purpose

_PURPOSES = {
    "original": Purpose.ORIGINAL,
    "replacement": Purpose.REPLACEMENT,
    "resubmission": Purpose.REPLACEMENT,
    "reissue": Purpose.REPLACEMENT,
    "cancellation": Purpose.CANCELLATION,
    "deletion": Purpose.CANCELLATION,
    "addition": Purpose.ADDITION,
    "duplicate": Purpose.COPY,
    "information_copy": Purpose.COPY,
}
# The first kind that a document names is the day on which it wants, promises or announces goods.
ARRIVAL = (
    "promised_for_delivery",
    "delivery_requested",
    "current_schedule_delivery",
    "estimated_delivery",
    "estimated_arrival",
    "estimated_arrival_date",
    "required_by",
    "delivery_requested_until",
    "promised_for_shipment",
    "requested_ship",
    "ship_no_later",
    "current_schedule_ship",
)


@dataclass(slots=True)
class Said:
    """What is said about one order. ``head`` as in `gateway.tracking.thread.statement.Statement`.

    Who names no order, but an invoice or a shipment, has an empty ``order_number`` and ``via`` with its kind and number: the
    orders are those that the invoice or shipment is about.
    """

    order_number: str
    kind: str
    number: str
    purpose: str = Purpose.ORIGINAL
    release: str = ""
    head: dict[str, Any] = field(default_factory=dict)
    lines: list[LineSaid] = field(default_factory=list)
    via: tuple[str, str] | None = None
    anyone: bool = False  # Said by somebody who is no party of the order, such as a carrier: whoever's order it is.

    def negated(self) -> Said:
        """Return the same with its amounts the other way round: what the other side would have said."""
        lines = [replace(line, amount=_minus(line.amount), quantity=_minus(line.quantity)) for line in self.lines]
        total = self.head.get("total")
        head = self.head | ({"total": text(-Decimal(total))} if total is not None else {})
        return replace(self, head=head, lines=lines)


def _minus(value: Decimal | None) -> Decimal | None:
    return None if value is None else -value


def purpose_of(word: str | None) -> str:
    """Return what a purpose means for the papers before; what is not known here is an original."""
    return _PURPOSES.get(word or "original", Purpose.ORIGINAL)


def items_of(part: Any) -> tuple[tuple[str, str], ...]:
    """Return the ids of an item."""
    return tuple((each.kind or "", each.value) for each in part.item_ids)


def day_of(dates: Iterable[Any], kinds: tuple[str, ...] = ARRIVAL) -> date | None:
    """Return the day that counts among some dates."""
    named = {each.kind: each.date for each in dates if each.date is not None}
    return next((named[kind] for kind in kinds if kind in named), None)


def plant_of(body: Any) -> str | None:
    """Return where goods go: the id, else the name, of the party to which they are shipped."""
    for role in ("ship_to", "plant", "warehouse"):
        for party in getattr(body, "parties", ()):
            if party.role == role:
                return str(party.ids[0].value if party.ids else party.name) if party.ids or party.name else None
    return None


def currency_of(body: Any) -> str | None:
    """Return the currency of a document."""
    use = getattr(body, "currency", None)
    return getattr(use, "currency", None) if use is not None else None


def charges_of(part: Any) -> Decimal:
    """Return the charges of a document or line, less its allowances."""
    total = Decimal(0)
    for each in part.allowances_charges:
        if each.amount is not None:
            total += each.amount if each.type == "charge" else -each.amount if each.type == "allowance" else Decimal(0)
    return total


def taxes_of(part: Any) -> Decimal:
    """Return the taxes of a document or line."""
    return sum((each.amount for each in part.taxes if each.amount is not None), Decimal(0))


def text(value: Decimal | date | None) -> str | None:
    """Return a figure or day as a head keeps it."""
    if value is None:
        return None
    return f"{value:f}" if isinstance(value, Decimal) else value.isoformat()


def told(**head: Any) -> dict[str, Any]:
    """Return a head without what is not said."""
    return {name: value for name, value in head.items() if value is not None}
