"""libpq's pipeline mode with prepared statements: what gives no rows is sent and not waited for, until rows are asked for.

This is the one room that speaks to libpq itself (`psycopg.pq`). A statement through a cursor of the driver costs 50 to 70 us of
CPU, the same one prepared and sent here 3 to 15, and a document needs about fifty. Results come in the order of the
statements. An error of one that nobody waited for is raised by the next one that asks for rows, or by the end of the pipeline.
"""

from __future__ import annotations

import select
from collections import deque
from types import TracebackType
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import errors, pq
from psycopg.adapt import Transformer

from gateway.ledger.postgres.wire import encode

_KNOWN = "gateway prepared statements"  # Where a connection of the pool keeps their names, as long as it lives.
_FAILED = (pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.PIPELINE_ABORTED, pq.ExecStatus.BAD_RESPONSE)


class Pipeline:
    """One pipeline on a connection, from its beginning to its end; used in a ``with`` block."""

    def __init__(self, connection: sa.Connection) -> None:
        raw: Any = connection.connection.driver_connection
        self._pgconn: pq.abc.PGconn = raw.pgconn
        self._known: dict[str, bytes] = connection.info.setdefault(_KNOWN, {})
        self._coming: dict[str, bytes] = {}  # Prepared in this pipeline, and not yet heard of.
        self._owed: deque[str | None] = deque()  # For each answer that is owed: the SQL that is prepared by it, if any.
        self._rows = Transformer(raw)

    def __enter__(self) -> Pipeline:
        self._pgconn.enter_pipeline_mode()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        try:
            self._end()
        except psycopg.Error:
            if kind is None:
                raise

    def send(self, sql: str, values: list[Any]) -> None:
        """Send a statement, whose parameters are ``$1``, ``$2``, ..."""
        name = self._known.get(sql) or self._coming.get(sql) or self._prepare(sql)
        encoded, formats = encode(values)
        self._pgconn.send_query_prepared(name, encoded, formats)
        self._owed.append(None)

    def fetch(self, sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
        """Send a statement and wait for its rows."""
        self.send(sql, values)
        result = self.wait()
        self._rows.set_pgresult(result)
        return self._rows.load_rows(0, result.ntuples, tuple)

    def wait(self) -> pq.abc.PGresult:
        """Wait for all that was sent, and return the answer to the last of it; raise the error that one of them is."""
        self._pgconn.send_flush_request()
        self.hand_over()
        while len(self._owed) > 1:
            self._take()
        return self._take()

    def hand_over(self) -> None:
        """Hand everything to the network. A server that wants to be heard first is heard, so that neither waits for the other."""
        while self._pgconn.flush():
            if self._wait(select.POLLIN | select.POLLOUT) & select.POLLIN:
                self._pgconn.consume_input()

    def _prepare(self, sql: str) -> bytes:
        name = self._coming[sql] = b"gateway_%d" % (len(self._known) + len(self._coming))
        self._pgconn.send_prepare(name, sql.encode())
        self._owed.append(sql)
        return name

    def settle(self) -> None:
        """Hear everything that is still owed; raise what went wrong first. Statements are taken again afterwards.

        Raises the error of the connection itself if that is broken.
        """
        self._pgconn.pipeline_sync()
        self.hand_over()
        wrong: psycopg.Error | None = None
        while self._owed:
            try:
                self._take()
            except psycopg.Error as error:
                wrong = wrong or error
                if self._pgconn.status != pq.ConnStatus.OK:
                    raise wrong from None
        self._answer()  # That of the synchronisation.
        self._coming.clear()  # What was not prepared for an error before it.
        if wrong is not None:
            raise wrong

    def _end(self) -> None:
        """Hear what is still owed, and leave the pipeline mode, whatever was heard; raise what went wrong first."""
        try:
            self.settle()
        finally:
            if self._pgconn.status == pq.ConnStatus.OK:
                self._pgconn.exit_pipeline_mode()

    def _take(self) -> pq.abc.PGresult:
        """Return the oldest answer that is owed; raise the error that it is."""
        result = self._answer()
        prepared = self._owed.popleft()
        if result is None:
            raise psycopg.OperationalError("the server closed the connection")
        self._answer()  # Nothing: it ends the answer to one statement.
        if result.status in _FAILED:
            raise errors.error_from_result(result)
        if prepared is not None:
            self._known[prepared] = self._coming.pop(prepared)
        return result

    def _answer(self) -> pq.abc.PGresult | None:
        while self._pgconn.is_busy():
            self._wait(select.POLLIN)
            self._pgconn.consume_input()
        return self._pgconn.get_result()

    def _wait(self, events: int) -> int:
        poll = select.poll()
        poll.register(self._pgconn.socket, events)
        return poll.poll()[0][1]
