"""What a relay asks of a message broker."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol

from gateway.errors import DeliveryError
from gateway.tracking.cloudevent import Numbered

SECONDS = 5.0  # How long a broker may take to confirm an event.


class BrokerAway(DeliveryError):
    """The message broker does not take events. Start it, or correct events: in gateway.yaml; nothing is lost meanwhile."""

    code = "broker-away"
    retryable = True


@dataclass(frozen=True, slots=True)
class Letter:
    """An event as it goes out."""

    numbered: Numbered
    body: bytes


class Publisher(Protocol):
    """A connection to a message broker, made when it is needed."""

    @property
    def address(self) -> str:
        """Where it is, for people."""

    async def publish(self, letter: Letter) -> None:
        """Return once the broker has stored it; raise BrokerAway. One that comes twice carries the same id."""

    async def close(self) -> None:
        """Let go of the connection, however it is."""


def subject_of(prefix: str, numbered: Numbered) -> str:
    """Return the subject of an event; the key is hashed, because order numbers hold what a subject may not."""
    key = hashlib.sha256(numbered.key.encode()).hexdigest()[:16]
    return f"{prefix}.{numbered.event.partner or '-'}.{key}.{numbered.event.type}"
