"""Purges: once a day the bytes of what is past its time are deleted. Records, digests and chain stay, and prove what was there.

What belongs to one transmission goes together: its bytes, the messages made of it, its receipts. Before anything is deleted, all
of it is looked at again in the same transaction, and so are the holds: a hold that is placed meanwhile wins. Bytes that somebody
else needs stay with that one. Bytes that somebody had kept within a day are left for another time: a copy may be on its way in.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from gateway.errors import ConcurrentChange, GatewayError
from gateway.pipeline.oversight.purge_ports import ErasingVault, KeptBytes, RetentionLedger
from gateway.pipeline.ports import Clock, Ledger, UnitOfWork
from gateway.tracking.event import Event
from gateway.tracking.retention import Belongings, Purge, Retention, keeps_until, why_open
from gateway.tracking.transmission import Transmission

log = structlog.get_logger("gateway.oversight")

FIRST_SECONDS = 600.0  # After a start there is other work to do.
_DAY_SECONDS, _AGAIN_SECONDS = 86400.0, 3600.0
PAGE = 1000  # Transmissions that are looked at together.
_LOOK, _PURGE = 50, 20  # Transmissions of one transaction, so that documents need not wait long.
_LATELY = timedelta(days=1)
_LEFT_OVER = timedelta(days=30)  # How long large bytes that could not be deleted are asked for again.
BY_ITSELF = ("gateway", "its time is over")


@dataclass(slots=True)
class PurgeReport:
    """What a purge did, or would do: how many transmissions and bytes, and how many stayed, by the reason."""

    transmissions: int = 0
    files: int = 0
    size: int = 0
    kept: Counter[str] = field(default_factory=Counter)

    def add(self, part: PurgeReport) -> None:
        """Add what was done in one transaction."""
        self.transmissions += part.transmissions
        self.files += part.files
        self.size += part.size
        self.kept += part.kept


@dataclass(frozen=True, slots=True)
class _Held:
    """Which holds there were, and every record that they hold."""

    holds: frozenset[str]
    records: frozenset[str]


@dataclass(slots=True)
class _Page:
    """Some transmissions, and what was found out about them before the transactions that purge them."""

    now: datetime
    until: datetime
    by: tuple[str, str]
    preview: bool
    ids: list[str] = field(default_factory=list)
    digests: set[str] = field(default_factory=set)
    owners: dict[str, set[str]] = field(default_factory=dict)
    large: dict[str, KeptBytes] = field(default_factory=dict)
    purged: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Part:
    """What one transaction does: it counts only once it is committed."""

    report: PurgeReport = field(default_factory=PurgeReport)
    purged: set[str] = field(default_factory=set)
    large: list[str] = field(default_factory=list)


class _HoldsChanged(Exception):
    """Somebody placed or released a hold: what is held must be found out again."""


@dataclass(frozen=True, slots=True)
class Purger:
    """Deletes what is past its time. ``held`` returns every record that belongs to what some ids name."""

    ledger: Ledger
    vault: ErasingVault
    records: RetentionLedger
    retention: Retention
    clock: Clock
    held: Callable[[Sequence[str]], Awaitable[set[str]]]

    async def run(self) -> None:
        """Purge once a day until cancelled."""
        await asyncio.sleep(FIRST_SECONDS)
        while True:
            try:
                await self.purge()
            except GatewayError as error:
                log.error("purge_interrupted", code=error.code, next="what is left is purged with the next try")
                await asyncio.sleep(_AGAIN_SECONDS)
            else:
                await asyncio.sleep(_DAY_SECONDS)

    async def purge(
        self, by: tuple[str, str] = BY_ITSELF, *, until: datetime | None = None, preview: bool = False
    ) -> PurgeReport:
        """Purge what is past its time, or was by ``until``; ``by`` says who does so and why.

        With ``preview`` only say what would be purged. Raises LedgerError; what was purged until then stays purged.
        """
        now, report, after = self.clock(), PurgeReport(), 0
        until = min(until or now, now)
        if not preview:
            await self._finish_earlier(now)
        standing = await self.records.standing()
        held = await self._held()
        while found := await self.records.older(until - self.retention.shortest, after, PAGE):
            after = found[-1][0]
            page = _Page(now, until, by, preview)
            await self._fill(page, [each for _, each in found], standing, report)
            for begin in range(0, len(page.ids), _PURGE):
                held = await self._purge_some(page, page.ids[begin : begin + _PURGE], held, report)
            log.info(
                "purging", transmissions=report.transmissions, files=report.files, size=report.size, preview=preview
            )
        log.info(
            "purge_ended", transmissions=report.transmissions, files=report.files, size=report.size, preview=preview
        )
        return report

    async def _fill(self, page: _Page, ids: list[str], standing: frozenset[str], report: PurgeReport) -> None:
        """Find out which of some transmissions are due, and who else needs their bytes."""
        for begin in range(0, len(ids), _LOOK):
            for about in await self.ledger.tx(partial(self._look, ids=ids[begin : begin + _LOOK])):
                if reason := self._why_kept(about, page):
                    report.kept[reason] += 1
                else:
                    page.ids.append(about.transmission.id)
                    page.digests |= about.digests
        page.digests -= standing
        page.owners = await self.records.owners(page.digests)
        for digest in page.digests:
            if (large := await self.vault.find_large(digest)) is not None:
                page.large[digest] = large

    def _look(self, uow: UnitOfWork, ids: list[str]) -> list[Belongings]:
        found = (self.records.look(uow, each) for each in ids)
        return [about for about in found if about is not None and about.transmission.purged_at is None]

    def _why_kept(self, about: Belongings, page: _Page) -> str:
        """Return why a transmission stays, in words, or nothing."""
        if keeps_until(about, self.retention) > page.until:
            return "its time is not over"
        return why_open(about)

    async def _held(self) -> _Held:
        holds = await self.ledger.tx(lambda uow: frozenset(hold.id for hold in uow.find_holds()))
        return _Held(holds, frozenset(await self.held(sorted(holds))))

    # Purging

    async def _purge_some(self, page: _Page, ids: list[str], held: _Held, report: PurgeReport) -> _Held:
        """Purge some transmissions in one transaction; begin again when holds or records change meanwhile."""
        while True:
            part = _Part()
            try:
                await self.ledger.tx(partial(self._purge_in, page=page, ids=ids, held=held, part=part))
                break
            except _HoldsChanged:
                held = await self._held()
            except ConcurrentChange:
                await asyncio.sleep(0.1)
        report.add(part.report)
        page.purged |= part.purged
        for digest in part.large:
            await self.vault.erase(digest, page.now - _LATELY)
            del page.large[digest]
        return held

    def _purge_in(self, uow: UnitOfWork, *, page: _Page, ids: list[str], held: _Held, part: _Part) -> None:
        """Purge in a transaction what may still be purged."""
        if frozenset(hold.id for hold in uow.find_holds()) != held.holds:
            raise _HoldsChanged
        for about in self._look(uow, ids):
            reason = self._why_kept(about, page) or ("it is held" if about.subjects & held.records else "")
            small = self.records.take(uow, sorted(about.digests)) if not reason else {}
            there = {digest: page.large[digest] for digest in about.digests if digest in page.large} | small
            if not reason and any(_lately(each, page.now) for each in there.values()):
                reason = "its bytes were kept anew within a day"
            if reason:
                part.report.kept[reason] += 1
                continue
            part.purged.add(about.transmission.id)
            gone = _unneeded(page, part.purged | page.purged, there)
            part.report.add(PurgeReport(1, len(gone), sum(gone.values())))
            if not page.preview:
                _write(uow, page, about.transmission, gone)
                self.records.drop(uow, [digest for digest in gone if digest in small])
                part.large += [digest for digest in gone if digest not in small]

    async def _finish_earlier(self, now: datetime) -> None:
        """Delete large bytes that were purged, and are still there because a process ended or a store was away."""
        for purge in await self.records.recent(now - _LEFT_OVER):
            if await self.vault.find_large(purge.id) is not None:
                await self.vault.erase(purge.id, purge.purged_at - _LATELY)


def _lately(each: KeptBytes, now: datetime) -> bool:
    return each.kept_at is not None and each.kept_at >= now - _LATELY


def _unneeded(page: _Page, purged: set[str], there: dict[str, KeptBytes]) -> dict[str, int]:
    """Return those bytes, with their sizes, that nobody needs but what is ``purged``, and that were looked at before."""
    looked_at = [digest for digest in sorted(there) if digest in page.digests]
    return {digest: there[digest].size for digest in looked_at if page.owners.get(digest, set()) <= purged}


def _write(uow: UnitOfWork, page: _Page, about: Transmission, gone: dict[str, int]) -> None:
    """Write what proves that the bytes were there, and who deleted them by which rule."""
    (person, reason), now = page.by, page.now
    uow.change(Transmission, about.id, purged_at=now)
    for digest, size in gone.items():
        if uow.find(Purge, digest) is None:  # The same bytes may have come again after they were purged once.
            uow.add(Purge(digest, about.id, reason, person, now, size))
    facts = {"reason": reason, "person": person, "digests": gone}
    uow.add(Event("purged", now, about.id, about.partner, about.tracking_id, facts))
