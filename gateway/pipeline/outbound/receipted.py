"""Receipted: what a partner's receipt makes of what we sent. Never delivered in silence, never lost when it comes late.

A receipt that proves nothing (unsigned, of another MIC) leaves the place open for one that does; one that was settled is
not unsettled by what comes after it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gateway.pipeline.oversight.promises import keep_named
from gateway.pipeline.ports import Blob, UnitOfWork, World
from gateway.pipeline.records import note_event, open_case
from gateway.pipeline.task import Task
from gateway.tracking.promise import RECEIPT
from gateway.tracking.receipt import CONFIRMED, RECEIPT_LIFE, Receipt, ReceiptEvent, ReceiptState, kept_of
from gateway.tracking.transmission import Transmission

# What a doubtful or bad receipt opens as a case. What is settled well closes them all.
_CASES = {
    ReceiptEvent.FAIL: "receipt-failed",
    ReceiptEvent.WARN: "receipt-warning",
    ReceiptEvent.DIFFER: "receipt-doubtful",
    ReceiptEvent.OMIT: "receipt-doubtful",
    ReceiptEvent.LEAVE_UNSIGNED: "receipt-doubtful",
}


@dataclass(frozen=True, slots=True)
class Answered:
    """What a partner answered: the event that it is, in words, and the receipt itself, with its head."""

    event: ReceiptEvent
    text: str
    disposition: str
    blob: Blob
    evidence: dict[str, Any] = field(default_factory=dict)


def settle_receipt(uow: UnitOfWork, world: World, receipt_id: str, answered: Answered) -> list[Task]:
    """Apply an answer to the receipt that we wait for, and put it on the timeline of what was sent. No step follows."""
    receipt = uow.find(Receipt, receipt_id)
    about = uow.find(Transmission, receipt.transmission_id or "") if receipt is not None else None
    if receipt is None or about is None:
        return []
    if answered.blob.data is not None:
        uow.keep(answered.blob.data)
    state = ReceiptState(receipt.state)
    allowed = RECEIPT_LIFE.allows(state, answered.event)
    following = RECEIPT_LIFE.after(state, answered.event) if allowed else state
    _note(uow, world, about, receipt, answered, following if allowed else None)
    if not allowed:
        return []
    now = world.clock()
    uow.change(
        Receipt,
        receipt.id,
        state=following,
        disposition=answered.disposition[:500],
        receipt=answered.blob.digest,
        received_at=now,
        evidence=receipt.evidence | answered.evidence | {"said": answered.text},
    )
    if following in CONFIRMED or following == ReceiptState.FAILED:
        keep_named(
            uow, world, receipt.id, RECEIPT, receipt.id
        )  # A bad answer is one; what it says is another question.
    if following in CONFIRMED:
        uow.close_cases(about.id, "the partner's receipt says that it arrived", now)
    cause = _CASES.get(answered.event)
    if cause is not None:
        open_case(uow, world, cause, about, answered.text)
    return []


def _note(
    uow: UnitOfWork,
    world: World,
    about: Transmission,
    receipt: Receipt,
    answered: Answered,
    following: ReceiptState | None,
) -> None:
    facts: dict[str, Any] = {
        "message_id": receipt.message_id,
        "verdict": answered.event,
        "state": following or receipt.state,
        "detail": answered.text,
        "kept": kept_of(receipt) | {"receipt": answered.blob.digest},
    }
    if "signer" in answered.evidence:
        facts["signer"] = answered.evidence["signer"]
    if following is None:
        facts["changes"] = "nothing: it was settled before"
    note_event(uow, world, "receipt.received", about, **facts)
    for document in uow.sent_in(about.id):
        note_event(uow, world, "receipt.received", document, **facts)
