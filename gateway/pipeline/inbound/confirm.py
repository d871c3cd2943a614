"""Confirm: post a receipt that is owed to the address where its partner waits for it. What is posted again is the same bytes."""

from __future__ import annotations

from datetime import datetime

from gateway.errors import PartnerRefused, PartnerUnreachable
from gateway.pipeline.ports import Stamps, UnitOfWork, World
from gateway.pipeline.records import note_event
from gateway.pipeline.step import Advance, Outcome, Park, Retry
from gateway.pipeline.task import StepName, Task
from gateway.tracking.case import Case
from gateway.tracking.receipt import RECEIPT_LIFE, Receipt, ReceiptEvent, ReceiptState
from gateway.tracking.transmission import Transmission


async def run(task: Task, world: World) -> Outcome:
    """Post one receipt."""
    receipt = await world.ledger.load(Receipt, task.subject)
    if receipt is None or receipt.receipt is None or receipt.reply_to is None:
        return Advance()
    if not RECEIPT_LIFE.allows(ReceiptState(receipt.state), ReceiptEvent.SEND):
        return Advance()
    partner = world.configuration().directory.partners.get(receipt.partner or "")
    sender = world.receipt_senders.get(receipt.transport)
    if partner is None or sender is None:
        missing = f"partner {receipt.partner}" if partner is None else f"transport {receipt.transport}"
        return Park("receipt-undelivered", f"{missing} is not configured any more")
    try:
        detail = await sender.send_receipt(receipt, await world.vault.read(receipt.receipt), partner)
    except PartnerUnreachable as error:
        return Retry(error.detail)
    except PartnerRefused as error:
        return Park("receipt-undelivered", error.detail)

    def commit(uow: UnitOfWork) -> list[Task]:
        uow.change(Receipt, receipt.id, state=RECEIPT_LIFE.after(ReceiptState(receipt.state), ReceiptEvent.SEND))
        about = uow.find(Transmission, receipt.transmission_id or "") or receipt
        kept = {"receipt": receipt.receipt}
        note_event(uow, world, "receipt.sent", about, message_id=receipt.message_id, detail=detail, kept=kept)
        _close(uow, receipt, world.clock())
        return []

    return Advance(commit)


def _close(uow: UnitOfWork, receipt: Receipt, now: datetime) -> None:
    words = "the receipt is where the partner waits for it"
    uow.close_cases(receipt.id, words, now)
    case = uow.find(Case, f"{receipt.transmission_id}:receipt-address")
    if case is not None and case.closed_at is None:
        uow.change(Case, case.id, closed_at=now, resolution=words)


def bring_again(uow: UnitOfWork, stamps: Stamps, receipt_id: str) -> list[Task]:
    """Return the step that posts a receipt once more; none while it is on its way, or where it was the answer itself."""
    receipt = uow.find(Receipt, receipt_id)
    if receipt is None or receipt.reply_to is None or receipt.receipt is None:
        return []
    state = ReceiptState(receipt.state)
    about = uow.find(Transmission, receipt.transmission_id) if receipt.transmission_id is not None else None
    purged = about is not None and about.purged_at is not None
    if purged or not RECEIPT_LIFE.allows(state, ReceiptEvent.RESEND):
        return []
    uow.change(Receipt, receipt.id, state=RECEIPT_LIFE.after(state, ReceiptEvent.RESEND))
    return [Task(StepName.CONFIRM, receipt.id, receipt.tracking_id, stamps.clock())]
