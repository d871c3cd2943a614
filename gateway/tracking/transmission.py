"""One transfer over one transport: the exact bytes, who brought them, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from gateway.tracking.life import Life, Row


class TransmissionState(StrEnum):
    """Inbound: received, read, refused. Outbound: waiting, sent. Either: parked."""

    RECEIVED = "received"
    READ = "read"
    REFUSED = "refused"
    WAITING = "waiting"
    SENT = "sent"
    PARKED = "parked"


class TransmissionEvent(StrEnum):
    """What happens to a transmission."""

    READ = "read"
    REFUSED = "refused"
    SENT = "sent"
    PARKED = "parked"
    REPLAYED = "replayed"


_S, _E = TransmissionState, TransmissionEvent
TRANSMISSION_LIFE: Life[TransmissionState, TransmissionEvent] = Life(
    "transmission",
    (
        Row((_S.RECEIVED, _S.READ, _S.REFUSED, _S.PARKED), _E.READ, _S.READ),
        Row((_S.RECEIVED, _S.READ, _S.REFUSED, _S.PARKED), _E.REFUSED, _S.REFUSED),
        Row((_S.WAITING, _S.SENT, _S.PARKED), _E.SENT, _S.SENT),
        Row((_S.RECEIVED, _S.WAITING, _S.PARKED), _E.PARKED, _S.PARKED),
        Row((_S.READ, _S.REFUSED), _E.REPLAYED, _S.RECEIVED),
        Row((_S.SENT, _S.PARKED), _E.REPLAYED, _S.WAITING),
    ),
)


@dataclass(slots=True)
class Transmission:
    """A row of the ledger. ``source`` is who brought or gets it: ``partner:acme``, ``erp:main``, or ``unknown``.

    ``digest`` is the SHA-256 of the bytes, under which the vault holds them; ``size`` is in bytes.
    ``faults`` are those of envelopes and of bytes outside of every interchange, explained; a document has its own.
    ``purged_at`` is when the bytes of it and of its documents and receipts were deleted; the records stay.
    """

    id: str
    direction: str
    source: str
    partner: str | None
    transport: str
    created_at: datetime
    digest: str
    size: int
    content_type: str
    state: str
    tracking_id: str
    name: str | None = None
    remote: str | None = None
    idempotency_key: str | None = None
    control_number: str | None = None
    detail: str | None = None
    sent_at: datetime | None = None
    faults: list[dict[str, Any]] = field(default_factory=list)
    purged_at: datetime | None = None
