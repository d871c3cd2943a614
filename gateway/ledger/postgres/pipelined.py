"""Runs the statements of a transaction in a pipeline: nothing is waited for until rows are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.ledger.postgres.batches import batches
from gateway.ledger.postgres.pipeline import Pipeline
from gateway.ledger.statements import Cursor, Make, Statement, Statements


class PipelinedCursor(Cursor):
    """Fulfils `gateway.ledger.statements.Cursor` on a connection that is in pipeline mode."""

    __slots__ = ("_pipeline",)

    def __init__(self, pipeline: Pipeline, statements: Statements) -> None:
        self._pipeline = pipeline
        self._statements = statements

    def run(self, key: Any, make: Make, values: Mapping[str, Any]) -> None:
        """Send a statement that gives no rows."""
        statement = self._statements.get(key, make)
        self._pipeline.send(statement.sql, statement.parameters(values))

    def run_record(self, key: Any, make: Make, record: Any) -> None:
        """Send a statement whose parameters are fields of ``record``."""
        self.run_records(key, make, (record,))

    def run_records(self, key: Any, make: Make, records: Sequence[Any]) -> None:
        """Send a statement for each record; an INSERT takes many rows at once."""
        statement = self._statements.get(key, make)
        fields = self._statements.fields(key, statement)
        self._send_many(statement, [statement.given(list(fields(record))) for record in records])

    def run_many(self, key: Any, make: Make, many: Sequence[Mapping[str, Any]]) -> None:
        """Send a statement for each set of values; an INSERT takes many rows at once."""
        statement = self._statements.get(key, make)
        self._send_many(statement, [statement.parameters(values) for values in many])

    def _send_many(self, statement: Statement, rows: list[list[Any]]) -> None:
        for sql, count in batches(statement.sql, len(rows)):
            self._pipeline.send(sql, [value for row in rows[:count] for value in row])
            rows = rows[count:]

    def rows(self, key: Any, make: Make, values: Mapping[str, Any]) -> list[list[Any]]:
        """Run a statement and wait for its rows."""
        statement = self._statements.get(key, make)
        return [statement.row(raw) for raw in self._pipeline.fetch(statement.sql, statement.parameters(values))]

    def plain(self, sql: str) -> None:
        """Send SQL as it stands."""
        self._pipeline.send(sql, [])
