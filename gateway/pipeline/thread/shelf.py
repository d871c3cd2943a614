"""What is kept until an order is known that is meant: under its number, a planned order, a shipment, a lot or an item.

A carrier knows a shipment, quality a lot, production an item; whose order that is, is known as soon as a ship notice or receipt
says so. What is kept here are statements like those of a thread. They stay: an order that comes later gets a copy of its own.
"""

from __future__ import annotations

from dataclasses import replace

from gateway.pipeline.ports import UnitOfWork
from gateway.tracking.order import Order
from gateway.tracking.thread.statement import Kind, Statement
from gateway.tracking.thread.states import LineState

_MARK = "?"  # No order's id begins with it: those begin with the name of a partner.
_KNOWN = "known"  # In the head of what is kept here: an order that is meant is known. It is said to nobody else.
_OF_LOTS = (Kind.HELD, Kind.RELEASED, Kind.PASSED, Kind.CONSUMED)


def order_shelf(number: str) -> str:
    """Name the shelf of what names an order by its number, but not with whom."""
    return f"{_MARK}order:{number}"


def planned_shelf(partner: str, number: str) -> str:
    """Name the shelf of what a partner was told of a planned order."""
    return f"{_MARK}planned:{partner}:{number}"


def shipment_shelf(number: str) -> str:
    """Name the shelf of what is known of a shipment."""
    return f"{_MARK}shipment:{number}"


def lot_shelf(lot: str) -> str:
    """Name the shelf of what is known of a lot: for which orders it came, holds, releases and use."""
    return f"{_MARK}lot:{lot}"


def item_shelf(item: str) -> str:
    """Name the shelf of who waits for an item."""
    return f"{_MARK}item:{item}"


def stands_on_shelf(statement: Statement) -> bool:
    """Tell whether a statement stands on a shelf, and not in the thread of an order."""
    return statement.order_id.startswith(_MARK)


def put(uow: UnitOfWork, statement: Statement, shelf: str, *, known: bool) -> None:
    """Keep a statement on a shelf, once; ``known`` tells whether an order that is meant is known already."""
    made = replace(statement, id=f"{statement.id}@{shelf}", order_id=shelf)
    made.head = statement.head | ({_KNOWN: True} if known else {})
    if all(each.id != made.id for each in uow.on_shelf(shelf)):
        uow.add(made)


def put_receipt(uow: UnitOfWork, order: Order, statement: Statement, lot: str) -> None:
    """Keep on the shelf of a lot that it came for an order."""
    lines = [each for each in statement.lines if each.get("lot") == lot]
    put(uow, replace(statement, lines=lines, head={"order": order.id}), lot_shelf(lot), known=True)


def claim(uow: UnitOfWork, order: Order, statement: Statement, *, new: bool) -> list[Statement]:
    """Return what was kept for an order, now that a statement says that it is meant; each stands in its thread from now on."""
    found: list[Statement] = []
    if new and order.role == "buyer":
        found += uow.on_shelf(order_shelf(order.order_number))
    if statement.kind == Kind.CREATED:
        found += _planned(uow, order, statement)
    if statement.kind == Kind.SHIPPED:
        found += uow.on_shelf(shipment_shelf(statement.number))
    if statement.kind == Kind.RECEIVED and order.role == "buyer":
        for lot in dict.fromkeys(each["lot"] for each in statement.lines if each.get("lot")):
            found += [each for each in uow.on_shelf(lot_shelf(lot)) if _about(each, statement, lot)]
            put_receipt(uow, order, statement, lot)
    return [made for each in found if (made := _copied(uow, order, each)) is not None]


def _planned(uow: UnitOfWork, order: Order, statement: Statement) -> list[Statement]:
    """Return what was kept of the planned orders that an order fulfils, and keep that it does for what is said of them later."""
    found: list[Statement] = []
    for number in statement.head.get("planned", ()):
        shelf = planned_shelf(order.partner, number)
        found += [each for each in uow.on_shelf(shelf) if each.kind != Kind.CREATED]
        put(uow, replace(statement, lines=[], head={"order": order.id}), shelf, known=True)
    return found


def fulfilling(uow: UnitOfWork, shelf: str) -> list[str]:
    """Return the ids of the orders that fulfil what stands on the shelf of a planned order."""
    return [each.head["order"] for each in uow.on_shelf(shelf) if each.kind == Kind.CREATED]


def _about(kept: Statement, receipt: Statement, lot: str) -> bool:
    """Tell whether what quality or production said of a lot is meant for what a receipt brings; it is used up only once."""
    if kept.kind not in _OF_LOTS or (kept.kind == Kind.CONSUMED and kept.head.get(_KNOWN)):
        return False
    named, came = items_in(kept, lot), items_in(receipt, lot)
    return not named or not came or bool(named & came)


def items_in(statement: Statement, lot: str) -> set[str]:
    """Return the items that a statement names for a lot."""
    return {value for said in statement.said() if said.lot == lot for _kind, value in said.items}


def _copied(uow: UnitOfWork, order: Order, kept: Statement) -> Statement | None:
    made = replace(kept, id=f"{kept.id}>{order.id}", order_id=order.id)
    made.head = {name: value for name, value in kept.head.items() if name != _KNOWN}
    if uow.find(Statement, made.id) is not None:
        return None
    uow.add(made)
    if not kept.head.get(_KNOWN):
        uow.change(Statement, kept.id, head=kept.head | {_KNOWN: True})
    return made


def still_unknown(uow: UnitOfWork, subject: str) -> list[str]:
    """Return what is named in something that was said, and that nobody knows yet: orders, shipments, lots."""
    found = []
    for statement in uow.statements_about(subject):
        if stands_on_shelf(statement):
            if not statement.head.get(_KNOWN):
                found.append(statement.order_id.removeprefix(_MARK).replace(":", " ", 1))
            continue
        order = uow.find(Order, statement.order_id)
        if order is not None and order.state == LineState.UNKNOWN:
            found.append(f"order {order.order_number}")
    return list(dict.fromkeys(found))
