"""Chase: what was owed and did not come in time is sent for again, or becomes a case, and goes to the next person after that.

One step a subject looks at all of its promises, each time that the time of one of them has come. What is done is agreed:
``acknowledgment.resends`` and ``overdue``.
"""

from __future__ import annotations

from datetime import datetime

from gateway.pipeline.oversight.promises import agreed, cause_of, chase_at, keep
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import Subject, note_event, open_case
from gateway.pipeline.step import Advance, Outcome
from gateway.pipeline.task import StepName, Task
from gateway.tracking.case import CAUSES, Case, Owner
from gateway.tracking.document import AcknowledgmentState, Document, DocumentState
from gateway.tracking.promise import (
    ABOUT_DOCUMENT,
    ACKNOWLEDGMENT,
    BY_THREAD,
    CONFIRMATION,
    INTERCHANGE,
    OPEN,
    PROMISE_LIFE,
    RECEIPT,
    OwedBy,
    Promise,
    PromiseEvent,
    PromiseState,
)
from gateway.tracking.transmission import TRANSMISSION_LIFE, Transmission, TransmissionEvent, TransmissionState
from gateway.trading.overdue import Overdue

_OTHER = {"inbound": "outbound", "outbound": "inbound"}


async def run(task: Task, world: World) -> Outcome:
    """Look what is still owed for a document or transmission."""
    return Advance(lambda uow: _look(uow, world, task))


def _look(uow: UnitOfWork, world: World, task: Task) -> list[Task]:
    open_now = [each for each in uow.promises_of(task.subject) if each.state in OPEN]
    promises = [each for each in open_now if each.what != RECEIPT and each.what not in BY_THREAD]
    about = uow.find(Document, task.subject) or uow.find(Transmission, task.subject)
    if not promises or about is None:
        return []
    document = about if isinstance(about, Document) else None
    agreement = agreed(world, document)
    terms = agreement.overdue if agreement is not None else Overdue()
    now = world.clock()
    tasks: list[Task] = []
    broken: list[Promise] = []
    for promise in promises:
        if promise.state == PromiseState.BROKEN:
            escalate(uow, world, about, promise, now)
        elif promise.due_at > now:
            continue
        elif document is not None and (came := _came(uow, document, promise)):
            keep(uow, world, promise, came)
        elif document is not None and promise.resends_left > 0 and agreement is not None:
            tasks += _send_again(uow, world, document, promise, now + agreement.acknowledgment.within)
        else:
            break_promise(uow, world, about, promise, terms, now)
            broken.append(promise)
    if terms.case:
        _open_cases(uow, world, about, broken)
    return tasks + chase_at(task.subject, task.tracking_id, times_of(promises, now))


def times_of(promises: list[Promise], now: datetime) -> list[datetime]:
    """Return when there is something to look at again."""
    waiting = [each.due_at for each in promises if each.state == PromiseState.WAITING]
    going_on = [each.escalates_at for each in promises if each.state == PromiseState.BROKEN and each.escalates_at]
    return waiting + [at for at in going_on if at > now]


def _came(uow: UnitOfWork, document: Document, promise: Promise) -> str | None:
    """Return what has kept a promise all the same: it came before the promise was made, or waits here for a person."""
    if promise.what == CONFIRMATION:
        return document.id if document.state == DocumentState.DELIVERED else None
    if promise.what in ABOUT_DOCUMENT or promise.order_number is None:
        return None
    found = uow.find_for_order(document.partner, promise.order_number, promise.what, _OTHER[document.direction])
    not_sent = {DocumentState.REJECTED, DocumentState.DUPLICATE}
    if document.direction == "inbound":
        # Ours must have left the house.
        not_sent |= {DocumentState.PARKED, DocumentState.ACCEPTED, DocumentState.COMPOSED}
    return next((each.id for each in found if each.state not in not_sent), None)


