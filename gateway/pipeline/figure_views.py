"""What is asked of the ledger about its figures (`gateway.tracking.figures`). Part of the read side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.tracking.figures import Figure


@dataclass(frozen=True, slots=True)
class FigureQuery:
    """Now; from ``since`` on and before ``until``, for figures over a period; with one partner, or all."""

    now: datetime
    since: datetime
    until: datetime
    partner: str | None = None


class FigureViews(Protocol):
    """The figures that are known."""

    async def figure(self, name: str, query: FigureQuery) -> Figure:
        """Return a figure; raise KeyError for one that is not known here."""
