"""What a person may do about a case, by its cause. Drawn from by the console, the API and the command line."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """Something that may be done about a case."""

    REPLAY = "replay"  # Take it on from where it stopped.
    RECOMPUTE = "recompute"  # Judge and translate anew, then go on.
    SEND_AGAIN = "send again"
    ACCEPT = "accept"  # Take what differs as it is; what waits for it goes on.
    FIX = "fix"  # Say what an unknown item or unit is; it is kept, and all that waited for it goes on.
    CLOSE = "close"


_A = Action
_GOES_ON = (_A.REPLAY, _A.RECOMPUTE, _A.CLOSE)
_STOPPED = (_A.REPLAY, _A.CLOSE)
_SENT = (_A.SEND_AGAIN, _A.CLOSE)
_TOLD = (_A.CLOSE,)
_MADE_KNOWN = (_A.FIX, _A.CLOSE)
_JUDGED = (_A.ACCEPT, _A.CLOSE)

ACTIONS: dict[str, tuple[Action, ...]] = {
    "unknown-sender": _STOPPED,
    "unknown-receiver": _STOPPED,
    "wrong-sender": _STOPPED,
    "no-agreement": _GOES_ON,
    "not-readable": _TOLD,
    "interchange-rejected": _STOPPED,
    "group-rejected": _STOPPED,
    "document-rejected": _GOES_ON,
    "numbers-reused": _TOLD,
    "translation-failed": _GOES_ON,
    "totals-differ": _GOES_ON,
    "erp-rejected": _GOES_ON,
    "delivery-exhausted": _STOPPED,
    "compose-failed": _STOPPED,
    "acknowledgment-rejected": _SENT,
    "advice-rejected": _TOLD,
    "acknowledgment-overdue": _SENT,
    "promise-overdue": _SENT,
    "promise-overdue-by-us": _TOLD,
    "confirmation-overdue": _TOLD,
    "interchange-missing": _TOLD,
    "acknowledgment-orphan": _TOLD,
    "message-refused": _TOLD,
    "unknown-names": _TOLD,
    "receipt-address": _STOPPED,
    "receipt-undelivered": _STOPPED,
    "receipt-failed": _STOPPED,
    "receipt-warning": _TOLD,
    "receipt-doubtful": _STOPPED,
    "receipt-overdue": _STOPPED,
    "receipt-orphan": _TOLD,
    "certificate-expiring": _TOLD,
    "server-not-read": _TOLD,
    "file-not-fetched": _TOLD,
    "order-differs": _JUDGED,
    "cumulative-differs": _TOLD,
    "acknowledgment-differs": _JUDGED,
    "shipment-differs": _JUDGED,
    "receipt-differs": _JUDGED,
    "invoice-differs": _JUDGED,
    "item-unknown": _MADE_KNOWN,
    "line-unknown": _TOLD,
    "unit-unknown": _MADE_KNOWN,
    "statement-contradicts": _JUDGED,
    "order-unknown": _TOLD,
    "ship-notice-overdue": _TOLD,
    "invoice-overdue": _TOLD,
    "posting-overdue": _TOLD,
    "match-waiting": _JUDGED,
    "line-misnamed": _TOLD,
    "clock-wrong": _TOLD,
    "quarantine-broken": _JUDGED,
    "over-consumption": _JUDGED,
    "reconciliation-differs": _TOLD,
    "report-missing": _TOLD,
    "wrong-system": _TOLD,
    "internal": _GOES_ON,
}


def actions_for(cause: str) -> tuple[Action, ...]:
    """Return what may be done about a case with this cause."""
    return ACTIONS.get(cause, _TOLD)
