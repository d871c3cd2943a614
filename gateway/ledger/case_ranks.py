"""Ranks the open cases again and again, so that a list of the worst is one look at an index, however many are open.

The risk of a case moves with its order and from day to day. A list looks at the worst by the last ranking, and at what was opened
since, and judges these as they stand (`case_views`). Where few are open all of them are, and nothing is ranked here.
"""

from __future__ import annotations

import asyncio
from functools import partial

import sqlalchemy as sa

from gateway.ledger.case_views import AT_ONCE, EXACT, SqlCaseViews, more_than, touched_by
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.case_ports import CaseQuery
from gateway.pipeline.ports import Clock, UnitOfWork
from gateway.tracking.case import Case
from gateway.tracking.risk import risk_of

WORST = 100
_SECONDS = 60.0
_SHARE = 20  # Ranking takes no more than the twentieth part of the time.
_EVERY = CaseQuery()


class CaseRanker:
    """Ranks what is open."""

    def __init__(self, ledger: SqlLedger, clock: Clock) -> None:
        self._ledger, self._clock = ledger, clock

    async def run(self) -> None:
        """Rank until cancelled."""
        loop, seconds = asyncio.get_running_loop(), _SECONDS
        while True:
            await asyncio.sleep(seconds)
            began = loop.time()
            if await self._ledger.read(self._many):
                await self.rank()
            seconds = max(_SECONDS, _SHARE * (loop.time() - began))

    @staticmethod
    def _many(connection: sa.Connection) -> bool:
        return more_than(connection, _EVERY, EXACT)

    async def rank(self) -> int:
        """Rank every open case as it stands today; return how many have another rank than before."""
        views, changed, today = SqlCaseViews(self._ledger), 0, self._clock().date()
        after: int | None = 0
        while after is not None:
            page = await views.open(_EVERY, after, AT_ONCE)
            touched = await self._ledger.read(partial(touched_by, cases=page.items))
            ranks = [(case, WORST - risk_of(touched.get(case.subject, ()), today).score) for case in page.items]
            moved = {case.id: rank for case, rank in ranks if case.rank != rank}
            if moved:
                await self._ledger.tx(partial(_write, ranks=moved))
            changed, after = changed + len(moved), page.after
        return changed


def _write(uow: UnitOfWork, *, ranks: dict[str, int]) -> None:
    for case_id, rank in sorted(ranks.items()):  # In one order everywhere, so that nobody waits for one another.
        uow.change(Case, case_id, rank=rank)
