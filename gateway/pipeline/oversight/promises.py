"""Promises: what is owed is written down when it begins to be owed, and settled by whatever keeps it.

Each promise is a row (`gateway.tracking.promise`). When one runs out is `chase`'s business.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.pipeline.ports import Configuration, Stamps, UnitOfWork, World, agreement_for
from gateway.pipeline.records import close_case, note_event
from gateway.pipeline.task import StepName, Task
from gateway.tracking.document import AcknowledgmentState, Document
from gateway.tracking.promise import (
    ABOUT_DOCUMENT,
    ACKNOWLEDGMENT,
    BY_THREAD,
    CONFIRMATION,
    INTERCHANGE,
    INVOICE,
    MATCH,
    OPEN,
    POSTING,
    PROMISE_LIFE,
    RECEIPT,
    SHIP_NOTICE,
    OwedBy,
    Promise,
    PromiseEvent,
    PromiseState,
    promise_id,
)
from gateway.tracking.transmission import Transmission
from gateway.trading.agreement import Agreement

# What of `promises` in an agreement a partner can't owe, and what we can't.
_NOT_THEIRS = frozenset((CONFIRMATION, ACKNOWLEDGMENT))
_NOT_ANSWERED = (AcknowledgmentState.NONE, AcknowledgmentState.WAITING, AcknowledgmentState.OVERDUE)
_NOT_OURS = ABOUT_DOCUMENT - _NOT_THEIRS
_THEIRS_LATE = {
    ACKNOWLEDGMENT: "acknowledgment-overdue",
    SHIP_NOTICE: "ship-notice-overdue",
    INVOICE: "invoice-overdue",
}


@dataclass(frozen=True, slots=True)
class Owed:
    """Something that begins to be owed: what, by whom, and how long there is for it. ``answer`` will keep it."""

    what: str
    owed_by: OwedBy
    within: timedelta
    resends: int = 0
    answer: str | None = None


def owed_for(document: Document, agreement: Agreement) -> list[Owed]:
    """Return what is owed for a document that was sent, or that came in, under its agreement."""
    if document.direction == "outbound":
        owed = [Owed(what, OwedBy.PARTNER, within) for what, within in agreement.promises.items() if _is_theirs(what)]
        if agreement.acknowledgment.expected and document.acknowledgment in _NOT_ANSWERED:
            terms = agreement.acknowledgment
            owed.append(Owed(ACKNOWLEDGMENT, OwedBy.PARTNER, terms.within, terms.resends))
        return owed
    owed = []
    for what, within in agreement.promises.items():
        if what in _NOT_OURS or (what == ACKNOWLEDGMENT and document.answers is None):
            continue
        owed.append(Owed(what, OwedBy.US, within, answer=document.answers if what == ACKNOWLEDGMENT else None))
    return owed


def _is_theirs(what: str) -> bool:
    return what not in _NOT_THEIRS


def expect(uow: UnitOfWork, document: Document, agreement: Agreement | None, since: datetime) -> list[Task]:
    """Write down what is owed for a document from ``since`` on; return the step that looks after it, if anything is.

    What was owed before and did not come is owed anew: the document went out once more.
    """
    owed = owed_for(document, agreement) if agreement is not None else []
    if not owed:
        return []
    known = {promise.what: promise for promise in uow.promises_of(document.id)}
    dues = []
    for each in owed:
        due_at = since + each.within
        before = known.get(each.what)
        if before is None:
            order = document.order_number if each.what not in ABOUT_DOCUMENT else None
            uow.add(_promise(document, each, since, due_at, order))
            dues.append(due_at)
        elif PROMISE_LIFE.allows(PromiseState(before.state), PromiseEvent.RENEW):
            again = before.state == PromiseState.WAITING  # It is we who sent it again, and each time counts.
            left = before.resends_left if again else each.resends
            state = PROMISE_LIFE.after(PromiseState(before.state), PromiseEvent.RENEW)
            renewed = {"state": state, "due_at": due_at, "resends_left": left, "settled_at": None}
            uow.change(Promise, before.id, **renewed, escalates_at=None, detail=None)
            dues.append(due_at)
    return chase_at(document.id, document.tracking_id, dues)


def _promise(document: Document, owed: Owed, since: datetime, due_at: datetime, order: str | None) -> Promise:
    return Promise(
        id=promise_id(document.id, owed.what),
        subject=document.id,
        partner=document.partner,
        what=owed.what,
        owed_by=owed.owed_by,
        state=PromiseState.WAITING,
        made_at=since,
        due_at=due_at,
        tracking_id=document.tracking_id,
        order_number=order,
        answer=owed.answer,
        resends_left=owed.resends,
    )


def chase_at(subject: str, tracking_id: str, times: list[datetime]) -> list[Task]:
    """Return the step that looks after a subject at the earliest of some times."""
    return [Task(StepName.CHASE, subject, tracking_id, min(times))] if times else []


# Keeping


def keep(uow: UnitOfWork, stamps: Stamps, promise: Promise, by: str) -> None:
    """Write down that a promise was kept, by the document or transmission ``by``; one kept late closes its case with words."""
    if not PROMISE_LIFE.allows(PromiseState(promise.state), PromiseEvent.KEEP):
        return
    now = stamps.clock()
    promise.state = PROMISE_LIFE.after(PromiseState(promise.state), PromiseEvent.KEEP)
    uow.change(Promise, promise.id, state=promise.state, answer=by, settled_at=now)
    if promise.state != PromiseState.LATE:
        return
    about = uow.find(Document, promise.subject) or uow.find(Transmission, promise.subject)
    hours = round((now - promise.due_at).total_seconds() / 3600, 1)
    if about is not None:
        note_event(
            uow,
            stamps,
            "promise.late",
            about,
            set=BY_THREAD.get(promise.what, promise.what),
            owed_by=promise.owed_by,
            by=by,
            hours_late=hours,
        )
    cause = cause_of(promise)
    others = (each for each in uow.promises_of(promise.subject) if each.state == PromiseState.BROKEN)
    if not any(cause_of(each) == cause for each in others):
        words = f"kept late: {promise.what} came {hours} hours after its time, in {by}"
        close_case(uow, stamps, f"{promise.subject}:{cause}", words)


def keep_named(uow: UnitOfWork, stamps: Stamps, subject: str, what: str, by: str) -> Promise | None:
    """Keep one kind of promise about a subject; return it as it was before, or None where there is none."""
    promise = uow.find(Promise, promise_id(subject, what))
    if promise is not None:
        keep(uow, stamps, promise, by)
    return promise


def keep_for_orders(uow: UnitOfWork, world: World, document: Document, orders: list[str]) -> None:
    """Keep what was owed for each of the orders that a document of the partner is about."""
    if not _awaited(world.configuration(), document):
        return
    for order in orders:
        for promise in uow.find_promises(document.partner, order, document.set_id):
            if promise.owed_by == OwedBy.PARTNER:
                keep(uow, world, promise, document.id)


def answer_orders(uow: UnitOfWork, world: World, document: Document, orders: list[str]) -> None:
    """Note that a document of ours, once it is with the partner, keeps what we owe for each of its orders."""
    if not _awaited(world.configuration(), document):
        return
    for order in orders:
        for promise in uow.find_promises(document.partner, order, document.set_id):
            if promise.owed_by == OwedBy.US:
                uow.change(Promise, promise.id, answer=document.id)


def keep_answered(uow: UnitOfWork, world: World, answer: Document | Transmission) -> None:
    """Keep what we owed and what is with the partner now: a document of ours, or an acknowledgment."""
    if isinstance(answer, Document) and not _awaited(world.configuration(), answer):
        return
    for promise in uow.promises_answered(answer.id):
        keep(uow, world, promise, answer.id)


def cancel_for_order(uow: UnitOfWork, world: World, document: Document, order: str, words: str) -> None:
    """Wait no longer for what is owed for an order which the other side, or we, will not go on with."""
    partner = world.configuration().directory.partners.get(document.partner)
    if partner is None or not any(agreement.promises for agreement in partner.agreements.values()):
        return
    owed_by = OwedBy.PARTNER if document.role == "buyer" else OwedBy.US
    for what in {name for agreement in partner.agreements.values() for name in agreement.promises}:
        for promise in uow.find_promises(document.partner, order, what):
            if promise.owed_by == owed_by and what != document.set_id:
                cancel(uow, world, promise, words)


def cancel_answers(uow: UnitOfWork, stamps: Stamps, document: Document, words: str) -> None:
    """Wait no longer for answers to a document that could not be read."""
    for promise in uow.promises_of(document.id):
        if promise.state in OPEN and promise.what not in (ACKNOWLEDGMENT, RECEIPT):
            cancel(uow, stamps, promise, words)


def cancel(uow: UnitOfWork, stamps: Stamps, promise: Promise, words: str) -> None:
    """Wait no longer for something; its case is closed with it."""
    state = PROMISE_LIFE.after(PromiseState(promise.state), PromiseEvent.CANCEL)
    uow.change(Promise, promise.id, state=state, settled_at=stamps.clock(), detail=words)
    if promise.state == PromiseState.BROKEN:
        promise.state = state
        cause = cause_of(promise)
        others = (each for each in uow.promises_of(promise.subject) if each.state == PromiseState.BROKEN)
        if not any(cause_of(each) == cause for each in others):
            close_case(uow, stamps, f"{promise.subject}:{cause}", words)


def _awaited(configuration: Configuration, document: Document) -> bool:
    """Whether an agreement with this partner has documents of this set promised for one that goes the other way."""
    partner = configuration.directory.partners.get(document.partner)
    return partner is not None and any(
        document.set_id in agreement.promises and agreement.direction != document.direction
        for agreement in partner.agreements.values()
    )


def cause_of(promise: Promise) -> str:
    """Return the cause of the case that is opened when a promise is broken."""
    if promise.what == INTERCHANGE:
        return "interchange-missing"
    if promise.what == RECEIPT:
        return "receipt-overdue"
    if promise.what == CONFIRMATION:
        return "confirmation-overdue"
    if promise.what == MATCH:
        return "match-waiting"
    if promise.what == POSTING:
        return "posting-overdue"
    if promise.owed_by == OwedBy.US:
        return "promise-overdue-by-us"
    return _THEIRS_LATE.get(promise.what, "promise-overdue")


def agreed(world: World, document: Document | None) -> Agreement | None:
    """Return the agreement that says what happens when a promise about ``document`` runs out."""
    return agreement_for(world.configuration(), document) if document is not None else None
