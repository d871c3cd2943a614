"""An alert: that somebody is to be told of a case, by mail. Knows no mail server, no address and no rule."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.tracking.case import Case


class AlertState(StrEnum):
    """What became of an alert."""

    WAITING = "waiting"
    SENT = "sent"
    DROPPED = "dropped"


@dataclass(slots=True)
class Alert:
    """A row of the ledger: one a case and rule, for as long as the case is open.

    ``due_at`` is when it is sent, or tried again. ``mail`` names the mail that it is put into, before that is sent; ``note`` is
    why it was dropped or what the server said last. ``case_closed_at`` frees the row: a case that opens again is told of again.
    """

    id: str
    case_id: str
    rule: str
    state: str
    opened_at: datetime
    due_at: datetime
    mail: str = ""
    attempts: int = 0
    first_tried_at: datetime | None = None
    note: str = ""
    done_at: datetime | None = None
    case_closed_at: datetime | None = None


def alert_id(case_id: str, rule: str) -> str:
    """Return the id of the alert of a rule about a case."""
    return f"{case_id}#{rule}"


def alert_of(case: Case, rule: str, due_at: datetime) -> Alert:
    """Return the alert of a rule about a case that is open."""
    return Alert(alert_id(case.id, rule), case.id, rule, AlertState.WAITING, case.opened_at, due_at)


def drop(alert: Alert, note: str, at: datetime) -> None:
    """Note that nobody will be told, and why."""
    alert.state, alert.note, alert.done_at = AlertState.DROPPED, note, at


def mail_name(alerts: Iterable[Alert]) -> str:
    """Return the name of the mail that tells of these: the same at each try, another one when a case opens again."""
    told = "\n".join(sorted(f"{each.id}|{each.opened_at.isoformat()}" for each in alerts))
    return hashlib.sha256(told.encode()).hexdigest()[:32]
