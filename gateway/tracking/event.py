"""What happened, once and for all: the timeline of a document and the outbox of events are the same rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Event:
    """A row of the ledger; ``type`` is such as ``document.delivered``. ``subject`` is a document, transmission or order.

    The ledger numbers events in the order of their commits; that number is an event's id.
    """

    type: str
    at: datetime
    subject: str
    partner: str | None
    tracking_id: str
    data: dict[str, Any] = field(default_factory=dict)
