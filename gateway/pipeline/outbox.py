"""What the ledger tells of its events to those who pass them on: sinks, each with a cursor that is never ahead of what it did.

A sink is the message broker, or a webhook. Whoever keeps the ledger fulfils `Outbox`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from gateway.pipeline.views import Page
from gateway.tracking.cloudevent import Numbered


class SinkState(StrEnum):
    """Whether a sink takes events."""

    OPEN = "open"
    AWAY = "away"


class Begin(StrEnum):
    """From where a sink is served that was not there before."""

    FIRST = "first"
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some events behind a cursor in their order, and where the cursor stands behind them; ``more``: there are others."""

    events: list[Numbered]
    position: int
    more: bool


@dataclass(frozen=True, slots=True)
class Selection:
    """Which events; an empty tuple asks for all."""

    types: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()


ALL = Selection()


@dataclass(slots=True)
class Undelivered:
    """An event that a webhook did not take: it waits for its next try, or is a dead letter (``died_at``).

    ``body`` is what was sent and will be sent again, byte for byte.
    """

    id: str
    sink: str
    position: int
    event_id: str
    type: str
    key: str
    body: str
    attempts: int
    first_tried_at: datetime
    due_at: datetime | None
    detail: str
    died_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SinkReport:
    """How it stands with a sink. ``behind``: events between its cursor and the end of the log."""

    name: str
    position: int
    behind: int
    state: SinkState
    detail: str
    since: datetime
    waiting: int = 0
    dead: int = 0


@dataclass(slots=True)
class Changes:
    """What one commit writes for a sink."""

    position: int | None = None
    waiting: list[Undelivered] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)


class Outbox(Protocol):
    """The log of events, and how far each sink has come."""

    async def after(self, position: int, limit: int, selection: Selection = ALL) -> Stretch:
        """Return events behind ``position`` which no transaction can precede any more."""

    async def opened(self, sink: str, begin: Begin, now: datetime) -> int:
        """Return the cursor of a sink; a new one begins where ``begin`` says, from this moment on."""

    async def write(self, sink: str, changes: Changes, now: datetime) -> None:
        """Commit how far a sink has come and what it did not take. A cursor never goes back."""

    async def tell(self, sink: str, state: SinkState, detail: str, now: datetime) -> None:
        """Note whether a sink takes events."""

    async def waiting(self, sink: str) -> list[tuple[str, datetime]]:
        """Return the keys of what waits to be tried again, with the time of the first one of each."""

    async def due(self, sink: str, now: datetime, limit: int) -> list[Undelivered]:
        """Return what is to be tried now: the first one of each key, the oldest first."""

    async def reports(self) -> list[SinkReport]:
        """Return how it stands with each sink."""

    async def dead(self, sink: str | None, after: int, limit: int) -> Page[Undelivered]:
        """Return dead letters, in the order in which they were first tried."""

    async def revive(self, sink: str | None, letter: str | None, now: datetime) -> int:
        """Put dead letters on their way again, one or all of a sink; return how many."""
