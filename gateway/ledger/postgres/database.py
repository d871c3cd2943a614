"""The ledger on PostgreSQL: what waits at the same time shares a transaction (`groups`), a few of them at once in threads.

Each piece of work is kept or undone by itself (savepoint), and nobody is told of success before the commit. What gives no rows is
sent without waiting for it (`pipelined`), but for the end of a piece: an error must be known as its own. A server that does not
answer is waited for a moment, so that a restart is not noticed; after that the caller is told, and asks again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import psycopg
import sqlalchemy as sa
from psycopg import errors

from gateway.errors import ConcurrentChange, LedgerAway, LedgerError
from gateway.ledger.pieces import Piece
from gateway.ledger.postgres.claims import Claims
from gateway.ledger.postgres.groups import Groups
from gateway.ledger.postgres.pipeline import Pipeline
from gateway.ledger.postgres.unit_of_work import LastFailed, PostgresUnitOfWork
from gateway.ledger.sql_ledger import SqlLedger, short
from gateway.ledger.statements import Statements
from gateway.pipeline.ports import UnitOfWork
from gateway.pipeline.task import Task

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
        self._groups = Groups(self._write_group, self._writers, writers)
        self._closed = False

    async def tx(self, work: Callable[[UnitOfWork], T], task: Task | None = None) -> T:
        """Run ``work`` in a transaction and return what it returns once that is committed.

        Raises ConcurrentChange when another transaction was in the way, LedgerError when the server is away.
        """
        self._refuse_when_closed()
        piece = Piece(work, asyncio.get_running_loop().create_future(), task)
        self._groups.add(piece)
        return cast(T, await piece.future)

    async def write(self, work: Callable[[sa.Connection], T]) -> T:
        """Run ``work`` between BEGIN and COMMIT on a connection, in a thread."""
        self._refuse_when_closed()
        running = asyncio.get_running_loop().run_in_executor(self._writers, self._write, work)
        return await asyncio.shield(running)  # Who asked may go away; what was begun is done.

    async def close(self) -> None:
        """Let what is being written come to its end, then let go of the database."""
        self._closed = True
        await self._groups.written()
        await asyncio.to_thread(self._writers.shutdown)
        self._readers.shutdown()
        self.engine.dispose()

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise LedgerError("The ledger is closed; the gateway is stopping. Send it again after the start.")

    def _write_group(self, group: list[Piece]) -> None:
        """Write pieces of work in one transaction; each knows afterwards what it came to."""
        try:
            with self._begun() as connection, Pipeline(connection) as pipeline:
                uow = PostgresUnitOfWork(connection, pipeline, self._statements, self.claims, shared=len(group) > 1)
                uow.look_whose([piece.task for piece in group if piece.task is not None])
                for piece in group:
                    _run(piece, uow)
                uow.flush()
                pipeline.hand_over()
                self.before_commit()
                self.claims.note(uow.claimed)  # Before the commit: nobody asks for them until the answer is given.
                pipeline.send(
                    "COMMIT", []
                )  # It goes with the last statements, and the end of the pipeline waits for all.
            self.after_commit()
        except LastFailed as failed:
            group[failed.piece].error = failed.__cause__
            for piece in group:
                piece.error = piece.error or LedgerError(
                    "What shared the commit could not be written. It is tried again."
                )
        except BaseException as error:
            # None of the group happened; who failed before that knows better why.
            for piece in group:
                piece.error = piece.error or error

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
            raise _in_the_way(error) from error
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


def _run(piece: Piece, uow: PostgresUnitOfWork) -> None:
    """Run a piece. Of several in one transaction, one that fails is undone by itself; a lone one fails with it."""
    uow.begin_piece()
    try:
        piece.run(uow)
        uow.keep_piece()
    except Exception as error:
        if not uow.shared or (isinstance(error, _LOST) and not isinstance(error, _MET)):
            raise
        uow.undo_piece()
        piece.error = _in_the_way(error) if isinstance(error, _MET) else error


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


def _in_the_way(error: Exception) -> ConcurrentChange:
    return ConcurrentChange(f"Another transaction was in the way ({short(error)}). It is tried again.")


def _away(error: Exception) -> LedgerAway:
    return LedgerAway(
        f"The database does not answer: {short(error)}. Start it, or correct GATEWAY_DATABASE_URL; it is tried again, and"
        " nothing accepted is lost."
    )
