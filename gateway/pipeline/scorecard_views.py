"""What is asked of the ledger about the scorecards of suppliers (`gateway.tracking.scorecard`). Part of the read side."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from gateway.tracking.scorecard import Scorecard
from gateway.trading.directory import Partner


class ScorecardViews(Protocol):
    """The scorecards."""

    async def scorecard(self, partner: str, since: datetime, until: datetime, now: datetime) -> Scorecard:
        """Return the scorecard of a supplier, from ``since`` on and before ``until``, and at most up to now."""


def is_supplier(partner: Partner) -> bool:
    """Whether we buy from a partner under any agreement."""
    return any(agreement.role == "buyer" for agreement in partner.agreements.values())
