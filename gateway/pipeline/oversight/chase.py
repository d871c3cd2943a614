"""Chase: what was owed and did not come in time becomes a case.

A document that we sent is owed its acknowledgment; an order, in either direction, is owed the documents that the agreement
promises for it. One step a document looks at all of them, each time one of their deadlines has come.
"""

from __future__ import annotations

from datetime import datetime

from gateway.pipeline.ports import UnitOfWork, World, agreement_for
from gateway.pipeline.records import note_event, open_case
from gateway.pipeline.step import Advance, Outcome
from gateway.pipeline.task import StepName, Task
from gateway.tracking.document import AcknowledgmentState, Document, DocumentState
from gateway.tracking.transmission import Transmission
from gateway.trading.agreement import Agreement

_OTHER = {"inbound": "outbound", "outbound": "inbound"}


async def run(task: Task, world: World) -> Outcome:
    """Look what of a document is still owed."""
    return Advance(lambda uow: _look(uow, world, task))


def chase_of(document: Document, agreement: Agreement | None, since: datetime) -> list[Task]:
    """Return the step that looks after what is owed for ``document`` from ``since`` on, if anything is."""
    return _next(document, [] if agreement is None else list(_deadlines(document, agreement, since).values()))


def _deadlines(document: Document, agreement: Agreement, since: datetime) -> dict[str, datetime]:
    """Return until when each is owed: the sets that were promised, and the acknowledgment (under an empty name)."""
    owed = {set_id: since + within for set_id, within in agreement.promises.items()}
    if document.direction == "outbound" and agreement.acknowledgment.expected:
        owed[""] = since + agreement.acknowledgment.within
    return owed


def _next(document: Document, deadlines: list[datetime]) -> list[Task]:
    if not deadlines:
        return []
    return [Task(StepName.CHASE, document.id, document.tracking_id, min(deadlines))]


def _look(uow: UnitOfWork, world: World, task: Task) -> list[Task]:
    document = uow.find(Document, task.subject)
    agreement = agreement_for(world.configuration(), document) if document is not None else None
    if document is None or agreement is None:
        return []
    sent = uow.find(Transmission, document.sent_in) if document.sent_in is not None else None
    since = (sent.sent_at if sent is not None else None) or document.created_at
    owed = _deadlines(document, agreement, since)
    if document.acknowledgment != AcknowledgmentState.WAITING:
        owed.pop("", None)
    now = world.clock()
    # Deadlines before that of this step were looked at by the one before it.
    due = {name for name, until in owed.items() if task.due_at <= until <= now}
    if "" in due:
        _acknowledgment_overdue(uow, world, document)
    missing = [name for name in sorted(due - {""}) if not _came(uow, document, name)]
    if missing:
        _promises_overdue(uow, world, document, missing)
    return _next(document, [until for until in owed.values() if until > now])


def _acknowledgment_overdue(uow: UnitOfWork, world: World, document: Document) -> None:
    uow.change(Document, document.id, acknowledgment=AcknowledgmentState.OVERDUE, updated_at=world.clock())
    note_event(uow, world, "acknowledgment.overdue", document, set=document.set_id)
    detail = f"{document.set_id} {document.document_number or document.control_number} was sent and not acknowledged"
    open_case(uow, world, "acknowledgment-overdue", document, detail)


def _came(uow: UnitOfWork, document: Document, set_id: str) -> bool:
    """Tell whether a set was sent for the order of ``document`` by the side that owes it."""
    if document.order_number is None:
        return False
    found = uow.find_for_order(document.partner, document.order_number, set_id, _OTHER[document.direction])
    not_sent = {DocumentState.REJECTED, DocumentState.DUPLICATE}
    if document.direction == "inbound":
        not_sent.add(DocumentState.PARKED)  # Ours, and it did not leave the house.
    return any(each.state not in not_sent for each in found)


def _promises_overdue(uow: UnitOfWork, world: World, document: Document, missing: list[str]) -> None:
    theirs = document.direction == "outbound"
    number = document.order_number or document.document_number or document.control_number
    for set_id in missing:
        note_event(uow, world, "promise.overdue", document, set=set_id, owed_by="partner" if theirs else "us")
    cause = "promise-overdue" if theirs else "promise-overdue-by-us"
    open_case(uow, world, cause, document, f"{' and '.join(missing)} for order {number} did not come in time")
