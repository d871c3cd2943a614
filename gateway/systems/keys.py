"""Whose key opens which door. A key at the door of another system is refused, and somebody is told whose address is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import structlog
from aiohttp import web

from gateway.errors import NotAllowed
from gateway.pipeline.ports import UnitOfWork, World
from gateway.tracking.case import CAUSES, Case, root_of
from gateway.tracking.event import Event
from gateway.web.app import TRACKING
from gateway.web.keys import presented_hash
from gateway.web.problems import ProblemError

log = structlog.get_logger("gateway.systems")

_CAUSE = "wrong-system"


@dataclass(frozen=True, slots=True)
class Key:
    """What gateway.yaml says of a key; ``scope`` is that of a system."""

    name: str
    role: str
    scope: str | None = None


class Keys:
    """Knows the keys of gateway.yaml by their SHA-256."""

    def __init__(self, world: World, keys: Mapping[str, Key]) -> None:
        self._world = world
        self._keys = keys

    async def system(self, request: web.Request, scope: str) -> str:
        """Return the name of the system whose key opens the door of ``scope``.

        Raises NotAllowed for a key that nobody knows, and ProblemError for one that is for another door: that is a case, once
        for each key and door.
        """
        presented = presented_hash(request)
        key = self._keys.get(presented)
        if key is not None and (key.role, key.scope) == ("system", scope):
            return key.name
        if key is None:
            if self._world.configuration().directory.find_by_key_hash(presented, self._world.clock().date()) is None:
                raise NotAllowed
            raise _wrong(scope, "a partner")
        meant = key.scope or key.role
        await self._tell(request, key, scope, meant)
        raise _wrong(scope, meant)

    async def either(self, request: web.Request, scope: str) -> str:
        """Return the name of an operator, who may look, or of the system of the door; raise as `system` does."""
        key = self._keys.get(presented_hash(request))
        return key.name if key is not None and key.role == "operator" else await self.system(request, scope)

    async def _tell(self, request: web.Request, key: Key, scope: str, meant: str) -> None:
        subject = f"key-{key.name}-at-{scope}"
        if await self._world.ledger.load(Case, f"{subject}:{_CAUSE}") is None:
            write = partial(_open, world=self._world, subject=subject, key=key, scope=scope, meant=meant)
            await self._world.ledger.tx(partial(write, tracking_id=request[TRACKING]))
        log.warning("key_refused", key=key.name, door=scope, meant=meant)


def _open(uow: UnitOfWork, *, world: World, subject: str, key: Key, scope: str, meant: str, tracking_id: str) -> None:
    """Open the case of a key at a door, unless there was one: whoever closes it knows, and need not be told at each request."""
    if uow.find(Case, f"{subject}:{_CAUSE}") is not None:
        return
    row, now = CAUSES[_CAUSE], world.clock()
    detail = f"the key {key.name}, which is for {meant}, was used at the door for {scope}; nothing of it was taken in"
    uow.add(
        Case(
            f"{subject}:{_CAUSE}",
            subject,
            None,
            _CAUSE,
            row.owner,
            row.title,
            detail,
            row.next_action,
            now,
            tracking_id,
            root=root_of(_CAUSE, None, subject),
        )
    )
    data = {"cause": _CAUSE, "title": row.title, "detail": detail}
    uow.add(Event("case.opened", now, subject, None, tracking_id, data))


def _wrong(scope: str, meant: str) -> ProblemError:
    words = (
        f"This key is for {meant}, and this is the door for {scope}. Call the door that is meant, or use a key with"
        f" role: system and scope: {scope} from gateway.yaml."
    )
    return ProblemError(403, "wrong-system", "Key of another system", words)
