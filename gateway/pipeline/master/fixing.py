"""Fix a case of an unknown item or unit: what a person says of it is kept as master data, so that nobody is asked again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gateway.errors import LifecycleError
from gateway.pipeline.master.keeping import Kept, keep
from gateway.pipeline.ports import Stamps, UnitOfWork
from gateway.pipeline.thread.items import own_kinds
from gateway.tracking.master import Conversion, CrossReference, Entry, conversion_id, reference_id
from gateway.tracking.order import Order
from gateway.tracking.thread.finding import Check


@dataclass(frozen=True, slots=True)
class Pack:
    """One ``unit`` is ``quantity`` of ``into``."""

    unit: str
    quantity: Decimal
    into: str


@dataclass(frozen=True, slots=True)
class Fix:
    """What a person says: which of our items is meant by an id, and how units convert; ``general`` for all items."""

    items: Sequence[tuple[str, str]] = ()
    units: Sequence[Pack] = ()
    general: bool = False


def fix(uow: UnitOfWork, stamps: Stamps, subject: str, said: Fix, by: str, tracking_id: str) -> Kept:
    """Keep what a person says of the items and units in a document; raise LifecycleError for what is not named there."""
    entries: list[Entry] = [_reference(uow, subject, theirs, ours) for theirs, ours in said.items]
    for pack in said.units:
        for item in [""] if said.general else _items_of(uow, subject, pack):
            made = conversion_id(item, pack.unit, pack.into)
            entries.append(Conversion(made, item, pack.unit, pack.into, pack.quantity))
    return keep(uow, stamps, by, tracking_id, entries)


def _reference(uow: UnitOfWork, subject: str, theirs: str, ours: str) -> CrossReference:
    named = []
    for statement in uow.statements_about(subject):
        order = uow.find(Order, statement.order_id)
        for kind, value in (pair for said in statement.said() for pair in said.items):
            named.append(value)
            if value == theirs and order is not None:
                return CrossReference(reference_id(order.partner, kind, value), ours, order.partner, kind, value)
    shown = ", ".join(dict.fromkeys(named)) or "no item"
    raise LifecycleError(
        f"{subject} names no item {theirs}; it names {shown}. Write it as it stands there: --item THEIRS=OURS."
    )


def _items_of(uow: UnitOfWork, subject: str, pack: Pack) -> list[str]:
    """Return our numbers of the items whose unit can't be converted in a document."""
    found: dict[str, None] = {}
    for match in uow.matches_about(subject):
        units = [each for each in match.findings if each["check"] == Check.UNIT]
        lines = {each["line"] for each in units if {each["said"], each["expected"]} & {pack.unit, pack.into}}
        order = uow.find(Order, match.order_id)
        if order is None or not lines:
            continue
        for line in uow.lines_of(order.id):
            if line.number in lines:
                found |= dict.fromkeys(_numbers(uow, order, line.items))
    if not found:
        raise LifecycleError(
            f"No item in {subject} waits for {pack.unit} or {pack.into} under a number of ours. Say what the item is with"
            " --item THEIRS=OURS first, or let it hold for everything with --general."
        )
    return list(found)


def _numbers(uow: UnitOfWork, order: Order, items: list[list[str]]) -> list[str]:
    ours = [value for kind, value in items if kind in own_kinds(order.role)]
    return ours or [each.item for each in uow.known_as([value for _kind, value in items], order.partner)]
