"""Hear: what systems and carriers say goes into the threads of the orders that they mean, whoever's those are.

A partner speaks of its own orders. A warehouse names an order by its number, a carrier a shipment, quality a lot: which orders
that are is looked up here, and what nobody knows yet is kept on a shelf (`shelf`) and looked for again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.task import StepName, Task
from gateway.pipeline.thread.judge import Judged, Origin, statement_of, take_in
from gateway.pipeline.thread.lots import orders_of_lots
from gateway.pipeline.thread.saying.said import Said
from gateway.pipeline.thread.shelf import order_shelf, put, shipment_shelf, stands_on_shelf
from gateway.tracking.document import Document
from gateway.tracking.order import Order
from gateway.tracking.thread.statement import NUMBERED, Purpose
from gateway.tracking.thread.states import LineState


@dataclass(slots=True)
class Heard:
    """What came of it: each order that was judged, and the steps that follow."""

    judged: list[Judged] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)


def hear(uow: UnitOfWork, world: World, origin: Origin, sayings: list[Said], current: Document | None = None) -> Heard:
    """Take in what is said about orders; ``origin.partner`` is empty where nobody says whose they are."""
    heard = Heard()
    sayings = [*sayings, *_left_out(uow, origin, sayings)]
    missing = False
    for said in sayings:
        meant = _meant(uow, origin, said)
        for order, part in meant:
            whose = replace(origin, partner=order.partner, role=order.role, whose=f"{order.partner}:{order.role}:")
            named = replace(part, order_number=order.order_number, release=order.release)
            judged = take_in(uow, world, whose, named, current)
            heard.judged.append(judged)
            heard.tasks += judged.tasks
            missing |= judged.order.state == LineState.UNKNOWN
        missing |= not meant
    if missing:
        due = origin.came_at + world.bounds.order_within
        heard.tasks.append(Task(StepName.LOOK_FOR_ORDER, origin.subject, origin.tracking_id, due))
    return heard


def _meant(uow: UnitOfWork, origin: Origin, said: Said) -> list[tuple[Order, Said]]:
    """Return the orders that are meant, each with what is said about it; what is not known is kept."""
    if said.order_number:
        return _by_number(uow, origin, said)
    if said.via is not None:
        return _by_shipment(uow, origin, said)
    return orders_of_lots(uow, origin, said)


def _by_number(uow: UnitOfWork, origin: Origin, said: Said) -> list[tuple[Order, Said]]:
    if origin.partner:
        now = origin.came_at
        order = Order("", origin.partner, origin.role, said.order_number, said.release, "", now, now, "")
        return [(order, said)]
    found = _numbered(uow, origin, said)
    if found is None:
        shelf = order_shelf(said.order_number)
        uow.on_shelf(shelf)  # From here on nobody makes this order before the commit; who was quicker is found now.
        found = _numbered(uow, origin, said)
        if found is None:
            put(
                uow,
                statement_of(origin, said, shelf, f"{origin.subject}:{said.order_number}:{said.kind}"),
                shelf,
                known=False,
            )
    return [(found, said)] if found is not None else []


def _numbered(uow: UnitOfWork, origin: Origin, said: Said) -> Order | None:
    """Return the only order with a number, whoever it is with; None where there is none, or several partners have one."""
    found = [each for each in uow.find_orders_numbered(said.order_number) if each.role == origin.role]
    if said.release:
        found = [each for each in found if each.release == said.release] or found
    return found[0] if len({each.partner for each in found}) == 1 else None


def _by_shipment(uow: UnitOfWork, origin: Origin, said: Said) -> list[tuple[Order, Said]]:
    """Return the orders of a shipment. A ship notice for more of them may follow, so that it is always kept."""
    assert said.via is not None, "asked for what names a shipment"
    kind, number = said.via
    shelf = shipment_shelf(number)
    uow.on_shelf(shelf)
    named = dict.fromkeys(each.order_id for each in uow.find_statements(kind, number) if not stands_on_shelf(each))
    orders = [order for order_id in named if (order := uow.find(Order, order_id)) is not None]
    if origin.partner:
        orders = [each for each in orders if each.partner == origin.partner]
    put(uow, statement_of(origin, said, shelf, f"{origin.subject}:{said.kind}"), shelf, known=bool(orders))
    return [(order, said) for order in orders]


def _left_out(uow: UnitOfWork, origin: Origin, sayings: list[Said]) -> list[Said]:
    """Return what takes back the part of a paper that its correction does not name any more."""
    made: list[Said] = []
    for kind, number in dict.fromkeys((said.kind, said.number) for said in sayings if _corrects(said)):
        named = {(said.order_number, said.release) for said in sayings if (said.kind, said.number) == (kind, number)}
        for known in uow.find_statements(kind, number):
            order = None if stands_on_shelf(known) or known.source != origin.source else uow.find(Order, known.order_id)
            if order is None or known.subject == origin.subject or (order.order_number, order.release) in named:
                continue
            named.add((order.order_number, order.release))
            made.append(Said(order.order_number, kind, number, Purpose.CANCELLATION, order.release))
    return made


def _corrects(said: Said) -> bool:
    return said.kind in NUMBERED and said.purpose == Purpose.REPLACEMENT and bool(said.order_number)
