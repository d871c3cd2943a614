"""Chase a receipt: send again, with the same bytes and Message-ID, what was not confirmed in time; then a person decides."""

from __future__ import annotations

from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import note_event, open_case
from gateway.pipeline.step import Advance, Outcome
from gateway.pipeline.task import StepName, Task
from gateway.tracking.receipt import RECEIPT_LIFE, Receipt, ReceiptEvent, ReceiptState
from gateway.tracking.transmission import Transmission


async def run(task: Task, world: World) -> Outcome:
    """Look whether a receipt has come."""
    return Advance(lambda uow: _look(uow, world, task))


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
    note_event(uow, world, "receipt.overdue", about, message_id=receipt.message_id, then="a person decides")
    detail = (
        f"{about.name or 'the transmission'} {about.control_number or about.id} was sent and its receipt did not come"
    )
    open_case(uow, world, "receipt-overdue", about, detail)
    return []
