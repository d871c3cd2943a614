"""Commits what several processes may write at the same moment: who comes second reads what the first has written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from gateway.errors import ConcurrentChange
from gateway.pipeline.ports import UnitOfWork, World

T = TypeVar("T")

_TRIES = 6
_FIRST_SECONDS = 0.02


async def committed(world: World, work: Callable[[UnitOfWork], T]) -> T:
    """Run ``work`` in a transaction, and anew when another transaction was in the way; raise ConcurrentChange in the end.

    Two copies of a message that come to two processes at once meet at the id of their receipt: the second one finds it.
    """
    for number in range(_TRIES):
        try:
            return await world.ledger.tx(work)
        except ConcurrentChange:
            await asyncio.sleep(_FIRST_SECONDS * 2**number)
    return await world.ledger.tx(work)
