"""A cursor for PostgreSQL's pipeline mode: what gives no rows is sent and not waited for, until rows are asked for.

Results come in the order of the statements, so each has a cursor of the driver to itself: nobody is given the rows of somebody
else. An error of a statement that nobody waited for is raised by the next one that asks for rows, or by the end of the pipeline.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from gateway.ledger.statements import Cursor, Make, Statements


class PipelinedCursor(Cursor):
    """Runs statements on a connection of psycopg that is in pipeline mode."""

    __slots__ = ("_raw",)

    def __init__(self, connection: sa.Connection, statements: Statements) -> None:
        super().__init__(connection, statements)
        raw: Any = connection.connection.driver_connection
        self._raw = raw

    def run(self, key: Any, make: Make, values: Mapping[str, Any]) -> None:
        """Send a statement that gives no rows."""
        self._cursor = self._raw.cursor()
        super().run(key, make, values)

    def run_record(self, key: Any, make: Make, record: Any) -> None:
        """Send a statement whose parameters are fields of ``record``."""
        self._cursor = self._raw.cursor()
        super().run_record(key, make, record)

    def run_records(self, key: Any, make: Make, records: Sequence[Any]) -> None:
        """Send a statement once for each record."""
        self._cursor = self._raw.cursor()
        super().run_records(key, make, records)

    def run_many(self, key: Any, make: Make, many: Sequence[Mapping[str, Any]]) -> None:
        """Send a statement once for each set of values."""
        if many:
            self._cursor = self._raw.cursor()
            super().run_many(key, make, many)

    def rows(self, key: Any, make: Make, values: Mapping[str, Any]) -> list[list[Any]]:
        """Run a statement and wait for its rows."""
        self._cursor = self._raw.cursor()
        return super().rows(key, make, values)

    def plain(self, sql: str, values: Mapping[str, Any] | None = None) -> None:
        """Send SQL as it stands."""
        self._cursor = self._raw.cursor()
        super().plain(sql, values)

    def raw_rows(self, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run SQL as it stands and wait for its rows, as the driver gives them."""
        self._cursor = self._raw.cursor()
        return super().raw_rows(sql, values)
