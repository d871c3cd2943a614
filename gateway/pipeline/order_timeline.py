"""The thread of an order as it is read: what was said and what happened in time order, and what to do where something is open.

Pure: what the ledger knows is handed in (`gateway.pipeline.order_views.OrderThread`), and so is the time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gateway.pipeline.order_views import OrderThread
from gateway.tracking.case import Case
from gateway.tracking.event import Event
from gateway.tracking.event_types import EVENT_TYPES
from gateway.tracking.order import Match
from gateway.tracking.promise import OPEN, OwedBy, Promise, next_action
from gateway.tracking.thread.statement import Kind, LineSaid, Statement

OUTSIDE, WAITING = "outside", "waiting"
_DOCUMENTS = "document"  # The source of what was said in a document between us and the partner.
_SHARED = ("document.", "acknowledgment.", "receipt.", "transmission.", "interchange.", "advice.", "message.")

_WORDS: dict[str, str] = {
    Kind.PLANNED: "planned",
    Kind.FORECAST: "forecast to the partner",
    Kind.CALLED: "called off from the partner",
    Kind.CREATED: "created",
    Kind.APPROVED: "approved",
    Kind.ORDERED: "ordered",
    Kind.TRANSMITTED: "with the partner",
    Kind.UNDERSTOOD: "could be read by the partner",
    Kind.REFUSED: "could not be read by the partner",
    Kind.CHANGED: "changed by us",
    Kind.ACKNOWLEDGED: "acknowledged",
    Kind.CHANGE_ANSWERED: "answer to the change",
    Kind.CANCELLED: "cancelled",
    Kind.SHIPPED: "shipped",
    Kind.MOVED: "on its way",
    Kind.RECEIVED: "received",
    Kind.POSTED: "posted by the ERP",
    Kind.HELD: "put on hold",
    Kind.RELEASED: "released",
    Kind.PASSED: "tests passed",
    Kind.INVOICED: "invoiced",
    Kind.ADJUSTED: "adjusted",
    Kind.PAID: "paid",
    Kind.CLOSED: "closed",
    Kind.DECIDED: "taken as it is",
}
_UNNUMBERED = (Kind.TRANSMITTED, Kind.UNDERSTOOD, Kind.REFUSED, Kind.DECIDED)  # Their number is only ours.
_LINES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline. ``kind``: said, happened, owed or case. ``open``: somebody must still do ``next_action``.

    ``subject`` is what it is about: a document, transmission or order. ``correlation_id`` is the same throughout the thread.
    """

    at: datetime
    kind: str
    type: str
    words: str
    subject: str
    tracking_id: str
    correlation_id: str
    open: bool = False
    next_action: str = ""
    verdict: str | None = None
    findings: list[dict[str, Any]] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)


def timeline(thread: OrderThread, now: datetime, *, inside: bool = True) -> list[Entry]:
    """Return the entries in time order. A partner (``inside`` is false) gets what is between it and us, and no more."""
    by_statement = {match.id: match for match in thread.matches}
    open_cases = {case.subject: case for case in thread.cases if case.closed_at is None}
    correlation = thread.order.tracking_id
    statements = [each for each in thread.statements if inside or shared(each)]
    entries = [_said(each, by_statement.get(each.id), open_cases, correlation, inside) for each in statements]
    entries += [_owed(promise, now, correlation) for promise in thread.promises]
    opened = {(case.subject, case.opened_at) for case in thread.cases}
    for event in thread.events:
        case_opens = event.type == "case.opened" and (event.subject, event.at) in opened
        if not case_opens and (inside or event.type.startswith(_SHARED)):
            entries.append(_happened(event, correlation, inside))
    if inside:
        entries += [_case(case, correlation) for case in thread.cases]
    return sorted(entries, key=lambda each: each.at)  # Stable: what was said comes before what followed from it.


def shared(statement: Statement) -> bool:
    """Tell whether a statement was made between us and the partner."""
    return statement.source == _DOCUMENTS


