"""Tells a person, once, what is in the way at a partner's server, and takes it back when it is out of the way."""

from __future__ import annotations

import hashlib

import structlog

from gateway.pipeline.ports import UnitOfWork, World
from gateway.tracking.case import CAUSES, Case, root_of
from gateway.tracking.event import Event

log = structlog.get_logger("gateway.sftp")

SERVER, FILE = "server-not-read", "file-not-fetched"
_PATIENT = 3  # Looks at a server that is away, before a person hears of it.


class Complaints:
    """What is in the way at the servers of partners, by partner and file; the empty name is the server itself."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._said: dict[tuple[str, str], str] = {}
        self._away: dict[str, int] = {}

    async def say(self, partner: str, name: str, words: str, *, passing: bool = False) -> None:
        """Log and open a case; what may pass by itself only when it has come several times."""
        if passing and not name:
            self._away[partner] = self._away.get(partner, 0) + 1
            if self._away[partner] < _PATIENT:
                log.warning("server_away", partner=partner, error=words)
                return
        if self._said.get((partner, name)) == words:
            return
        self._said[partner, name] = words
        log.warning("file_not_fetched" if name else "server_not_read", partner=partner, name=name, error=words)
        await self._world.ledger.tx(lambda uow: self._open(uow, partner, name, words))

    def _open(self, uow: UnitOfWork, partner: str, name: str, words: str) -> None:
        cause = FILE if name else SERVER
        row, now, subject = CAUSES[cause], self._world.clock(), _subject(partner, name)
        case_id, detail = f"{subject}:{cause}", f"{name}: {words}" if name else words
        known = uow.find(Case, case_id)
        tracking_id = known.tracking_id if known is not None else self._world.new_id().rjust(32, "0")
        if known is not None:
            uow.change(Case, case_id, detail=detail, opened_at=now, closed_at=None, resolution=None)
        else:
            root = root_of(cause, partner, name)
            facts = (case_id, subject, partner, cause, row.owner, row.title, detail, row.next_action, now, tracking_id)
            uow.add(Case(*facts, root=root))
        if known is None or known.closed_at is not None:
            data = {"cause": cause, "title": row.title, "detail": detail}
            uow.add(Event("case.opened", now, subject, partner, tracking_id, data))

    async def settled(self, partner: str, name: str = "") -> None:
        """Close the case, if there is one."""
        if not name:
            self._away.pop(partner, None)
        if self._said.pop((partner, name), None) is not None:
            subject, now = _subject(partner, name), self._world.clock()
            await self._world.ledger.tx(lambda uow: uow.close_cases(subject, "it works again", now))

    def forget(self, partner: str, present: set[str]) -> list[str]:
        """Return the files of a partner that were complained about and are gone."""
        return [name for whose, name in self._said if whose == partner and name and name not in present]


def _subject(partner: str, name: str) -> str:
    mark = hashlib.sha256(name.encode()).hexdigest()[:16] if name else "server"
    return f"sftp-{partner}-{mark}"
