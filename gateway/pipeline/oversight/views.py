"""What a person looks at to keep things going: what is owed, and what a replay would take. Part of the read side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.pipeline.views import Page
from gateway.tracking.promise import Promise
from gateway.tracking.retention import Hold


@dataclass(frozen=True, slots=True)
class PromiseQuery:
    """Which open promises; what is None is not asked for. ``overdue_at``: those whose time was over by then."""

    owed_by: str | None = None
    partner: str | None = None
    overdue_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which documents a replay takes; what is None is not asked for."""

    partner: str | None = None
    direction: str | None = None
    set_id: str | None = None
    state: str | None = None
    cause: str | None = None
    since: datetime | None = None
    root: str | None = None


class OversightViews(Protocol):
    """The read side of oversight."""

    async def promises(self, query: PromiseQuery, after: int, limit: int) -> Page[Promise]:
        """Return what is still owed, in the order in which it was promised."""

    async def selected(self, selection: Selection, limit: int) -> list[str]:
        """Return the ids of documents, in the order of their arrival."""


class HoldViews(Protocol):
    """The read side of legal holds."""

    async def held(self, after: int, limit: int, *, released: bool) -> Page[Hold]:
        """Return what is held, the oldest first; with ``released`` also what was."""
