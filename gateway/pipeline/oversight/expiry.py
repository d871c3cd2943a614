"""Certificates end on their day, whatever else happens: whoever can change them is told 60, 30 and 7 days before, and then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from gateway.pipeline.ports import Ledger, Stamps, UnitOfWork
from gateway.tracking.case import CAUSES, Case, root_of
from gateway.tracking.event import Event
from gateway.trading.directory import Directory
from gateway.trading.expiry import THRESHOLDS, Expiring, expiring

log = structlog.get_logger("gateway.oversight")

_CAUSE = "certificate-expiring"
_SECONDS = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class ExpiryWatch:
    """Looks at all certificates now and then. Each of them has one case for each threshold that it has come to."""

    ledger: Ledger
    stamps: Stamps
    directory: Callable[[], Directory]

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(_SECONDS)

    async def look(self) -> int:
        """Open a case for each certificate that has come to a threshold since the last look; return how many were opened."""
        now = self.stamps.clock()
        found = expiring(self.directory(), now)
        if not found:
            return 0
        opened = await self.ledger.tx(lambda uow: [each for each in found if self._open(uow, each, now)])
        for each in opened:
            log.warning("certificate_expires", name=each.pinned.name, partner=each.partner, days=each.days)
        return len(opened)

    def _open(self, uow: UnitOfWork, each: Expiring, now: datetime) -> bool:
        """Open the case of a threshold unless it was opened before; the case of the threshold before it is closed."""
        subject = _subject(each, each.threshold)
        case_id = f"{subject}:{_CAUSE}"
        if uow.find(Case, case_id) is not None:
            return False
        for earlier in THRESHOLDS[: THRESHOLDS.index(each.threshold)]:
            uow.close_cases(_subject(each, earlier), "its end has come nearer", now)
        row = CAUSES[_CAUSE]
        tracking_id = self.stamps.new_id().rjust(32, "0")[-32:]
        action = each.next_action
        root = root_of(_CAUSE, each.partner, each.pinned.name)
        facts = (case_id, subject, each.partner, _CAUSE, row.owner, row.title, each.words, action, now, tracking_id)
        uow.add(Case(*facts, root=root))
        data = {"certificate": each.pinned.certificate.fingerprint, "name": each.pinned.name, "days": each.days}
        uow.add(Event("certificate.expiring", now, subject, each.partner, tracking_id, data))
        return True


def _subject(each: Expiring, threshold: int) -> str:
    return f"certificate-{each.pinned.certificate.fingerprint[:32]}-{threshold}"
