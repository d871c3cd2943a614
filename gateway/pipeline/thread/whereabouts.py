"""Which orders are meant by what names none: by the invoice or shipment that it speaks of.

What speaks of an invoice or shipment that has not come is kept under that, and goes into the threads with it.
"""

from __future__ import annotations

from dataclasses import replace

from gateway.pipeline.ports import UnitOfWork
from gateway.pipeline.thread.saying.said import Said
from gateway.tracking.order import Order
from gateway.tracking.thread.statement import NUMBERED, Statement


def waiting_room(partner: str, role: str, kind: str, number: str) -> str:
    """Return what stands for the order of a statement that waits for an invoice or shipment."""
    return f"{partner}:{role}:?{kind}:{number}"


def orders_meant(uow: UnitOfWork, partner: str, role: str, said: Said) -> list[Said]:
    """Return what is said, once for each order that is meant; nothing where that is not known yet."""
    if said.via is None:
        return [said]
    found: dict[str, Said] = {}
    for statement in uow.find_statements(*said.via):
        order = uow.find(Order, statement.order_id)
        if order is not None and (order.partner, order.role) == (partner, role):
            found[order.id] = replace(said, order_number=order.order_number, release=order.release, via=None)
    return list(found.values())


def called_in(uow: UnitOfWork, order: Order, statement: Statement) -> list[Statement]:
    """Return what waited for this statement, and give it to its order."""
    if statement.kind not in NUMBERED:
        return []
    room = waiting_room(order.partner, order.role, statement.kind, statement.number)
    waiting = uow.statements_of(room)
    for each in waiting:
        each.order_id = order.id
        uow.change(Statement, each.id, order_id=order.id)
    return waiting