def _send_again(uow: UnitOfWork, world: World, document: Document, promise: Promise, until: datetime) -> list[Task]:
    """Send the same bytes under the same numbers once more, and wait as long as the first time."""
    transmission = uow.find(Transmission, document.sent_in) if document.sent_in is not None else None
    promise.resends_left, promise.due_at = promise.resends_left - 1, until
    uow.change(Promise, promise.id, resends_left=promise.resends_left, due_at=until)
    note_event(uow, world, "acknowledgment.overdue", document, set=document.set_id, then="it is sent again")
    if transmission is None or transmission.state != TransmissionState.SENT:
        return []  # It waits to be fetched, or is on its way.
    state = TRANSMISSION_LIFE.after(TransmissionState.SENT, TransmissionEvent.REPLAYED)
    uow.change(Transmission, transmission.id, state=state)
    return [Task(StepName.TRANSMIT, transmission.id, transmission.tracking_id, world.clock())]


def break_promise(
    uow: UnitOfWork, world: World, about: Subject, promise: Promise, terms: Overdue, now: datetime
) -> None:
    """Write down that the time of a promise is over."""
    promise.state = PROMISE_LIFE.after(PromiseState.WAITING, PromiseEvent.EXPIRE)
    promise.escalates_at = now + terms.escalate_within if terms.escalate_within is not None and terms.case else None
    uow.change(Promise, promise.id, state=promise.state, escalates_at=promise.escalates_at)
    if promise.what == INTERCHANGE:
        number = promise.id.rsplit(":", 1)[1]
        note_event(uow, world, "interchange.missing", about, interchange=number)
    elif promise.what == ACKNOWLEDGMENT and promise.owed_by == OwedBy.PARTNER and isinstance(about, Document):
        uow.change(Document, about.id, acknowledgment=AcknowledgmentState.OVERDUE, updated_at=now)
        note_event(uow, world, "acknowledgment.overdue", about, set=about.set_id)
    else:
        kind = BY_THREAD.get(promise.what, promise.what)
        note_event(uow, world, "promise.overdue", about, set=kind, owed_by=promise.owed_by)


def _open_cases(uow: UnitOfWork, world: World, about: Document | Transmission, broken: list[Promise]) -> None:
    """Open one case for each cause; it names all that is missing."""
    causes: dict[str, list[Promise]] = {}
    for promise in broken:
        causes.setdefault(cause_of(promise), []).append(promise)
    for cause, promises in causes.items():
        open_case(uow, world, cause, about, _words(about, cause, promises))


def _words(about: Document | Transmission, cause: str, promises: list[Promise]) -> str:
    if cause == "interchange-missing":
        numbers = " and ".join(promise.id.rsplit(":", 1)[1] for promise in promises)
        return f"interchange {numbers} of {about.partner} probably never arrived: later ones came"
    assert isinstance(about, Document)
    number = about.document_number or about.control_number
    if cause == "acknowledgment-overdue":
        return f"{about.set_id} {number} was sent and not acknowledged"
    if cause == "confirmation-overdue":
        return f"{about.set_id} {number} is not confirmed by the ERP in time"
    missing = " and ".join(sorted(promise.what for promise in promises))
    return f"{missing} for order {about.order_number or number} did not come in time"


def escalate(uow: UnitOfWork, world: World, about: Subject, promise: Promise, now: datetime) -> None:
    """Hand the case of a broken promise to the business, once its time with the one who owed has passed too."""
    if promise.escalates_at is None or promise.escalates_at > now:
        return
    promise.escalates_at = None
    uow.change(Promise, promise.id, escalates_at=None)
    cause = cause_of(promise)
    case = uow.find(Case, f"{about.id}:{cause}")
    if case is None or case.closed_at is not None or case.owner == Owner.BUSINESS:
        return
    uow.change(Case, case.id, owner=Owner.BUSINESS)
    note_event(uow, world, "case.escalated", about, cause=cause, title=CAUSES[cause].title, owner=Owner.BUSINESS)
