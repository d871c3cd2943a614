"""A promise: who owes what for a document, by when. Its life as a table, and what each kind of promise is called.

Both sides owe: the partner confirms, acknowledges and answers what we send; we answer what it orders, and our ERP takes what
came in. Pure: when something is due and whether it came is told from outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.tracking.life import Life, Row

# What may be owed beside transaction sets, which are called by their numbers.
ACKNOWLEDGMENT = "acknowledgment"  # A 997 or 999, whichever the other side sends.
INTERCHANGE_ACKNOWLEDGMENT = "TA1"
RECEIPT = "receipt"  # An MDN over AS2.
CONFIRMATION = "confirmation"  # Our ERP has the document.
INTERCHANGE = "interchange"  # An interchange whose number was skipped.
ADVICE = "824"
SHIP_NOTICE = "ship notice"  # By a day that the order names, beside the 856 that is due so long after it.
INVOICE = "invoice"  # By a day that follows a shipment.
POSTING = "posting"  # Of a receipt of the warehouse, by the ERP.
MATCH = "match"  # What a document waits for that can't be matched yet.

# What keeps a promise about the document itself; the others are answers to its purchase order.
ABOUT_DOCUMENT = frozenset((ACKNOWLEDGMENT, INTERCHANGE_ACKNOWLEDGMENT, RECEIPT, CONFIRMATION, INTERCHANGE, ADVICE))

# What the thread of an order makes and keeps, and the set that is meant.
BY_THREAD = {SHIP_NOTICE: "856", INVOICE: "810", POSTING: "posting", MATCH: "match"}


class PromiseState(StrEnum):
    """Waiting for it; kept in time; broken: its time is over; late: kept after its time; cancelled: nobody waits any more."""

    WAITING = "waiting"
    KEPT = "kept"
    BROKEN = "broken"
    LATE = "late"
    CANCELLED = "cancelled"


class PromiseEvent(StrEnum):
    """What happens to a promise."""

    KEEP = "keep"
    EXPIRE = "expire"
    RENEW = "renew"
    CANCEL = "cancel"
    REOPEN = "reopen"


_S, _E = PromiseState, PromiseEvent
PROMISE_LIFE: Life[PromiseState, PromiseEvent] = Life(
    "promise",
    (
        Row((_S.WAITING,), _E.KEEP, _S.KEPT),
        Row((_S.BROKEN,), _E.KEEP, _S.LATE),
        Row((_S.WAITING,), _E.EXPIRE, _S.BROKEN),
        # What is sent again is owed again. What was kept stays kept: a second copy of ours asks for nothing new.
        Row((_S.WAITING, _S.BROKEN, _S.CANCELLED), _E.RENEW, _S.WAITING),
        Row((_S.WAITING, _S.BROKEN), _E.CANCEL, _S.CANCELLED),
        # What kept it was taken back, or is not enough any more.
        Row((_S.KEPT, _S.LATE), _E.REOPEN, _S.WAITING),
    ),
)

# In these somebody is still waited for.
OPEN = (_S.WAITING, _S.BROKEN)


class OwedBy(StrEnum):
    """Whose turn it is."""

    PARTNER = "partner"
    US = "us"


@dataclass(slots=True)
class Promise:
    """A row of the ledger. ``subject`` is the document or transmission for which ``what`` is owed.

    ``answer`` is the document that is about to keep it, or has kept it. ``resends_left`` says how often the subject is sent
    again before the promise is broken; ``warns_at`` is when it is said that it is due soon, ``escalates_at`` when a broken one
    goes to the next person.
    """

    id: str
    subject: str
    partner: str
    what: str
    owed_by: str
    state: str
    made_at: datetime
    due_at: datetime
    tracking_id: str
    order_number: str | None = None
    answer: str | None = None
    settled_at: datetime | None = None
    resends_left: int = 0
    escalates_at: datetime | None = None
    warns_at: datetime | None = None
    detail: str | None = None


def promise_id(subject: str, what: str) -> str:
    """Return the id of a promise: one subject has each kind once."""
    return f"{subject}:{what}"


def next_action(promise: Promise, now: datetime) -> str:
    """Say in words what is done next about a promise, and by whom."""
    if promise.state == PromiseState.WAITING:
        then = "it is sent again" if promise.resends_left else "a case is opened"
        return f"wait; when nothing came by {promise.due_at:%Y-%m-%d %H:%M} UTC, {then}"
    if promise.state == PromiseState.BROKEN:
        if promise.what == POSTING:
            return "look in the ERP why the receipt is not posted, and post it"
        if promise.owed_by == OwedBy.US:
            return "look in the ERP why it was not sent, and send it"
        if promise.escalates_at is not None and promise.escalates_at > now:
            return f"ask the partner for it; after {promise.escalates_at:%Y-%m-%d %H:%M} UTC the case is escalated"
        return "ask the partner for it"
    return "nothing"
