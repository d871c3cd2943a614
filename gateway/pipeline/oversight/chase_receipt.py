"""Chase a receipt: send again, with the same bytes and Message-ID, what was not confirmed in time; then a person decides."""

from __future__ import annotations

from datetime import datetime

from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import note_event, open_case
from gateway.pipeline.step import Advance, Outcome
from gateway.pipeline.task import StepName, Task
from gateway.tracking.promise import (
    PROMISE_LIFE,
    RECEIPT,
    OwedBy,
    Promise,
    PromiseEvent,
    PromiseState,
    promise_id,
)
from gateway.tracking.receipt import RECEIPT_LIFE, Receipt, ReceiptEvent, ReceiptState
from gateway.tracking.transmission import Transmission


async def run(task: Task, world: World) -> Outcome:
    """Look whether a receipt has come."""
    return Advance(lambda uow: _look(uow, world, task))


def expect_receipt(uow: UnitOfWork, receipt: Receipt, since: datetime) -> list[Task]:
    """Write down that a partner owes a receipt; return the step that looks for it once it is due."""
    promise = uow.find(Promise, promise_id(receipt.id, RECEIPT))
    if receipt.due_at is None or receipt.partner is None:
        return []
    left = int(receipt.evidence.get("resends_left", 0))
    if promise is None:
        made = Promise(
            id=promise_id(receipt.id, RECEIPT),
            subject=receipt.transmission_id or receipt.id,
            partner=receipt.partner,
            what=RECEIPT,
            owed_by=OwedBy.PARTNER,
            state=PromiseState.WAITING,
            made_at=since,
            due_at=receipt.due_at,
            tracking_id=receipt.tracking_id,
            resends_left=left,
        )
        uow.add(made)
    elif PROMISE_LIFE.allows(PromiseState(promise.state), PromiseEvent.RENEW):
        state = PROMISE_LIFE.after(PromiseState(promise.state), PromiseEvent.RENEW)
        uow.change(Promise, promise.id, state=state, due_at=receipt.due_at, resends_left=left, settled_at=None)
    return chase_of_receipt(receipt)


def chase_of_receipt(receipt: Receipt) -> list[Task]:
    """Return the step that looks for a receipt once it is due."""
    if receipt.due_at is None:
        return []
    return [Task(StepName.CHASE_RECEIPT, receipt.id, receipt.tracking_id, receipt.due_at)]


def _look(uow: UnitOfWork, world: World, task: Task) -> list[Task]:
    receipt = uow.find(Receipt, task.subject)
    about = uow.find(Transmission, receipt.transmission_id or "") if receipt is not None else None
    if receipt is None or about is None or receipt.state != ReceiptState.WAITING:
        return []
    now = world.clock()
    if receipt.due_at is not None and receipt.due_at > now:
        return chase_of_receipt(receipt)
    left = int(receipt.evidence.get("resends_left", 0))
    if left > 0:
        uow.change(Receipt, receipt.id, evidence=receipt.evidence | {"resends_left": left - 1}, due_at=None)
        note_event(uow, world, "receipt.overdue", about, message_id=receipt.message_id, then="it is sent again")
        return [Task(StepName.TRANSMIT, about.id, about.tracking_id, now)]
    uow.change(Receipt, receipt.id, state=RECEIPT_LIFE.after(ReceiptState.WAITING, ReceiptEvent.EXPIRE))
    promise = uow.find(Promise, promise_id(receipt.id, RECEIPT))
    if promise is not None and PROMISE_LIFE.allows(PromiseState(promise.state), PromiseEvent.EXPIRE):
        uow.change(Promise, promise.id, state=PROMISE_LIFE.after(PromiseState(promise.state), PromiseEvent.EXPIRE))
    note_event(uow, world, "receipt.overdue", about, message_id=receipt.message_id, then="a person decides")
    detail = (
        f"{about.name or 'the transmission'} {about.control_number or about.id} was sent and its receipt did not come"
    )
    open_case(uow, world, "receipt-overdue", about, detail)
    return []
