"""Answers what came before: the very receipt that was given the first time, byte for byte."""

from __future__ import annotations

from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import note_event
from gateway.pipeline.task import StepName, Task
from gateway.tracking.receipt import RECEIPT_LIFE, Receipt, ReceiptEvent, ReceiptState
from gateway.tracking.transmission import Transmission
from gateway.transports.as2.answering import reply_with
from gateway.transports.as2.arrival import Arrival
from gateway.transports.as2.front import Reply


async def answer_again(receipt: Receipt, arrival: Arrival, world: World) -> Reply:
    """Return the stored receipt; one that is posted is posted again."""

    def note(uow: UnitOfWork) -> list[Task]:
        about = uow.find(Transmission, receipt.transmission_id) if receipt.transmission_id else None
        if about is not None:
            note_event(uow, world, "transmission.duplicate", about, transport="as2", message_id=receipt.message_id)
        current = uow.find(Receipt, receipt.id)
        if current is None or not RECEIPT_LIFE.allows(ReceiptState(current.state), ReceiptEvent.RESEND):
            return []
        if current.reply_to is None or current.state != ReceiptState.SENT:
            return []
        uow.change(Receipt, receipt.id, state=ReceiptState.OWED)
        task = Task(StepName.CONFIRM, receipt.id, receipt.tracking_id, arrival.now)
        uow.schedule(task)
        return [task]

    world.wake(await world.ledger.tx(note))
    if receipt.receipt is None or receipt.reply_to is not None:
        return Reply(204)
    return reply_with(await world.vault.read(receipt.receipt))
