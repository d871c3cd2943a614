"""The ledger on PostgreSQL: each piece of work a transaction of its own, several at once in threads.

SQLite's group commit would hold the locks of everybody in a group until the whole group is written; PostgreSQL lets those who
commit at the same time share a flush by itself. What gives no rows is sent without waiting for it (`pipelined`). A server that
does not answer is waited for a moment, so that a restart is not noticed; after that the caller is told, and asks again.
"""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from psycopg import errors

from gateway.errors import ConcurrentChange, LedgerAway, LedgerError
from gateway.ledger.postgres.claims import Claims
from gateway.ledger.postgres.pipeline import Pipeline
from gateway.ledger.postgres.unit_of_work import PostgresUnitOfWork
from gateway.ledger.sql_ledger import SqlLedger, short
from gateway.ledger.statements import Statements
from gateway.pipeline.ports import UnitOfWork

T = TypeVar("T")

_AWAY_SECONDS = 5.0  # How long a transaction waits at its beginning for a server that is away.
# Two transactions that met: one of them was undone. A unique index that was hit is the same thing seen later.
_MET = (errors.SerializationFailure, errors.DeadlockDetected, errors.LockNotAvailable, errors.UniqueViolation)

# Nothing is wrong with what was to be done: it is done again on another connection.
_LOST = (psycopg.OperationalError, errors.InvalidSqlStatementName)


class PostgresDatabase(SqlLedger):
    """Fulfils `gateway.pipeline.ports.Ledger`."""

    def __init__(self, engine: sa.Engine, *, writers: int = 8, readers: int = 4) -> None:
        super().__init__(engine.execution_options(isolation_level="AUTOCOMMIT"), readers=readers)
        self._statements = Statements(_numbering(engine.dialect))
        self.claims = Claims()
        self._writers = ThreadPoolExecutor(writers, thread_name_prefix="ledger-writer")
        self._closed = False

    async def tx(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run ``work`` in a transaction and return what it returns once that is committed.

        Raises ConcurrentChange when another transaction was in the way, LedgerError when the server is away.
        """
        return await self._in_thread(lambda: self._transact(work))

    async def write(self, work: Callable[[sa.Connection], T]) -> T:
        """Run ``work`` between BEGIN and COMMIT on a connection, in a thread."""
        return await self._in_thread(lambda: self._write(work))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._closed:
            raise LedgerError("The ledger is closed; the gateway is stopping. Send it again after the start.")
        context = contextvars.copy_context()
        running = asyncio.get_running_loop().run_in_executor(self._writers, context.run, work)
        return await asyncio.shield(running)  # Who asked may go away; what was begun is done.

    async def close(self) -> None:
        """Let what is being written come to its end, then let go of the database."""
        self._closed = True
        await asyncio.to_thread(self._writers.shutdown)
        self._readers.shutdown()
        self.engine.dispose()

    def _run(self, connection: sa.Connection, pipeline: Pipeline, work: Callable[[UnitOfWork], T]) -> T:
        uow = PostgresUnitOfWork(connection, pipeline, self._statements, self.claims)
        result = work(uow)
        uow.keep_piece()
        uow.flush()
        pipeline.hand_over()
        self.before_commit()
        self.claims.note(uow.claimed)  # Before the commit: nobody asks for them until the answer is given.
        return result

    def _transact(self, work: Callable[[UnitOfWork], T]) -> T:
        # What gives no rows is not waited for: half of all statements, and the COMMIT goes with the last of them.
        with self._begun() as connection, Pipeline(connection) as pipeline:
            result = self._run(connection, pipeline, work)
            pipeline.send("COMMIT", [])
        self.after_commit()
        return result

    def _write(self, work: Callable[[sa.Connection], T]) -> T:
        with self._begun() as connection:
            result = work(connection)
            raw: Any = connection.connection.driver_connection
            raw.execute("COMMIT")
            return result

    @contextmanager
    def _begun(self) -> Iterator[sa.Connection]:
        """Give a connection on which a transaction has begun; undo it when it fails."""
        connection = self._begin()
        try:
            yield connection
        except _MET as error:
            _undo(connection)
            raise ConcurrentChange(
                f"Another transaction was in the way ({short(error)}). It is tried again."
            ) from error
        except psycopg.Error as error:
            # With an error of a statement the connection lives. Not every error that ends one is an OperationalError: that of a
            # transaction in which nobody spoke is not. One that has forgotten our statements would fail again and again.
            if not isinstance(error, _LOST) and _undo(connection):
                raise
            connection.invalidate()
            raise _away(error) from error
        except BaseException:
            _undo(connection)
            raise
        finally:
            connection.close()

    def _begin(self) -> sa.Connection:
        """Return a connection on which a transaction has begun."""
        until = time.monotonic() + _AWAY_SECONDS
        while True:
            try:
                connection = self.engine.connect()
                try:
                    raw: Any = connection.connection.driver_connection
                    raw.execute("BEGIN")
                except psycopg.OperationalError:
                    connection.invalidate()
                    connection.close()
                    raise
            except (sa.exc.OperationalError, sa.exc.TimeoutError, psycopg.OperationalError) as error:
                if time.monotonic() > until or self._closed:
                    raise _away(error) from error
                time.sleep(0.1)
            else:
                return connection


def _numbering(dialect: Any) -> sa.Dialect:
    """Return a dialect that writes parameters as the server itself names them: ``$1``, ``$2``, ..."""
    numbering: sa.Dialect = type(dialect)(paramstyle="numeric_dollar", dbapi=dialect.dbapi)
    return numbering


def _undo(connection: sa.Connection) -> bool:
    """Undo the transaction; return False if the connection is broken."""
    try:
        raw: Any = connection.connection.driver_connection
        raw.execute("ROLLBACK")
    except (psycopg.Error, sa.exc.SQLAlchemyError):
        connection.invalidate()
        return False
    return True


def _away(error: Exception) -> LedgerAway:
    return LedgerAway(
        f"The database does not answer: {short(error)}. Start it, or correct GATEWAY_DATABASE_URL; it is tried again, and"
        " nothing accepted is lost."
    )
