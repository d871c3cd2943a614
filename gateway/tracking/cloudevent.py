"""An event as CloudEvents 1.0 in JSON. Knows nothing of brokers, of HTTP, or of where the event was kept.

CloudEvents 1.0.2 clauses 3.1 to 3.3; of the documented extensions it uses `partitionkey` and `sequence`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.tracking.event import Event
from gateway.tracking.event_types import published

MEDIA_TYPE = "application/cloudevents+json"
SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Numbered:
    """An event with its place in the log, and the purchase order of the document that it is about, where there is one."""

    position: int
    event: Event
    order_number: str | None = None

    @property
    def id(self) -> str:
        """The id under which it is published: the same at each time, and another in each ledger.

        A ledger that is begun anew counts from 1 again, so the number alone would make its events look like copies.
        """
        event = self.event
        told = f"{self.position}|{event.type}|{event.subject}|{event.tracking_id}|{stamp(event.at)}"
        return f"{self.position}-{hashlib.sha256(told.encode()).hexdigest()[:16]}"

    @property
    def key(self) -> str:
        """Whose order is kept: that of the events of a purchase order, or else of a document or transmission."""
        return f"{self.event.partner or '-'}/{self.order_number or self.event.subject}"


def schema_id(kind: str) -> str:
    """Return the name of the schema of a type's data."""
    return f"urn:partner-gateway:event:{kind}:{SCHEMA_VERSION}"


def stamp(at: datetime) -> str:
    """Return a UTC time as RFC 3339, always with microseconds."""
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


def to_cloudevent(numbered: Numbered, source: str) -> dict[str, Any]:
    """Return the attributes and the data of an event; ``source`` is a URI reference that names this gateway."""
    event = numbered.event
    attributes = {
        "specversion": "1.0",
        "id": numbered.id,
        "source": source,
        "type": event.type,
        "subject": event.subject,
        "time": stamp(event.at),
        "datacontenttype": "application/json",
        "dataschema": schema_id(event.type),
        "sequence": f"{numbered.position:019d}",  # Sorts as text, as the extension asks.
        "partitionkey": numbered.key,
        "trackingid": event.tracking_id,
    }
    if event.partner is not None:
        attributes["partner"] = event.partner
    return {**attributes, "data": published(event.type, event.data)}


def to_json(numbered: Numbered, source: str) -> bytes:
    """Return the event in structured mode: one JSON object, the same bytes at each time."""
    return json.dumps(to_cloudevent(numbered, source), separators=(",", ":")).encode()
