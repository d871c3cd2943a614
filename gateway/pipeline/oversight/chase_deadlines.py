"""Chase what is due by a day that an order names: warn before, then a case; and what waits too long to be matched.

One step a subject looks at all of it each time that the time of one of them has come. The thread makes, moves and keeps these
promises (`gateway.pipeline.thread.due`).
"""

from __future__ import annotations

from gateway.pipeline.oversight.chase import break_promise, escalate
from gateway.pipeline.oversight.promises import agreed, cancel, cause_of
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import Named, Subject, note_event, open_case
from gateway.pipeline.step import Advance, Outcome
from gateway.pipeline.task import Task
from gateway.pipeline.thread.consequences import words_of
from gateway.pipeline.thread.due import chase, owed_by, waiting_name
from gateway.pipeline.thread.terms import deadlines_for
from gateway.tracking.case import Owner
from gateway.tracking.document import Document
from gateway.tracking.order import Match, Order
from gateway.tracking.promise import (
    BY_THREAD,
    INVOICE,
    MATCH,
    OPEN,
    POSTING,
    SHIP_NOTICE,
    OwedBy,
    Promise,
    PromiseState,
)
from gateway.tracking.thread.states import LineState
from gateway.tracking.transmission import Transmission
from gateway.trading.overdue import Overdue


async def run(task: Task, world: World) -> Outcome:
    """Look what of a subject has run out."""
    return Advance(lambda uow: _look(uow, world, task))


def _look(uow: UnitOfWork, world: World, task: Task) -> list[Task]:
    promises = [each for each in uow.promises_of(task.subject) if each.what in BY_THREAD and each.state in OPEN]
    if not promises:
        return []
    about = _about(uow, task, promises[0])
    document = about if isinstance(about, Document) else None
    agreement = agreed(world, document)
    terms = agreement.overdue if agreement is not None else Overdue()
    now = world.clock()
    broken = []
    for promise in promises:
        if promise.state == PromiseState.BROKEN:
            escalate(uow, world, about, promise, now)
        elif not _still_agreed(world, promise, document):
            cancel(uow, world, promise, "it is agreed no longer")
            promise.state = PromiseState.CANCELLED
        elif promise.due_at <= now:
            break_promise(uow, world, about, promise, terms, now)
            broken.append(promise)
        elif promise.warns_at is not None and promise.warns_at <= now:
            _warn(uow, world, about, promise)
    if terms.case:
        _open_cases(uow, world, about, promises, broken)
    return chase(task.subject, task.tracking_id, promises)


def _about(uow: UnitOfWork, task: Task, promise: Promise) -> Subject:
    found = uow.find(Document, task.subject) or uow.find(Transmission, task.subject)
    return found or Named(task.subject, promise.partner, task.tracking_id)


def _still_agreed(world: World, promise: Promise, document: Document | None) -> bool:
    """Tell whether the files still say so: they may have changed since."""
    if promise.what == MATCH:
        return True
    partner = world.configuration().directory.partners.get(promise.partner)
    now = deadlines_for(partner, document.role if document is not None else "buyer")
    terms = {SHIP_NOTICE: now.ship_notice_before, INVOICE: now.invoice_within, POSTING: now.receipt_posted_within}
    return terms[promise.what] is not None


def _warn(uow: UnitOfWork, world: World, about: Subject, promise: Promise) -> None:
    promise.warns_at = None
    uow.change(Promise, promise.id, warns_at=None)
    then = f"a case is opened at {promise.due_at:%Y-%m-%d %H:%M} UTC"
    note_event(uow, world, "promise.due_soon", about, set=BY_THREAD[promise.what], owed_by=promise.owed_by, then=then)


def _open_cases(uow: UnitOfWork, world: World, about: Subject, promises: list[Promise], broken: list[Promise]) -> None:
    """Open one case for each cause of what has run out now; it names all that is missing, also since longer."""
    for cause in dict.fromkeys(cause_of(each) for each in broken):
        missing = [each for each in promises if each.state == PromiseState.BROKEN and cause_of(each) == cause]
        if cause == "match-waiting":
            _open_waiting(uow, world, about, missing)
            continue
        open_case(uow, world, cause, about, _words(missing))


def _words(missing: list[Promise]) -> str:
    """Say what is missing since when."""
    called = {SHIP_NOTICE: "ship notice (856)", INVOICE: "invoice (810)", POSTING: "posting of a receipt by the ERP"}
    said = {
        f"{called[each.what]} for order {each.order_number} was due by {each.due_at:%Y-%m-%d %H:%M} UTC": None
        for each in sorted(missing, key=lambda each: (each.due_at, each.id))
    }
    return "; ".join(said)


def _open_waiting(uow: UnitOfWork, world: World, about: Subject, missing: list[Promise]) -> None:
    """Open the case of a document that waits; its owner is who can bring what is missing."""
    names = {each.id for each in missing}
    waiting = [each for each in uow.matches_about(about.id) if waiting_name(each) in names]
    owner, said = Owner.BUSINESS, []
    for match in waiting:
        order = uow.find(Order, match.order_id)
        if order is None:
            continue
        said.append(words_of(order, match))
        owner = _owner(order, match)
    if said:
        open_case(uow, world, "match-waiting", about, "; ".join(said), owner=owner)


def _owner(order: Order, match: Match) -> Owner:
    if order.state == LineState.UNKNOWN:
        return Owner.DATA
    return Owner.PARTNER if owed_by(match) == OwedBy.PARTNER else Owner.BUSINESS
