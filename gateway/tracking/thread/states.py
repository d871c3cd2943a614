"""The life of a line of an order, and of the whole order, as tables. The diagram in the documentation is drawn from them.

The acknowledgment layer (MDN, TA1, 997) runs beside this life. The one row that a 997 moves is its own: ``understood`` says that
the partner could read the order, and nothing else is ever inferred from it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from gateway.tracking.life import Life, Row


class LineState(StrEnum):
    """How far a line of an order is, or a whole order. ``unknown``: documents name an order that nobody told us of."""

    UNKNOWN = "unknown"
    CREATED = "created"
    APPROVED = "approved"
    TRANSMITTED = "transmitted"
    UNDERSTOOD = "understood"
    ACCEPTED = "accepted"
    CHANGED = "changed"
    REJECTED = "rejected"
    BACKORDERED = "backordered"
    SPLIT = "split"
    REVISED = "revised"
    SHIPPED = "shipped"
    IN_TRANSIT = "in_transit"
    PARTLY_RECEIVED = "partly_received"
    RECEIVED = "received"
    ON_HOLD = "on_hold"
    INVOICED = "invoiced"
    MATCHED = "matched"
    DISPUTED = "disputed"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Trigger(StrEnum):
    """What moves a line."""

    CREATE = "create"
    APPROVE = "approve"
    TRANSMIT = "transmit"
    UNDERSTAND = "understand"
    REFUSE = "refuse"
    ACCEPT = "accept"
    CHANGE = "change"
    REJECT = "reject"
    BACKORDER = "backorder"
    SPLIT = "split"
    REVISE = "revise"
    SHIP = "ship"
    DEPART = "depart"
    RECEIVE_PART = "receive part"
    RECEIVE_ALL = "receive all"
    HOLD = "hold"
    INVOICE = "invoice"
    MATCH = "match"
    DISPUTE = "dispute"
    CLOSE = "close"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Transition(Row[LineState, Trigger]):
    """A row: who moves it, against which clock, by which document or event, what else may happen, what undoes it."""

    owner: str = ""
    clock: str = ""
    contract: str = ""
    exception: str = ""
    compensation: str = ""


_S, _T = LineState, Trigger
_ANSWERED = (_S.ACCEPTED, _S.CHANGED, _S.BACKORDERED, _S.SPLIT)
_SENT = (_S.TRANSMITTED, _S.UNDERSTOOD)
_ALIVE = (*_SENT, *_ANSWERED, _S.REVISED)
_MOVING = (_S.SHIPPED, _S.IN_TRANSIT)
_PAYABLE = (_S.RECEIVED, _S.PARTLY_RECEIVED, *_MOVING)

LINE_LIFE: Life[LineState, Trigger] = Life(
    "order line",
    (
        Transition((_S.UNKNOWN,), _T.CREATE, _S.CREATED,
                   "procurement", "none", "purchase order, naming its planned orders",
                   "an order that is known already: the first one counts", "cancel"),
        Transition((_S.CREATED,), _T.APPROVE, _S.APPROVED,
                   "procurement", "release of the order", "approval, or the order from the ERP",
                   "not approved: it stays created", "cancel"),
        Transition((_S.APPROVED, _S.REVISED), _T.TRANSMIT, _S.TRANSMITTED,
                   "gateway", "retries of the agreement", "850 with the partner",
                   "partner unreachable: case delivery-exhausted", "860 or cancellation"),
        Transition((_S.TRANSMITTED,), _T.UNDERSTAND, _S.UNDERSTOOD,
                   "partner", "acknowledgment.within", "997 or 999, accepted",
                   "overdue: case acknowledgment-overdue", "none: it says only that the order can be read"),
        Transition(_SENT, _T.REFUSE, _S.APPROVED,
                   "data", "at once", "997 or 999, rejected",
                   "case acknowledgment-rejected", "send it anew"),
        Transition((*_ALIVE, _S.REJECTED), _T.ACCEPT, _S.ACCEPTED,
                   "partner", "promises 855", "855 or 865, line accepted",
                   "overdue: case promise-overdue", "860"),
        Transition((*_ALIVE, _S.REJECTED), _T.CHANGE, _S.CHANGED,
                   "partner", "promises 855", "855 or 865, line changed",
                   "outside of the tolerance: case acknowledgment-differs", "860, or accept the change"),
        Transition((*_ALIVE, _S.REJECTED), _T.SPLIT, _S.SPLIT,
                   "partner", "promises 855", "855, one line on several dates",
                   "outside of the tolerance: case acknowledgment-differs", "860"),
        Transition((*_ALIVE, _S.REJECTED), _T.BACKORDER, _S.BACKORDERED,
                   "partner", "promises 855", "855, line backordered",
                   "case acknowledgment-differs", "860, or another supplier"),
        Transition(_ALIVE, _T.REJECT, _S.REJECTED,
                   "partner", "promises 855", "855 or 865, line rejected",
                   "case acknowledgment-differs", "another supplier"),
        Transition((*_ALIVE, _S.REJECTED), _T.REVISE, _S.REVISED,
                   "procurement", "promises 865 or 855", "860",
                   "crossing acknowledgment: judged against what it answers", "one more 860"),
        Transition((*_ALIVE, *_MOVING), _T.SHIP, _S.SHIPPED,
                   "partner", "promises 856, or the date promised", "856",
                   "more than ordered or another item: case shipment-differs", "replacement or cancellation of the 856"),
        Transition((_S.SHIPPED,), _T.DEPART, _S.IN_TRANSIT,
                   "carrier", "the date promised", "214 or an event of the TMS",
                   "late milestone: event shipment.late", "none"),
        Transition((*_MOVING, *_ALIVE), _T.RECEIVE_PART, _S.PARTLY_RECEIVED,
                   "warehouse", "receipt_within", "receipt of the WMS, 861 or 944",
                   "less or more than shipped: case receipt-differs", "correction of the receipt"),
        Transition((*_MOVING, *_ALIVE), _T.RECEIVE_ALL, _S.RECEIVED,
                   "warehouse", "receipt_within", "receipt of the WMS, 861 or 944",
                   "less or more than shipped: case receipt-differs", "correction of the receipt"),
        Transition((_S.RECEIVED, _S.PARTLY_RECEIVED), _T.HOLD, _S.ON_HOLD,
                   "quality", "none", "hold of the QMS, 842 or 863",
                   "consumption of what is held: case quarantine-broken", "release"),
        Transition((*_PAYABLE, *_ALIVE), _T.INVOICE, _S.INVOICED,
                   "partner", "promises 810", "810",
                   "before the goods: it waits and is judged again", "replacement or cancellation of the 810"),
        Transition((_S.INVOICED,), _T.MATCH, _S.MATCHED,
                   "gateway", "at once", "810 against order and receipt",
                   "outside of the tolerance: disputed", "812"),
        Transition((_S.INVOICED, _S.ON_HOLD, *_PAYABLE, *_ALIVE), _T.DISPUTE, _S.DISPUTED,
                   "finance", "review of the case", "810 outside of the tolerance",
                   "case invoice-differs", "812, a corrected 810, or a decision"),
        Transition((_S.MATCHED, _S.RECEIVED), _T.CLOSE, _S.CLOSED,
                   "finance", "terms of payment", "820, or the order closed in the ERP",
                   "none", "none"),
        Transition((_S.CREATED, _S.APPROVED, *_ALIVE, _S.REJECTED), _T.CANCEL, _S.CANCELLED,
                   "procurement", "none", "860 that deletes, 850 that cancels",
                   "after shipment: case too-late-to-cancel", "a new order"),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rollup:
    """A row: the order is in ``state`` when one (``any``) or each (``all``) of its lines is in one of ``lines``."""

    state: LineState
    how: str
    lines: frozenset[LineState]

    def holds(self, lines: Collection[LineState]) -> bool:
        """Tell whether the row holds for the states of an order's lines."""
        inside = [state in self.lines for state in lines]
        return any(inside) if self.how == "any" else all(inside)


