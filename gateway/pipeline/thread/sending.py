"""What the way of an order to its partner says: it has arrived, and it could be read, or not."""

from __future__ import annotations

from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.task import Task
from gateway.pipeline.thread.judge import Origin, take_in
from gateway.pipeline.thread.saying.said import Said
from gateway.tracking.document import Document
from gateway.tracking.order import Order
from gateway.tracking.thread.statement import Kind

_ORDER = "850"


def note_sent(uow: UnitOfWork, world: World, document: Document) -> list[Task]:
    """Write into the thread that an order is with the partner."""
    return _note(uow, world, document, Kind.TRANSMITTED)


def note_answered(uow: UnitOfWork, world: World, document: Document, *, understood: bool) -> list[Task]:
    """Write into the thread whether the partner could read an order."""
    return _note(uow, world, document, Kind.UNDERSTOOD if understood else Kind.REFUSED)


def _note(uow: UnitOfWork, world: World, document: Document, kind: Kind) -> list[Task]:
    if document.set_id != _ORDER or document.direction != "outbound":
        return []
    tasks = []
    now = world.clock()
    origin = Origin(document.partner, document.role, "document", document.id, document.tracking_id, now, now)
    for statement in uow.statements_about(document.id):
        order = uow.find(Order, statement.order_id) if statement.kind == Kind.ORDERED else None
        if order is not None:
            said = Said(order.order_number, kind, document.interchange_number, release=order.release)
            tasks += take_in(uow, world, origin, said).tasks
    return tasks
