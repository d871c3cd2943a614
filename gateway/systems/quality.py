"""What quality says: a lot or a line of an order is kept back, or let go."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, Field, model_validator

from gateway.canonical.values import Code
from gateway.pipeline.thread.saying.said import Said, told
from gateway.systems.door import Door, Meaning
from gateway.systems.words import Body, Item, Number60, Positive, Words
from gateway.tracking.thread.statement import Kind, LineSaid


class Decision(Body):
    """What a decision of quality is about: a lot, or a line of an order, or a lot of a line."""

    decision_number: Number60 = Field(description="Your own number for it.")
    decided_at: AwareDatetime
    order_number: Number60 | None = None
    release: Number60 | None = None
    line: Number60 | None = None
    item_ids: tuple[Item, ...] = Field((), max_length=10)
    lot: Number60 | None = None
    quantity: Positive | None = Field(None, description="How much of it; by default all.")
    unit: Code | None = Field(None, description="By default that of the order's line.")
    reason: Words | None = None

    @model_validator(mode="after")
    def _about_something(self) -> Decision:
        if self.order_number is None and self.lot is None:
            raise ValueError("name what is meant: lot, or order_number with line or item_ids")
        if self.order_number is None and (self.line is not None or self.release is not None):
            raise ValueError("a line is one of an order; add order_number")
        if self.order_number is not None and self.line is None and not self.item_ids and self.lot is None:
            raise ValueError("name what of the order is meant: line, item_ids or lot")
        return self


class Hold(Decision):
    """Something is kept back: it may not be used, and its invoice is not matched."""

    awaits: Literal["test_results"] | None = Field(
        None,
        description="What lets it go by itself: test results (863) of the supplier that pass. By default only you let it go.",
    )


class Release(Decision):
    """Something that was kept back is let go."""

    disposition: Code | None = Field(None, description="Such as use_as_is, rework, return, scrap.")


def read_hold(body: Hold) -> Meaning:
    """Return what a hold says."""
    return _read(body, Kind.HELD, awaits=body.awaits)


def read_release(body: Release) -> Meaning:
    """Return what a release says."""
    return _read(body, Kind.RELEASED, disposition=body.disposition)


def _read(body: Decision, kind: Kind, **head: str | None) -> Meaning:
    line = LineSaid(
        line=body.line,
        items=tuple((each.kind, each.value) for each in body.item_ids),
        quantity=body.quantity,
        unit=body.unit,
        lot=body.lot,
        words=body.reason,
    )
    said = Said(
        body.order_number or "",
        kind,
        body.decision_number,
        release=body.release or "",
        head=told(reason=body.reason, **head),
        lines=[line],
    )
    return Meaning(body.decided_at, [said])


DOORS = (
    Door("/api/v1/quality/holds", "postHold", "Keep a lot or a line back", "qms", Hold, read_hold),
    Door("/api/v1/quality/releases", "postRelease", "Let go what was kept back", "qms", Release, read_release),
)
