"""What the doors for events say, as models: the source of their description."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from gateway.pipeline.outbox import SinkReport, SinkState, Undelivered
from gateway.tracking.cloudevent import Numbered, to_cloudevent


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True)


class EventRow(_Body):
    """An event as CloudEvents 1.0 in structured mode; what ``data`` holds for each type stands in docs/asyncapi.yaml."""

    specversion: str
    id: str = Field(description="The same event has the same id wherever it comes from: API, broker or webhook.")
    source: str
    type: str
    subject: str = Field(description="Id of the document, transmission or other record that it is about.")
    time: datetime
    datacontenttype: str
    dataschema: str
    sequence: str = Field(description="Its place in the log, in 19 digits: as a number it is the cursor behind it.")
    partitionkey: str = Field(description="Events with the same key stay in their order: those of a purchase order.")
    trackingid: str
    partner: str | None = None
    data: dict[str, Any]

    @classmethod
    def of(cls, numbered: Numbered, source: str) -> EventRow:
        """Show an event."""
        return cls(**to_cloudevent(numbered, source))


class EventList(_Body):
    """Some events. Ask again with ``after``: at once while there is more, else later; nothing is skipped."""

    items: list[EventRow]
    after: int = Field(description="The cursor behind what was looked at.")
    more: bool = Field(description="Whether there is more to look at already.")


class SinkRow(_Body):
    """How it stands with the broker or a webhook."""

    name: str
    state: SinkState
    detail: str
    since: datetime = Field(description="When its state changed last.")
    position: int = Field(description="The last event of the log that it is done with.")
    behind: int = Field(description="How many events of the log it has not come to.")
    waiting: int = Field(description="Events that it did not take and that are tried again.")
    dead: int = Field(description="Dead letters.")

    @classmethod
    def of(cls, report: SinkReport) -> SinkRow:
        """Show a sink."""
        return cls(**{name: getattr(report, name) for name in cls.model_fields})


class SinkList(_Body):
    """The broker and the webhooks of gateway.yaml."""

    items: list[SinkRow]


class DeadLetter(_Body):
    """An event that a webhook did not take in all its time. It stays until somebody sends it again."""

    id: str
    webhook: str
    type: str
    event: str = Field(description="The event as it was sent.")
    attempts: int
    reason: str
    first_tried_at: datetime
    died_at: datetime | None

    @classmethod
    def of(cls, letter: Undelivered) -> DeadLetter:
        """Show a dead letter."""
        return cls(
            id=letter.id,
            webhook=letter.sink.partition(".")[2],
            type=letter.type,
            event=letter.body,
            attempts=letter.attempts,
            reason=letter.detail,
            first_tried_at=letter.first_tried_at,
            died_at=letter.died_at,
        )


class DeadLetterList(_Body):
    """Some dead letters; ``after`` is the cursor for the next ones."""

    items: list[DeadLetter]
    after: int | None


class ReplayedBody(_Body):
    """It is on its way again."""

    id: str
