"""Who has confirmed what: the receipt that we give for bytes that came to us, and the one that a partner owes for ours.

Every transport has its own: an MDN over AS2 (RFC 4130), an acceptance over SFTP. A receipt says "arrived, intact"; whether the
documents in it could be read is another question (`gateway.tracking.document.AcknowledgmentState`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from gateway.tracking.life import Life, Row


class ReceiptState(StrEnum):
    """Outbound, what the partner owes us: waiting to late. Inbound, what we owe: given to undeliverable.

    ``unsigned`` is an answer without the signature that was asked for, whatever it says: anybody could have written it.
    ``late`` is a good answer after its time. ``not_asked``: we agreed on none.
    """

    WAITING = "waiting"
    DELIVERED = "delivered"
    WITH_WARNING = "with_warning"
    FAILED = "failed"
    MIC_DIFFERS = "mic_differs"
    MIC_MISSING = "mic_missing"
    UNSIGNED = "unsigned"
    OVERDUE = "overdue"
    LATE = "late"
    GIVEN = "given"
    OWED = "owed"
    SENT = "sent"
    UNDELIVERABLE = "undeliverable"
    NOT_ASKED = "not_asked"


class ReceiptEvent(StrEnum):
    """What happens to a receipt."""

    CONFIRM = "confirm"
    WARN = "warn"
    FAIL = "fail"
    DIFFER = "differ in MIC"
    OMIT = "omit the MIC"
    LEAVE_UNSIGNED = "leave unsigned"
    EXPIRE = "expire"
    RESEND = "resend"
    SEND = "send"
    GIVE_UP = "give up"


_S, _E = ReceiptState, ReceiptEvent
# An answer that proves nothing keeps the place free for the one that does: a forged or broken MDN must not shut out the true one.
_DOUBTFUL = (_S.MIC_DIFFERS, _S.MIC_MISSING, _S.UNSIGNED)
_OPEN = (_S.WAITING, _S.OVERDUE, *_DOUBTFUL)
RECEIPT_LIFE: Life[ReceiptState, ReceiptEvent] = Life(
    "receipt",
    (
        # Outbound: the partner owes it.
        Row((_S.WAITING, *_DOUBTFUL), _E.CONFIRM, _S.DELIVERED),
        Row((_S.OVERDUE,), _E.CONFIRM, _S.LATE),
        Row(_OPEN, _E.WARN, _S.WITH_WARNING),
        Row(_OPEN, _E.FAIL, _S.FAILED),
        Row(_OPEN, _E.DIFFER, _S.MIC_DIFFERS),
        Row(_OPEN, _E.OMIT, _S.MIC_MISSING),
        Row(_OPEN, _E.LEAVE_UNSIGNED, _S.UNSIGNED),
        Row((_S.WAITING,), _E.EXPIRE, _S.OVERDUE),
        Row((_S.OVERDUE, _S.FAILED, *_DOUBTFUL), _E.RESEND, _S.WAITING),
        # Inbound: we owe it.
        Row((_S.OWED, _S.UNDELIVERABLE), _E.SEND, _S.SENT),
        Row((_S.OWED,), _E.GIVE_UP, _S.UNDELIVERABLE),
        Row((_S.SENT, _S.UNDELIVERABLE), _E.RESEND, _S.OWED),
    ),
)

# In these the partner has said that it has our bytes, and which.
CONFIRMED = frozenset((_S.DELIVERED, _S.LATE, _S.WITH_WARNING))


@dataclass(slots=True)
class Receipt:
    """A row of the ledger.

    ``direction`` is that of the bytes that it confirms: inbound ones we confirm, outbound ones the partner. ``source`` is who
    brought or gets them: ``partner:acme``, or ``unknown``. ``message_id`` is exactly what was received or sent, and ``digest``
    the SHA-256 of the body as it went over the wire: both together tell a repetition from another message under a used id.
    ``mic`` is ours, as Base64. ``reply_to`` is where an answer that comes later is posted. ``receipt`` is the digest under which
    the answer is kept, with its headers. ``evidence`` names everything else that was kept: name -> digest or words.
    """

    id: str
    direction: str
    source: str
    partner: str | None
    transport: str
    message_id: str
    digest: str
    state: str
    created_at: datetime
    tracking_id: str
    transmission_id: str | None = None
    disposition: str | None = None
    mic: str | None = None
    mic_algorithm: str | None = None
    reply_to: str | None = None
    receipt: str | None = None
    evidence: dict[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None
    received_at: datetime | None = None


def kept_of(receipt: Receipt) -> dict[str, str]:
    """Return what was kept with a receipt, by what it is: the request, the bytes signed, their signature, the answer."""
    named = {name: receipt.evidence.get(name) for name in ("request", "entity", "signature")}
    return {name: digest for name, digest in (named | {"receipt": receipt.receipt}).items() if digest}