def for_partner(thread: OrderThread) -> OrderThread:
    """Return what a partner may see of a thread: nothing of what our own systems and people said, and no case."""
    told = {each.subject for each in thread.statements if not shared(each)}
    said = {each.id for each in thread.statements if shared(each)}
    return OrderThread(
        order=thread.order,
        lines=thread.lines,
        statements=[each for each in thread.statements if each.id in said],
        documents=[each for each in thread.documents if each.partner == thread.order.partner],
        transmissions=[each for each in thread.transmissions if each.id not in told],
        receipts=thread.receipts,
        promises=[each for each in thread.promises if each.subject not in told],
        matches=[each for each in thread.matches if each.id in said],
        events=[each for each in thread.events if each.subject not in told],
        cut=thread.cut,
    )


def _said(
    statement: Statement, match: Match | None, open_cases: dict[str, Case], correlation: str, inside: bool
) -> Entry:
    verdict = match.verdict if match is not None else None
    is_open = verdict in (OUTSIDE, WAITING)
    action = ""
    if is_open:
        case = open_cases.get(statement.subject)
        action = "wait: it is judged again by itself as soon as what is missing comes"
        if verdict == OUTSIDE:
            action = (
                case.next_action if case is not None and inside else "it is with a person; nothing goes on by itself"
            )
    number = f" {statement.number}" if statement.number and statement.kind not in _UNNUMBERED else ""
    source = "" if statement.source == _DOCUMENTS else f" (says {statement.source})"
    return Entry(
        at=statement.came_at,
        kind="said",
        type=statement.kind,
        words=f"{_WORDS.get(statement.kind, statement.kind)}{number}{source}{_lines(statement)}",
        subject=statement.subject,
        tracking_id=statement.tracking_id,
        correlation_id=correlation,
        open=is_open,
        next_action=action,
        verdict=verdict,
        findings=match.findings if match is not None else [],
    )


def _lines(statement: Statement) -> str:
    """Say in a few words what is said line by line."""
    said = [_line(each) for each in statement.said()[:_LINES_SHOWN]]
    more = len(statement.lines) - len(said)
    return (": " + "; ".join(said) if said else "") + (f"; and {more} more" if more > 0 else "")


def _line(said: LineSaid) -> str:
    parts = [f"line {said.line}" if said.line else next((value for _kind, value in said.items), "?")]
    if said.reply:
        parts.append(said.reply)
    if said.quantity is not None:
        parts.append(f"{said.quantity:f}" + (f" {said.unit}" if said.unit else ""))
    if said.price is not None:
        parts.append(f"at {said.price:f}")
    if said.on is not None:
        parts.append(f"for {said.on}")
    return " ".join(parts)


def _owed(promise: Promise, now: datetime, correlation: str) -> Entry:
    who = "the partner owes" if promise.owed_by == OwedBy.PARTNER else "we owe"
    ended = f", {promise.settled_at:%Y-%m-%d %H:%M}" if promise.settled_at is not None else ""
    is_open = promise.state in OPEN
    return Entry(
        at=promise.made_at,
        kind="owed",
        type=promise.what,
        words=f"{who}: {promise.what}, by {promise.due_at:%Y-%m-%d %H:%M} UTC ({promise.state}{ended})",
        subject=promise.subject,
        tracking_id=promise.tracking_id,
        correlation_id=correlation,
        open=is_open,
        next_action=next_action(promise, now) if is_open else "",
    )


def _happened(event: Event, correlation: str, inside: bool) -> Entry:
    row = EVENT_TYPES.get(event.type)
    return Entry(
        at=event.at,
        kind="happened",
        type=event.type,
        words=row.words if row is not None else event.type,
        subject=event.subject,
        tracking_id=event.tracking_id,
        correlation_id=correlation,
        data=event.data if inside else {},
    )


def _case(case: Case, correlation: str) -> Entry:
    is_open = case.closed_at is None
    settled = "" if is_open else f" (settled: {case.resolution})"
    return Entry(
        at=case.opened_at,
        kind="case",
        type=case.cause,
        words=f"case: {case.title}: {case.detail}{settled}",
        subject=case.subject,
        tracking_id=case.tracking_id,
        correlation_id=correlation,
        open=is_open,
        next_action=case.next_action if is_open else "",
    )
