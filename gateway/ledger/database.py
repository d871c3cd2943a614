"""The database: one writer with group commit, a few readers.

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
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from pydantic_core import from_json, to_json

from gateway.errors import LedgerError
from gateway.ledger import tables
from gateway.ledger.records import TABLE_OF, columns_of, from_row
from gateway.ledger.statements import Statements
from gateway.ledger.unit_of_work import SqlUnitOfWork
from gateway.pipeline.ports import Record, UnitOfWork
from gateway.pipeline.task import StepName, Task

T = TypeVar("T")
R = TypeVar("R", bound=Record)

GROUP = 128  # Pieces of work that share a commit at most.
_BUSY_SECONDS = 10.0  # How long another process (gateway replay) may hold the lock.


@dataclass(slots=True)
class _Piece:
    work: Callable[[UnitOfWork], Any]
    future: asyncio.Future[Any]
    result: Any = None
    error: Exception | None = None


def make_engine(url: str) -> sa.Engine:
    """Make an engine; SQLite is put into WAL mode with full durability and explicit transactions."""
    engine = sa.create_engine(
        url,
        connect_args={"check_same_thread": False} if url.startswith("sqlite") else {},
        json_serializer=_to_json,
        json_deserializer=from_json,
    )
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _to_json(value: Any) -> str:
    # Six small objects a document are written as JSON; this is three times as fast as the standard library.
    return to_json(value).decode()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # Transactions begin where we say so, not where the driver guesses.
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=200",
        "cache_size=-65536",
        "wal_autocheckpoint=4000",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    # A writer takes the lock at once: one that reads first could find that somebody else wrote in between.
    writes = connection.get_execution_options().get("writer", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class Database:
    """Fulfils `gateway.pipeline.ports.Ledger`. Belongs to one event loop."""

    def __init__(self, engine: sa.Engine, *, readers: int = 2) -> None:
        self.engine = engine
        self._waiting: deque[_Piece] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="ledger-reader")
        self._committer = ThreadPoolExecutor(1, thread_name_prefix="ledger-commit")
        self._statements = Statements(engine.dialect)
        self._connection: sa.Connection | None = None
        self._closed = False

    async def tx(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run ``work`` in a transaction and return what it returns once that is committed."""
        if self._closed:
            raise LedgerError("The ledger is closed; the gateway is stopping. Send it again after the start.")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Piece(work, future))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return await future

    async def read(self, work: Callable[[sa.Connection], T]) -> T:
        """Run ``work`` on a connection for reading."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    async def load(self, kind: type[R], record_id: str) -> R | None:
        """Return a record, or None."""
        query = sa.select(*columns_of(kind)).where(TABLE_OF[kind].c.id == record_id)
        row = await self.read(lambda connection: connection.execute(query).first())
        return from_row(kind, row) if row is not None else None

    async def due(self, now: datetime, limit: int) -> list[Task]:
        """Return steps that are due and whose lane is free, oldest first."""
        steps, earlier = tables.steps, tables.steps.alias("earlier")
        in_front = sa.exists().where(earlier.c.lane == steps.c.lane, earlier.c.seq < steps.c.seq)
        query = (
            sa.select(steps)
            .where(steps.c.due_at <= now, steps.c.held.is_(False), sa.or_(steps.c.lane.is_(None), ~in_front))
            .order_by(steps.c.due_at, steps.c.seq)
            .limit(limit)
        )
        rows = await self.read(lambda connection: connection.execute(query).all())
        return [
            Task(StepName(row.step), row.subject, row.tracking_id, row.due_at, row.lane, row.attempts) for row in rows
        ]

    async def close(self) -> None:
        """Commit what waits, then let go of the database."""
        self._closed = True
        if self._writing is not None:
            await asyncio.wait({self._writing})
        self._readers.shutdown()
        self._committer.shutdown()
        self._drop_connection()
        self.engine.dispose()

    # Reading

    def _read(self, work: Callable[[sa.Connection], T]) -> T:
        try:
            with self.engine.connect() as connection:
                return work(connection)
        except sa.exc.SQLAlchemyError as error:
            raise LedgerError(f"The ledger could not be read: {_short(error)}. Check disk and database.") from error

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
                        piece.error = LedgerError(f"The ledger could not be written: {_short(error)}. Check the disk.")
                for piece in group:
                    _answer(piece)
        finally:
            self._writing = None

    async def _write_group(self, group: list[_Piece]) -> None:
        transaction = await self._begin()
        assert self._connection is not None
        uow = SqlUnitOfWork(self._connection, self._statements)
        for piece in group:
            uow.begin_piece()
            try:
                piece.result = piece.work(uow)
            except Exception as error:
                uow.undo_piece()
                piece.error = error
            else:
                uow.keep_piece()
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

    def before_commit(self) -> None:
        """Do nothing; the crash tests stop the process here."""

    def after_commit(self) -> None:
        """Do nothing; the crash tests stop the process here."""


def _answer(piece: _Piece) -> None:
    if piece.future.done():
        return  # Whoever asked has gone away; what was committed stays committed.
    if piece.error is not None:
        piece.future.set_exception(piece.error)
    else:
        piece.future.set_result(piece.result)


def _short(error: Exception) -> str:
    """Return an error of the driver without statement and values: those may hold what nobody should read in a log."""
    return str(getattr(error, "orig", None) or error).splitlines()[0][:200]
