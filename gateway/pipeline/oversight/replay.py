"""Replay: send something on its way again after its cause was put right. The same numbers, keys and bytes are used."""

from __future__ import annotations

from gateway.errors import LifecycleError, NotFound, Purged
from gateway.pipeline.inbound.confirm import bring_again
from gateway.pipeline.ports import Stamps, UnitOfWork
from gateway.pipeline.records import note_event
from gateway.pipeline.task import StepName, Task
from gateway.tracking.document import DOCUMENT_LIFE, Document, DocumentEvent, DocumentState
from gateway.tracking.receipt import Receipt
from gateway.tracking.reconciliation import NIGHTLY_SUBJECT
from gateway.tracking.transmission import TRANSMISSION_LIFE, Transmission, TransmissionEvent, TransmissionState


def replay(uow: UnitOfWork, stamps: Stamps, subject: str, reason: str, *, recompute: bool) -> Task:
    """Make the step due that takes ``subject`` (a document, a transmission or a receipt of ours) on; close its cases.

    The subject of the nightly reconciliation is due at once. ``recompute`` judges and translates a document again even where
    its message is ready to be delivered.
    Raises NotFound, Purged, or LifecycleError for what has reached its end and would happen twice.
    """
    if subject == NIGHTLY_SUBJECT:
        return _night(uow, stamps, reason)
    document = uow.find(Document, subject)
    transmission = uow.find(Transmission, subject) if document is None else None
    receipt = uow.find(Receipt, subject) if document is None and transmission is None else None
    about = document or transmission or receipt
    if about is None:
        raise NotFound(
            f"There is no document, transmission or receipt {subject}. Look for it with: gateway trace TEXT."
        )
    needed = (
        document.transmission_id if document is not None else receipt.transmission_id if receipt is not None else None
    )
    require_bytes(uow, needed or subject)
    if document is not None:
        task = _document(uow, stamps, document, recompute)
    elif transmission is not None:
        task = _transmission(uow, stamps, transmission)
    else:
        task = _receipt(uow, stamps, subject)
    now = stamps.clock()
    uow.schedule(task)
    uow.close_cases(subject, f"replayed: {reason}", now)
    note_event(uow, stamps, "replayed", about, step=task.step, reason=reason)
    return task


def _night(uow: UnitOfWork, stamps: Stamps, reason: str) -> Task:
    """Reconcile for the last night now. It has no record on whose timeline that could stand; the case says it."""
    now = stamps.clock()
    task = Task(StepName.RECONCILE, NIGHTLY_SUBJECT, stamps.new_id().rjust(32, "0")[-32:], now)
    uow.schedule(task)
    uow.close_cases(NIGHTLY_SUBJECT, f"replayed: {reason}", now)
    return task


def require_bytes(uow: UnitOfWork, transmission_id: str) -> None:
    """Raise Purged when the bytes of a transmission were purged."""
    found = uow.find(Transmission, transmission_id)
    if found is not None and found.purged_at is not None:
        raise Purged(
            f"The bytes of {transmission_id} were purged on {found.purged_at:%Y-%m-%d}, so nothing can be done with them again."
            " Ask whoever sent them to send them again."
            f" The proof of what they were: gateway evidence export {transmission_id} -o proof.zip"
        )


def _document(uow: UnitOfWork, stamps: Stamps, document: Document, recompute: bool) -> Task:
    state = DocumentState(document.state)
    now = stamps.clock()
    if document.direction == "outbound":
        if state == DocumentState.SENT:
            raise LifecycleError(
                f"Document {document.id} was sent. To send it again under the same numbers: gateway replay {document.id}"
                " --effect partner."
            )
        if document.sent_in is not None and state in (DocumentState.COMPOSED, DocumentState.PARKED):
            return Task(StepName.TRANSMIT, document.sent_in, document.tracking_id, now)
        if state != DocumentState.PARKED:
            raise LifecycleError(
                f"Document {document.id} is {state}; it is on its way. Look with: gateway trace {document.id}."
            )
        uow.change(Document, document.id, state=DocumentState.ACCEPTED, detail=None, updated_at=now)
        return Task(StepName.COMPOSE, document.id, document.tracking_id, now)
    if state == DocumentState.DELIVERED:
        raise LifecycleError(
            f"Document {document.id} was delivered to the ERP under its key; to deliver it again, declare how:"
            f" gateway replay {document.id} --effect erp-same-key or erp-new-key."
        )
    if state == DocumentState.PARKED and document.canonical is not None and not recompute:
        return Task(StepName.DELIVER, document.id, document.tracking_id, now)
    following = DOCUMENT_LIFE.after(state, DocumentEvent.REPLAY)
    uow.change(Document, document.id, state=following, detail=None, updated_at=now)
    return Task(StepName.VALIDATE, document.id, document.tracking_id, now)


def _receipt(uow: UnitOfWork, stamps: Stamps, receipt_id: str) -> Task:
    """Post a receipt that its partner waits for."""
    tasks = bring_again(uow, stamps, receipt_id)
    if not tasks:
        raise LifecycleError(
            f"The receipt {receipt_id} is on its way, or was the answer of a request: nobody waits for it elsewhere."
        )
    return tasks[0]


def _transmission(uow: UnitOfWork, stamps: Stamps, transmission: Transmission) -> Task:
    state = TransmissionState(transmission.state)
    now = stamps.clock()
    if transmission.direction == "outbound":
        if not transmission.source.startswith("partner:"):
            raise LifecycleError(
                f"{transmission.id} is a message of the ERP; replay its document: {transmission.id}-1."
            )
        return Task(StepName.TRANSMIT, transmission.id, transmission.tracking_id, now)
    if state != TransmissionState.PARKED:
        following = TRANSMISSION_LIFE.after(state, TransmissionEvent.REPLAYED)
        uow.change(Transmission, transmission.id, state=following, detail=None)
    return Task(StepName.READ, transmission.id, transmission.tracking_id, now)
