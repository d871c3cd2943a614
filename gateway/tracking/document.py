"""The business thing that one transaction set carries, and its life in both directions.

The acknowledgment layer runs beside the life: whether a document could be read says nothing about whether it was sent or
delivered, and a state is never inferred from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from gateway.tracking.life import Life, Row


class DocumentState(StrEnum):
    """Inbound: received, accepted, rejected, translated, delivered. Outbound: accepted, composed, sent. And the exits."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    TRANSLATED = "translated"
    DELIVERED = "delivered"
    COMPOSED = "composed"
    SENT = "sent"
    RECONCILED = "reconciled"
    DUPLICATE = "duplicate"
    SET_ASIDE = "set_aside"
    PARKED = "parked"


class DocumentEvent(StrEnum):
    """What happens to a document."""

    ACCEPT = "accept"
    REJECT = "reject"
    TRANSLATE = "translate"
    DELIVER = "deliver"
    COMPOSE = "compose"
    SEND = "send"
    RECONCILE = "reconcile"
    SET_ASIDE = "set aside"
    PARK = "park"
    REPLAY = "replay"
    DELIVER_AGAIN = "deliver again"


_S, _E = DocumentState, DocumentEvent
DOCUMENT_LIFE: Life[DocumentState, DocumentEvent] = Life(
    "document",
    (
        # Inbound
        Row((_S.RECEIVED, _S.REJECTED, _S.PARKED), _E.ACCEPT, _S.ACCEPTED),
        Row((_S.RECEIVED, _S.REJECTED, _S.PARKED), _E.REJECT, _S.REJECTED),
        Row((_S.ACCEPTED, _S.PARKED), _E.TRANSLATE, _S.TRANSLATED),
        Row((_S.TRANSLATED, _S.PARKED), _E.DELIVER, _S.DELIVERED),
        Row((_S.TRANSLATED,), _E.SET_ASIDE, _S.SET_ASIDE),
        Row((_S.RECEIVED, _S.ACCEPTED), _E.RECONCILE, _S.RECONCILED),
        # Outbound
        Row((_S.ACCEPTED, _S.PARKED), _E.COMPOSE, _S.COMPOSED),
        Row((_S.COMPOSED, _S.PARKED), _E.SEND, _S.SENT),
        # Both
        Row((_S.RECEIVED, _S.ACCEPTED, _S.TRANSLATED, _S.COMPOSED), _E.PARK, _S.PARKED),
        Row((_S.PARKED, _S.REJECTED, _S.SET_ASIDE, _S.DELIVERED), _E.REPLAY, _S.RECEIVED),
        Row((_S.SENT,), _E.REPLAY, _S.COMPOSED),
        Row((_S.DELIVERED,), _E.DELIVER_AGAIN, _S.TRANSLATED),
    ),
)


class AcknowledgmentState(StrEnum):
    """Whether the other side could read it; for an inbound document, what we answered.

    With an acknowledgment of a partner itself it says what it was: the first verdict on what we sent, one that came ``late``, a
    ``duplicate`` of a verdict that was known, or an ``orphan`` that answers nothing of ours.
    """

    NONE = "none"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    WITH_ERRORS = "accepted_with_errors"
    REJECTED = "rejected"
    OVERDUE = "overdue"
    LATE = "late"
    DUPLICATE = "duplicate"
    ORPHAN = "orphan"


@dataclass(slots=True)
class Document:
    """A row of the ledger.

    ``id`` is the transmission's id with the number of the document in it (``...-1``), so that reading the same bytes again
    gives the same ids. ``offset`` and ``length`` are bytes in the transmission. ``canonical`` is the digest of the message,
    ``delivered`` of the one that the ERP has; ``delivery_key`` is there when it was to go under another key than the id.
    ``replay`` names the replay that sent the document on its way last. ``erp`` is the one that was decided for it, where
    documents are routed; without one its agreement says so.
    """

    id: str
    transmission_id: str
    direction: str
    partner: str
    set_id: str
    state: str
    created_at: datetime
    updated_at: datetime
    tracking_id: str
    version: str = ""
    agreement: str = ""
    sender: str = ""
    receiver: str = ""
    interchange_number: str = ""
    group_id: str = ""
    group_number: str = ""
    control_number: str = ""
    test: bool = False
    offset: int = 0
    length: int = 0
    delimiters: list[str] = field(default_factory=list)
    digest: str = ""
    acknowledgment: str = AcknowledgmentState.NONE
    acknowledged_at: datetime | None = None
    document_number: str | None = None
    order_number: str | None = None
    canonical: str | None = None
    role: str = ""
    faults: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    answers: str | None = None
    duplicate_of: str | None = None
    sent_in: str | None = None
    erp_reference: str | None = None
    detail: str | None = None
    delivery_key: str | None = None
    delivered: str | None = None
    replay: str | None = None
    erp: str | None = None
