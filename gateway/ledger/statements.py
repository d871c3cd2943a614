"""SQL of the hot path: written with SQLAlchemy Core, compiled once a dialect, run on the driver's own cursor.

Building and executing a statement through Core costs 12 to 60 us, on the driver 3 to 6 us; a document needs about twenty.
Values go through the same type processors as in Core, so both ways store the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement

Make: TypeAlias = Callable[[], ClauseElement]


class Statement:
    """One compiled statement."""

    __slots__ = ("_names", "_positional", "_processors", "_results", "names", "sql")

    def __init__(self, clause: ClauseElement, dialect: Dialect) -> None:
        compiled: Any = clause.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        self.sql = str(compiled)
        self._positional = compiled.positiontup is not None
        self.names: tuple[str, ...] = tuple(compiled.positiontup if self._positional else compiled.params)
        processors = compiled._bind_processors
        self._names = tuple((name, compiled.params.get(name)) for name in self.names)
        self._processors = tuple((at, processors[name]) for at, name in enumerate(self.names) if processors.get(name))
        columns = getattr(clause, "selected_columns", None) or getattr(clause, "exported_columns", None) or ()
        # SQLite has no days: only the type as this dialect knows it makes one of the text.
        types = (each.type.dialect_impl(dialect) if isinstance(each.type, sa.Date) else each.type for each in columns)
        self._results = tuple(each.result_processor(dialect, None) for each in types)

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """Return what the driver takes, from values by name."""
        return self.given([values.get(name, default) for name, default in self._names])

    def given(self, values: list[Any]) -> Any:
        """Return what the driver takes (a list where it counts, a dict where it names), from values in order of `names`."""
        for at, process in self._processors:
            values[at] = process(values[at])
        return values if self._positional else dict(zip(self.names, values, strict=True))

    def row(self, raw: Any) -> list[Any]:
        """Turn a row of the driver into Python values."""
        return [process(value) if process else value for process, value in zip(self._results, raw, strict=True)]


class Statements:
    """The compiled statements of one dialect; each is compiled when it is first used."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._known: dict[Any, Statement] = {}
        self._fields: dict[Any, Callable[[Any], tuple[Any, ...]]] = {}

    def get(self, key: Any, make: Make) -> Statement:
        """Return the statement known under ``key``, compiling what ``make`` gives if there is none yet."""
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = Statement(make(), self._dialect)
        return known

    def fields(self, key: Any, statement: Statement) -> Callable[[Any], tuple[Any, ...]]:
        """Return what takes a record's fields in the order of a statement's parameters."""
        known = self._fields.get(key)
        if known is None:
            known = self._fields[key] = attrgetter(*statement.names)
        return known


class Cursor:
    """Runs statements on the driver's connection below a SQLAlchemy connection."""

    __slots__ = ("_cursor", "_statements")

    def __init__(self, connection: sa.Connection, statements: Statements) -> None:
        raw = connection.connection.driver_connection
        assert raw is not None
        self._cursor = raw.cursor()
        self._statements = statements

    def run(self, key: Any, make: Make, values: Mapping[str, Any]) -> None:
        """Run a statement that gives no rows."""
        statement = self._statements.get(key, make)
        self._cursor.execute(statement.sql, statement.parameters(values))

    def run_record(self, key: Any, make: Make, record: Any) -> None:
        """Run a statement whose parameters are fields of ``record``."""
        statement = self._statements.get(key, make)
        self._cursor.execute(statement.sql, statement.given(list(self._statements.fields(key, statement)(record))))

    def run_records(self, key: Any, make: Make, records: Sequence[Any]) -> None:
        """Run a statement once for each record."""
        statement = self._statements.get(key, make)
        fields = self._statements.fields(key, statement)
        self._cursor.executemany(statement.sql, [statement.given(list(fields(record))) for record in records])

    def run_many(self, key: Any, make: Make, many: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement once for each set of values."""
        statement = self._statements.get(key, make)
        self._cursor.executemany(statement.sql, [statement.parameters(values) for values in many])

    def rows(self, key: Any, make: Make, values: Mapping[str, Any]) -> list[list[Any]]:
        """Run a statement and return its rows."""
        statement = self._statements.get(key, make)
        self._cursor.execute(statement.sql, statement.parameters(values))
        return [statement.row(raw) for raw in self._cursor.fetchall()]

    def plain(self, sql: str) -> None:
        """Run SQL as it stands."""
        self._cursor.execute(sql)