def _of(*states: LineState) -> frozenset[LineState]:
    return frozenset(states)


_ENDED = _of(_S.CLOSED, _S.CANCELLED, _S.REJECTED)
# The first row that holds counts: what needs somebody comes first, then the farthest point that all lines have passed.
ORDER_ROLLUP: tuple[Rollup, ...] = (
    Rollup(_S.CANCELLED, "all", _of(_S.CANCELLED)),
    Rollup(_S.REJECTED, "all", _of(_S.CANCELLED, _S.REJECTED)),
    Rollup(_S.CLOSED, "all", _ENDED),
    Rollup(_S.DISPUTED, "any", _of(_S.DISPUTED)),
    Rollup(_S.ON_HOLD, "any", _of(_S.ON_HOLD)),
    Rollup(_S.MATCHED, "all", _ENDED | _of(_S.MATCHED)),
    Rollup(_S.INVOICED, "all", _ENDED | _of(_S.MATCHED, _S.INVOICED)),
    Rollup(_S.RECEIVED, "all", _ENDED | _of(_S.MATCHED, _S.INVOICED, _S.RECEIVED)),
    Rollup(_S.PARTLY_RECEIVED, "any", _of(_S.MATCHED, _S.INVOICED, _S.RECEIVED, _S.PARTLY_RECEIVED, _S.CLOSED)),
    Rollup(_S.IN_TRANSIT, "any", _of(_S.IN_TRANSIT)),
    Rollup(_S.SHIPPED, "any", _of(_S.SHIPPED)),
    Rollup(_S.REVISED, "any", _of(_S.REVISED)),
    Rollup(_S.BACKORDERED, "any", _of(_S.BACKORDERED)),
    Rollup(_S.CHANGED, "any", _of(_S.CHANGED, _S.REJECTED)),
    Rollup(_S.SPLIT, "any", _of(_S.SPLIT)),
    Rollup(_S.ACCEPTED, "all", _ENDED | _of(_S.ACCEPTED)),
    Rollup(_S.UNDERSTOOD, "all", _ENDED | _of(_S.ACCEPTED, _S.UNDERSTOOD)),
    Rollup(_S.TRANSMITTED, "all", _ENDED | _of(_S.ACCEPTED, _S.UNDERSTOOD, _S.TRANSMITTED)),
    Rollup(_S.APPROVED, "any", _of(_S.APPROVED, _S.TRANSMITTED, _S.UNDERSTOOD, _S.ACCEPTED)),
    Rollup(_S.CREATED, "any", _of(_S.CREATED)),
)

OPEN_STATES = frozenset(LineState) - _of(_S.CLOSED, _S.CANCELLED, _S.REJECTED, _S.MATCHED)
AWAITING_ACKNOWLEDGMENT = _of(_S.TRANSMITTED, _S.UNDERSTOOD, _S.REVISED)


def order_state(lines: Iterable[LineState]) -> LineState:
    """Return the state of an order from those of its lines; one without lines is unknown."""
    states = list(lines)
    if not states:
        return LineState.UNKNOWN
    return next((row.state for row in ORDER_ROLLUP if row.holds(states)), LineState.UNKNOWN)
