"""The ledger on SQLite, in one process: one writer with group commit, a few readers.

SQLite takes one writer at a time. Whatever waits is written together: each piece of work is kept or undone by itself, then all
are committed at once, so that many documents share one flush to disk. The statements run on the event loop, because they take
microseconds and two threads would only fight for the interpreter; the commit, which waits for the disk, runs beside it, and what
comes meanwhile makes the next group. Nobody is told of success before the commit.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import sqlalchemy as sa

from gateway.errors import LedgerError
from gateway.ledger.pieces import Piece
from gateway.ledger.sql_ledger import SqlLedger, short
from gateway.ledger.unit_of_work import SqlUnitOfWork
from gateway.pipeline.ports import UnitOfWork
from gateway.pipeline.task import Task

T = TypeVar("T")

GROUP = 128  # Pieces of work that share a commit at most.
_BUSY_SECONDS = 10.0  # How long another process (gateway replay) may hold the lock.


class Database(SqlLedger):
    """Fulfils `gateway.pipeline.ports.Ledger`. Belongs to one event loop."""

    def __init__(self, engine: sa.Engine, *, readers: int = 2) -> None:
        super().__init__(engine, readers=readers)
        self._waiting: deque[Piece] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._committer = ThreadPoolExecutor(1, thread_name_prefix="ledger-commit")
        self._connection: sa.Connection | None = None
        self._closed = False

    async def tx(self, work: Callable[[UnitOfWork], T], task: Task | None = None) -> T:
        """Run ``work`` in a transaction and return what it returns once that is committed."""
        if self._closed:
            raise LedgerError("The ledger is closed; the gateway is stopping. Send it again after the start.")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(Piece(work, future))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return await future

    async def close(self) -> None:
        """Commit what waits, then let go of the database."""
        self._closed = True
        if self._writing is not None:
            await asyncio.wait({self._writing})
        self._readers.shutdown()
        self._committer.shutdown()
        self._drop_connection()
        self.engine.dispose()

    # Writing

    async def _write(self) -> None:
        try:
            await asyncio.sleep(0)  # Whoever asks in the same turn of the loop shares the first commit.
            while self._waiting:
                group = [self._waiting.popleft() for _ in range(min(GROUP, len(self._waiting)))]
                try:
                    await self._write_group(group)
                except Exception as error:
                    # The commit itself failed: none of the group happened, and everybody in it is told so.
                    self._drop_connection()
                    for piece in group:
                        piece.error = LedgerError(f"The ledger could not be written: {short(error)}. Check the disk.")
                for piece in group:
                    piece.answer()
        finally:
            self._writing = None

    async def _write_group(self, group: list[Piece]) -> None:
        transaction = await self._begin()
        assert self._connection is not None
        uow = SqlUnitOfWork(self._connection, self._statements)
        for piece in group:
            uow.begin_piece()
            try:
                piece.run(uow)
                uow.keep_piece()
            except Exception as error:
                uow.undo_piece()
                piece.error = error
        uow.flush()
        self.before_commit()
        await asyncio.get_running_loop().run_in_executor(self._committer, transaction.commit)
        self.after_commit()

    async def _begin(self) -> sa.RootTransaction:
        """Begin a transaction that may write; wait while another process holds the lock."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _BUSY_SECONDS
        while True:
            if self._connection is None:
                self._connection = self.engine.connect().execution_options(writer=True)
            try:
                return self._connection.begin()
            except sa.exc.OperationalError:
                self._drop_connection()
                if loop.time() > until:
                    raise
                await asyncio.sleep(0.05)

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None
