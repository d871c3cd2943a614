"""Correlate: a document moves the life of its purchase order, or says why it may not."""

from __future__ import annotations

from typing import Any

from gateway.canonical.message import MessageType
from gateway.pipeline.oversight.promises import cancel_for_order
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import note_event
from gateway.tracking.document import Document
from gateway.tracking.order import ORDER_LIFE, Order, OrderState, event_of


def correlate(
    uow: UnitOfWork, world: World, document: Document, row: MessageType, body: Any, orders: list[str]
) -> list[str]:
    """Move each purchase order that the document is about; return a note for each that may not move.

    An order that is not known yet is opened by whatever document comes first: they arrive in any order.
    """
    notes: list[str] = []
    word = getattr(body, "acknowledgment_type", None) or getattr(body, "purpose", None) or ""
    event = event_of(row.name, word)
    if event is None:  # A forecast or a receiving advice names its orders and moves none.
        return notes
    now = world.clock()
    for number in orders:
        order_id = f"{document.partner}:{document.role}:{number}"
        order = uow.find(Order, order_id)
        state = OrderState(order.state) if order is not None else OrderState.OPEN
        if not ORDER_LIFE.allows(state, event):
            notes.append(f"purchase order {number} is {state}, so it can't be {event} by this {row.title}")
            continue
        following = ORDER_LIFE.after(state, event)
        if order is None:
            uow.add(Order(order_id, document.partner, document.role, number, following, now, now))
        elif following != state:
            uow.change(Order, order_id, state=following, updated_at=now)
        if following != state:
            note_event(uow, world, "order.moved", document, order=number, before=str(state), after=str(following))
        if following in (OrderState.CANCELLED, OrderState.DECLINED):
            cancel_for_order(uow, world, document, number, f"the order is {following}")
    return notes
