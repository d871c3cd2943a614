"""Procure: what a procurement system decides about an order goes into its thread, and to the supplier as an 850 or 860.

The system owns the order; here it is created and approved in words, and what goes out is made of them, once. What was decided
stands in the thread and on the audit trail with the name of the system.
"""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Any

from gateway.errors import LifecycleError, NotFound
from gateway.pipeline.outbound.accept import ErpMessage, store_own
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import Named, note_event
from gateway.pipeline.task import Task
from gateway.pipeline.thread.intake import Also
from gateway.pipeline.thread.judge import Origin, take_in
from gateway.pipeline.thread.saying.said import Said
from gateway.tracking.order import Order
from gateway.tracking.thread.statement import Kind, Statement
from gateway.tracking.thread.states import LineState
from gateway.tracking.transmission import Transmission

ORDER, CHANGE = "850", "860"
_BEGUN = (Kind.CREATED, Kind.ORDERED)
_OVER = (LineState.CANCELLED, LineState.CLOSED)


async def created_in(world: World, order_id: str) -> tuple[Order, str]:
    """Return an order and the transmission that created it; raise NotFound, or LifecycleError where no system created it."""
    found = await world.ledger.tx(partial(_creation, order_id=order_id))
    if found is None:
        raise NotFound
    order, statement = found
    if statement is None:
        raise LifecycleError(
            f"order {order.order_number} was not created by a procurement system; its 850 is the ERP's"
        )
    return order, statement.subject


def _creation(uow: UnitOfWork, *, order_id: str) -> tuple[Order, Statement | None] | None:
    order = uow.find(Order, order_id)
    if order is None:
        return None
    return order, next((each for each in uow.statements_of(order_id) if each.kind == Kind.CREATED), None)


def create(system: str, order_id: str) -> Also:
    """Return what follows on the creation of an order: nothing but its audit, unless somebody has made it before."""

    def also(uow: UnitOfWork, world: World, transmission: Transmission) -> list[Task]:
        order = _order(uow, order_id)
        others = [each for each in uow.statements_of(order.id) if each.kind in _BEGUN]
        if any(each.subject != transmission.id for each in others):
            raise LifecycleError(f"order {order.order_number} is there already; send a change of it")
        _note(uow, world, "created", system, order)
        return []

    return also


def approve(system: str, order_id: str) -> Also:
    """Return what follows on an approval."""

    def also(uow: UnitOfWork, world: World, _transmission: Transmission) -> list[Task]:
        _note(uow, world, "approved", system, _order(uow, order_id))
        return []

    return also


def dispatch(system: str, order_id: str, body: dict[str, Any]) -> Also:
    """Return what sends an approved order to its supplier, once, however often it is asked for."""

    def also(uow: UnitOfWork, world: World, transmission: Transmission) -> list[Task]:
        order = _order(uow, order_id)
        if order.state in (LineState.CREATED, *_OVER):
            raise LifecycleError(f"order {order.order_number} is {order.state}; only an approved order is dispatched")
        return _send(
            uow, world, transmission, order, "purchase_order", body, f"{ORDER}:{order.id}", "dispatched", system
        )

    return also


def change(system: str, order_id: str, body: dict[str, Any]) -> Also:
    """Return what sends a change of a dispatched order."""

    def also(uow: UnitOfWork, world: World, transmission: Transmission) -> list[Task]:
        order = _order(uow, order_id)
        if not _sent(uow, order) or order.state in _OVER:
            raise LifecycleError(f"order {order.order_number} is {order.state}; only what was dispatched is changed")
        key = f"{CHANGE}:{order.id}:{transmission.id}"
        return _send(uow, world, transmission, order, "order_change", body, key, "changed", system)

    return also


def cancel(system: str, order_id: str, created: dict[str, Any]) -> Also:
    """Return what takes an order back: by an 860, or by an 850 where none was agreed; one that never left needs neither."""

    def also(uow: UnitOfWork, world: World, transmission: Transmission) -> list[Task]:
        order = _order(uow, order_id)
        if order.state in _OVER:
            raise LifecycleError(f"order {order.order_number} is {order.state} already")
        if not _sent(uow, order):
            now = world.clock()
            origin = Origin(order.partner, order.role, system, transmission.id, transmission.tracking_id, now, now)
            said = Said(order.order_number, Kind.CANCELLED, order.order_number, release=order.release)
            tasks = take_in(uow, world, origin, said).tasks
            _note(uow, world, "cancelled", system, order)
            return tasks
        kind, body = _cancelling(world, order, created)
        return _send(uow, world, transmission, order, kind, body, f"cancel:{order.id}", "cancelled", system)

    return also


def _cancelling(world: World, order: Order, created: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    partner = world.configuration().directory.partners.get(order.partner)
    if partner is not None and partner.agreement(CHANGE, "outbound") is None:
        return "purchase_order", created | {"purpose": "cancellation"}
    body: dict[str, Any] = {"purpose": "cancellation", "order_number": order.order_number}
    kept = ("order_type", "release", "ordered_on", "currency", "parties")
    changed_on = world.clock().date().isoformat()
    lines = [{"number": each.get("number") or str(place), "change": "deleted", **_identified(each)}
             for place, each in enumerate(created["lines"], start=1)]  # fmt: skip
    return "order_change", body | {name: created[name] for name in kept if name in created} | {
        "changed_on": changed_on,
        "lines": lines,
    }


def _identified(line: dict[str, Any]) -> dict[str, Any]:
    named: dict[str, Any] = {name: line[name] for name in ("unit_price", "item_ids") if name in line}
    quantity = line.get("quantity")
    return named if quantity is None else named | {"quantity": {**quantity, "left_to_receive": "0"}}


def _send(
    uow: UnitOfWork,
    world: World,
    transmission: Transmission,
    order: Order,
    kind: str,
    body: dict[str, Any],
    key: str,
    what: str,
    system: str,
) -> list[Task]:
    message = ErpMessage(type=kind, partner=order.partner, body=body, correlation_id=None)
    data = message.model_dump_json().encode()
    stored = store_own(uow, world, data, key[:150] + hashlib.sha256(key.encode()).hexdigest()[:16],
                       transmission.tracking_id, heard=True)  # fmt: skip
    if stored is None:
        return []
    document, tasks = stored
    _note(uow, world, what, system, order, transmission=document)
    return tasks


def _sent(uow: UnitOfWork, order: Order) -> bool:
    return any(each.kind == Kind.ORDERED for each in uow.statements_of(order.id))


def _order(uow: UnitOfWork, order_id: str) -> Order:
    order = uow.find(Order, order_id)
    if order is None:
        raise NotFound
    return order


def _note(uow: UnitOfWork, world: World, what: str, system: str, order: Order, **more: Any) -> None:
    about = Named(order.id, order.partner, order.tracking_id)
    note_event(uow, world, f"purchase_order.{what}", about, order=order.order_number, name=system, **more)
