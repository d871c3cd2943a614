"""Kinds of columns that each database stores in its own way."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.compiler import compiles


@compiles(sa.String, "postgresql")
def _unbounded(_element: sa.String, _compiler: Any, **_how: Any) -> str:
    """Let PostgreSQL store what SQLite stores: a partner may write more than the standard allows, and is told so."""
    return "VARCHAR"


class Moment(sa.TypeDecorator[datetime]):
    """A UTC time: text that sorts on SQLite, TIMESTAMPTZ on PostgreSQL."""

    impl = sa.String(32)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        """Choose the column type."""
        native = dialect.name == "postgresql"
        return dialect.type_descriptor(sa.DateTime(timezone=True) if native else sa.String(32))

    def bind_processor(self, dialect: Dialect) -> Any:
        """Python to database."""
        if dialect.name == "postgresql":
            return super().bind_processor(dialect)
        return lambda value: value and value.isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Database to Python."""
        if value is None:
            return None
        return value.astimezone(UTC) if isinstance(value, datetime) else datetime.fromisoformat(value)


class Rows(sa.TypeDecorator[list[Any]]):
    """A list as JSON text; most lists are empty."""

    impl = sa.JSON
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        """Python to database."""
        plain = super().bind_processor(dialect)
        assert plain is not None
        empty = plain([])
        return lambda value: plain(value) if value else empty


class Exact(sa.TypeDecorator[Decimal]):
    """A decimal as it was written: text on SQLite, which has no such numbers, NUMERIC on PostgreSQL."""

    impl = sa.String(40)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        """Choose the column type."""
        native = dialect.name == "postgresql"
        return dialect.type_descriptor(sa.Numeric() if native else sa.String(40))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Python to database."""
        if value is None or dialect.name == "postgresql":
            return value
        return f"{value:f}"

    def process_result_value(self, value: Any, _dialect: Dialect) -> Decimal | None:
        """Database to Python."""
        return None if value is None else Decimal(value)
