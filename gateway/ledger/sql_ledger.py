"""What the ledger is on every database. Reading is the same everywhere: a few connections in threads of their own."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa

from gateway.errors import LedgerAway, LedgerError
from gateway.ledger import tables
from gateway.ledger.records import TABLE_OF, columns_of, from_row
from gateway.ledger.statements import Statements
from gateway.pipeline.ports import Record, UnitOfWork
from gateway.pipeline.task import StepName, Task

T = TypeVar("T")
R = TypeVar("R", bound=Record)


class SqlLedger(ABC):
    """Fulfils `gateway.pipeline.ports.Ledger`; how is written differs by database."""

    def __init__(self, engine: sa.Engine, *, readers: int) -> None:
        self.engine = engine
        # The crash tests stop the process here.
        self.before_commit: Callable[[], None] = _nothing
        self.after_commit: Callable[[], None] = _nothing
        self._statements = Statements(engine.dialect)
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="ledger-reader")

    @abstractmethod
    async def tx(self, work: Callable[[UnitOfWork], T], task: Task | None = None) -> T:
        """Run ``work``, the outcome of ``task`` if there is one, in a transaction; return what it gives once it is committed."""

    @abstractmethod
    async def close(self) -> None:
        """Commit what waits, then let go of the database."""

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
        return [task_of(row) for row in rows]

    def _read(self, work: Callable[[sa.Connection], T]) -> T:
        away: sa.exc.SQLAlchemyError | None = None
        for _try in range(1 if self.engine.dialect.name == "sqlite" else 2):
            try:
                with self.engine.connect() as connection:
                    return work(connection)
            except (sa.exc.OperationalError, sa.exc.TimeoutError) as error:
                away = error  # A server that was started again meanwhile has forgotten our connections, and takes new ones.
            except sa.exc.SQLAlchemyError as error:
                raise LedgerError(f"The ledger could not be read: {short(error)}. Check the database.") from error
        assert away is not None
        if self.engine.dialect.name == "sqlite":
            raise LedgerError(f"The ledger could not be read: {short(away)}. Check the disk.") from away
        raise LedgerAway(
            f"The database does not answer: {short(away)}. Start it, or correct GATEWAY_DATABASE_URL; it is tried again."
        ) from away


def _nothing() -> None:
    """Do nothing."""


def task_of(row: sa.Row[tuple[object, ...]]) -> Task:
    """Make a step of a row of `tables.steps`."""
    return Task(StepName(row.step), row.subject, row.tracking_id, row.due_at, row.lane, row.attempts, again=True)


def short(error: BaseException) -> str:
    """Return an error of the driver without statement and values: those may hold what nobody should read in a log."""
    lines = str(getattr(error, "orig", None) or error).splitlines()
    return lines[0][:200] if lines else type(error).__name__
