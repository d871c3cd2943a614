"""Keep the sums of releases true: what is shipped and received of an order is added to them with the commit that says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import note_event, open_case
from gateway.tracking.document import Document
from gateway.tracking.order import Order, OrderLine
from gateway.tracking.release import ZERO, Release, release_id
from gateway.tracking.thread.fold import Thread
from gateway.tracking.thread.statement import Kind, Statement

_CAUSE = "cumulative-differs"


def add_to_releases(
    uow: UnitOfWork,
    now: datetime,
    order: Order,
    thread: Thread,
    changed: Iterable[OrderLine],
    statement: Statement,
) -> None:
    """Add what of the lines was shipped and received since; ``changed`` are rows as they were before."""
    if order.role != "buyer":
        return
    for row in changed:
        line = thread.lines[row.number]
        shipped, received = line.shipped - row.shipped, line.received - row.received
        if not shipped and not received:
            continue
        plant = line.plant or thread.head.get("plant") or ""
        release = find_release(uow, order.partner, [value for _kind, value in line.items], plant)
        if release is None or (line.unit is not None and line.unit != release.unit):
            continue
        values: dict[str, Any] = {
            "shipped": release.shipped + shipped,
            "received": release.received + received,
            "updated_at": now,
        }
        if received and statement.kind == Kind.RECEIVED:
            values |= {
                "last_receipt": statement.number,
                "last_received": received,
                "last_received_on": line.received_on,
            }
        uow.change(Release, release.id, **values)


def find_release(uow: UnitOfWork, partner: str, items: Iterable[str], plant: str) -> Release | None:
    """Return where the releases of an item stand, for its plant, else for all plants together."""
    values = list(dict.fromkeys(items))
    for at in dict.fromkeys((plant, "")):
        for value in values:
            found = uow.find(Release, release_id(partner, at, value))
            if found is not None:
                return found
    return None


@dataclass(frozen=True, slots=True)
class _ToDate:
    items: tuple[str, ...]
    order: str
    shipped: Any


def compare_shipped(uow: UnitOfWork, world: World, document: Document, body: Any) -> None:
    """Compare the sums that a ship notice says were shipped so far with ours; where they differ somebody asks the supplier."""
    differing = []
    for said in _to_date(body, ""):
        order = next(iter(uow.find_orders(document.partner, "buyer", said.order)), None)
        plant = (order.plant if order is not None else None) or ""
        release = find_release(uow, document.partner, said.items, plant) if order is not None else None
        if release is not None and release.shipped != said.shipped:
            known = f"{release.shipped:f}"
            differing.append(
                f"{release.item}: {said.shipped:f} {release.unit} since {release.since}, we know of {known}"
            )
            note_event(
                uow,
                world,
                "cumulative.differs",
                document,
                item=release.item,
                quantity=f"{said.shipped:f}",
                expected=known,
                **({"plant": release.plant} if release.plant else {}),
            )
    if differing:
        open_case(uow, world, _CAUSE, document, "; ".join(differing))


def _to_date(level: Any, order: str) -> Iterable[_ToDate]:
    """Return what a level and those below it say was shipped to date."""
    for inner in (*getattr(level, "shipments", ()), *level.orders, *level.packages, *level.items):
        number = getattr(inner, "order_number", None) or order
        shipped = getattr(inner, "shipped_to_date", None)
        if shipped is not None:
            yield _ToDate(tuple(each.value for each in inner.item_ids), number, shipped or ZERO)
        yield from _to_date(inner, number)
