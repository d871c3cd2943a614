"""What an order makes due: promises by the days that its documents name, moved, kept and cancelled as the thread goes on.

And what a document waits for that can't be matched yet. When one of them runs out is the business of `chase_deadlines`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from gateway.pipeline.oversight.promises import cancel, keep
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.task import StepName, Task
from gateway.pipeline.thread.terms import deadlines_for, matching_for
from gateway.tracking.calendar import Calendar
from gateway.tracking.order import Match, Order
from gateway.tracking.promise import (
    BY_THREAD,
    MATCH,
    OPEN,
    POSTING,
    PROMISE_LIFE,
    OwedBy,
    Promise,
    PromiseEvent,
    PromiseState,
)
from gateway.tracking.thread.deadlines import Deadline, DeadlineTerms, deadlines
from gateway.tracking.thread.finding import Check, Verdict
from gateway.tracking.thread.fold import Thread
from gateway.tracking.thread.statement import Kind, Statement
from gateway.tracking.thread.tolerance import Terms
from gateway.trading.calendars import calendar_for

_BEGINNING = (Kind.ORDERED, Kind.CREATED)
_SETTLED = (PromiseState.KEPT, PromiseState.LATE)
_NOTHING = DeadlineTerms()


def chase_at(subject: str, tracking_id: str, at: datetime) -> list[Task]:
    """Return the step that looks what of a subject has run out at a time."""
    return [Task(StepName.CHASE_DEADLINES, subject, tracking_id, at)]


# The days of an order


def follow_deadlines(
    uow: UnitOfWork, world: World, order: Order, thread: Thread, statements: Sequence[Statement], terms: Terms
) -> list[Task]:
    """Bring what is due for an order to where its thread stands; return the step that looks after it."""
    configuration = world.configuration()
    agreed = deadlines_for(configuration.directory.partners.get(order.partner), order.role)
    begun = [each for each in statements if each.kind in _BEGINNING]
    if agreed == _NOTHING or not begun:
        return []
    subject = min(begun, key=lambda each: (each.came_at, each.id)).subject
    own = configuration.directory.own
    calendar = calendar_for(own.calendars if own is not None else (), order.plant)
    due = {_name(subject, order, each): each for each in deadlines(thread, statements, agreed, terms, calendar)}
    promised = uow.promises_of(subject)
    known = {each.id: each for each in promised if f":{_short(order.id)}" in each.id}
    for name, each in due.items():
        _follow(uow, world, _Making(order, subject, agreed, calendar), name, each, known)
    for name, promise in known.items():
        if name not in due and promise.state in OPEN:
            cancel(uow, world, promise, "the order does not ask for it any more")
            promise.state = PromiseState.CANCELLED
    return chase(subject, order.tracking_id, list({each.id: each for each in (*promised, *known.values())}.values()))


class _Making:
    """What the promises of one order have in common."""

    def __init__(self, order: Order, subject: str, agreed: DeadlineTerms, calendar: Calendar) -> None:
        self._order, self._subject, self._agreed, self._calendar = order, subject, agreed, calendar

    def times(self, deadline: Deadline) -> dict[str, datetime | None]:
        """Return when it is due, and when a warning is."""
        warn = self._agreed.warn_before
        warns_at = (
            self._calendar.before(deadline.due_at, warn) if warn is not None and deadline.met_at is None else None
        )
        begins_at = deadline.begins_at
        if warns_at is not None and begins_at is not None and warns_at <= begins_at:
            warns_at = begins_at + (deadline.due_at - begins_at) / 2
        return {"due_at": deadline.due_at, "warns_at": warns_at}

    def promise(self, name: str, deadline: Deadline, now: datetime) -> Promise:
        """Return the row of something that begins to be due, or came before it was."""
        state = PromiseState.WAITING
        if deadline.met_at is not None:
            state = PromiseState.KEPT if deadline.met_at <= deadline.due_at else PromiseState.LATE
        order = self._order
        made = Promise(
            id=name,
            subject=self._subject,
            partner=order.partner,
            what=deadline.what,
            owed_by=OwedBy.PARTNER if order.role == "buyer" and deadline.what != POSTING else OwedBy.US,
            state=state,
            made_at=now,
            due_at=deadline.due_at,
            tracking_id=order.tracking_id,
            order_number=order.order_number,
            answer=deadline.met_by,
            settled_at=deadline.met_at,
        )
        made.warns_at = self.times(deadline)["warns_at"]
        return made


def _follow(
    uow: UnitOfWork, world: World, making: _Making, name: str, deadline: Deadline, known: dict[str, Promise]
) -> None:
    """Bring one promise to where the thread stands."""
    promise = known.get(name)
    if promise is None:
        known[name] = making.promise(name, deadline, world.clock())
        uow.add(known[name])
        return
    if deadline.met_at is not None:
        if promise.state in OPEN:
            keep(uow, world, promise, deadline.met_by or "")
        return
    times = making.times(deadline)
    moved = promise.due_at != deadline.due_at
    state = PromiseState(promise.state)
    if state in _SETTLED:
        state = PROMISE_LIFE.after(state, PromiseEvent.REOPEN)
    elif state == PromiseState.CANCELLED or (state == PromiseState.BROKEN and deadline.due_at > world.clock()):
        if state == PromiseState.BROKEN:
            cancel(uow, world, promise, f"it is due on {deadline.due_at:%Y-%m-%d %H:%M} UTC now")
        state = PROMISE_LIFE.after(PromiseState.CANCELLED, PromiseEvent.RENEW)
    elif not moved:
        return
    promise.state, promise.due_at, promise.warns_at = state, deadline.due_at, times["warns_at"]
    fresh = {"settled_at": None, "answer": None, "detail": None, "escalates_at": None}
    uow.change(Promise, name, state=state, **times, **(fresh if state == PromiseState.WAITING else {}))


def chase(subject: str, tracking_id: str, promises: Sequence[Promise]) -> list[Task]:
    """Return the step that looks at promises when the time of the first of them has come."""
    times = [each.due_at for each in promises if each.what in BY_THREAD and each.state == PromiseState.WAITING]
    times += [each.warns_at for each in promises if each.state == PromiseState.WAITING and each.warns_at]
    times += [each.escalates_at for each in promises if each.state == PromiseState.BROKEN and each.escalates_at]
    return chase_at(subject, tracking_id, min(times)) if times else []


def _name(subject: str, order: Order, deadline: Deadline) -> str:
    """Return the id of a promise: long numbers of orders and shipments would not fit into it."""
    return f"{subject}:{deadline.what}:{_short(order.id)}{_short(deadline.key)}"


def _short(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:10]


# What waits to be matched

# Who can bring what is missing, by what could not be compared. The others wait for our own warehouse, quality or production.
_THEIRS = {Check.NUMBER: OwedBy.PARTNER, Check.ORDER: OwedBy.PARTNER}


def follow_waiting(uow: UnitOfWork, world: World, order: Order, match: Match, before: str) -> list[Task]:
    """Note since when a document waits for what it is matched with, or that it waits no longer."""
    waiting = Verdict.WAITING.word
    name = waiting_name(match)
    if match.verdict != waiting:
        promise = uow.find(Promise, name) if before == waiting else None
        if promise is not None and promise.state in OPEN:
            cancel(uow, world, promise, "it waits no longer")
        return []
    partner = world.configuration().directory.partners.get(order.partner)
    matching = matching_for(partner, order.role, match.kind) if partner is not None else None
    if matching is None or not matching.agreed:
        return []
    due_at, whose = match.came_at + matching.waits, owed_by(match)
    promise = uow.find(Promise, name) if before else None
    if promise is None:
        made = Promise(
            id=name,
            subject=match.subject,
            partner=order.partner,
            what=MATCH,
            owed_by=whose,
            state=PromiseState.WAITING,
            made_at=world.clock(),
            due_at=due_at,
            tracking_id=order.tracking_id,
            order_number=order.order_number,
        )
        uow.add(made)
    elif promise.state == PromiseState.CANCELLED:
        state = PROMISE_LIFE.after(PromiseState.CANCELLED, PromiseEvent.RENEW)
        uow.change(Promise, name, state=state, owed_by=whose, due_at=due_at, settled_at=None, detail=None)
    else:
        uow.change(Promise, name, owed_by=whose)
    return chase(match.subject, order.tracking_id, uow.promises_of(match.subject))


def waiting_name(match: Match) -> str:
    """Return the id of the promise that what a match waits for will come."""
    return f"{match.subject}:{MATCH}:{_short(match.id)}"


def owed_by(match: Match) -> OwedBy:
    """Return who can bring what a match waits for."""
    missing = [each["check"] for each in match.findings if each["verdict"] == Verdict.WAITING.word]
    return next((_THEIRS[check] for check in missing if check in _THEIRS), OwedBy.US)
