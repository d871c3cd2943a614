"""Who shares a transaction with whom: what waits when a writer becomes free is written together.

A transaction costs a connection, a BEGIN and a COMMIT that waits for the disk, whether it holds one piece of work or thirty; and
threads that fight for the interpreter, and transactions for the same rows, cost more than they gain. So one writes at a time, and
what comes meanwhile makes its next group: alone when little is going on, many together under load. A group that is not written
after a moment waits for a lock of somebody else, or for the disk: then another one may begin.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from gateway.ledger.pieces import Piece

GROUP = (
    32  # Pieces that share a transaction at most; each may be a subtransaction, of which the server keeps 64 at hand.
)
_AT_ONCE = 1
_STUCK_SECONDS = 0.5


class Groups:
    """Hands pieces to ``write``, in threads: ``writers`` groups at a time at most. Belongs to one event loop."""

    def __init__(self, write: Callable[[list[Piece]], None], pool: ThreadPoolExecutor, writers: int) -> None:
        self._write = write
        self._pool = pool
        self._most = writers
        self._waiting: deque[Piece] = deque()
        self._writing: set[asyncio.Task[None]] = set()
        self._busy = 0  # How many of them look for more: one that comes to its end looks no more.
        self._stuck = 0

    def add(self, piece: Piece) -> None:
        """Write a piece soon, and answer it."""
        self._waiting.append(piece)
        self._begin()

    async def written(self) -> None:
        """Return when nothing waits and nothing is being written."""
        while self._writing:
            await asyncio.wait(self._writing)

    def _begin(self) -> None:
        if self._busy < min(_AT_ONCE + self._stuck, self._most):
            self._busy += 1
            writing = asyncio.create_task(self._write_groups())
            self._writing.add(writing)
            writing.add_done_callback(self._writing.discard)

    async def _write_groups(self) -> None:
        try:
            await asyncio.sleep(0)  # Whoever asks in the same turn of the loop shares the transaction.
            while self._waiting:
                await self._write_one([self._waiting.popleft() for _ in range(min(GROUP, len(self._waiting)))])
        finally:
            self._busy -= 1

    async def _write_one(self, group: list[Piece]) -> None:
        loop = asyncio.get_running_loop()
        running = loop.run_in_executor(self._pool, self._write, group)
        alarm = loop.call_later(_STUCK_SECONDS, self._relieve, running)
        try:
            await running
        finally:
            alarm.cancel()
        for piece in group:
            piece.answer()

    def _relieve(self, running: asyncio.Future[None]) -> None:
        """Let others begin while this group is stuck."""
        self._stuck += 1
        running.add_done_callback(self._go_on)
        if self._waiting:
            self._begin()

    def _go_on(self, _running: asyncio.Future[None]) -> None:
        self._stuck -= 1
