"""How a transaction looks for records: one compiled statement a look, and what is found is locked until the commit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa

from gateway.ledger.records import columns_of, from_row
from gateway.ledger.statements import Cursor
from gateway.pipeline.ports import Record

R = TypeVar("R", bound=Record)


class Looking:
    """What all finders rest on."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor

    @property
    def cursor(self) -> Cursor:
        """What runs statements in this transaction, for rooms of the ledger that keep tables of their own."""
        return self._cursor

    def _all(self, kind: type[R], what: str, wanted: Callable[[], sa.ColumnElement[bool]], **values: Any) -> list[R]:
        # Nothing is ordered in SQL: an ORDER BY seq makes SQLite walk the table instead of using the index.
        self._before_looking(what, values)
        rows = self._cursor.rows((what, kind), lambda: _locking(sa.select(*columns_of(kind)).where(wanted())), values)
        return [from_row(kind, row) for row in rows]

    def _before_looking(self, what: str, values: dict[str, Any]) -> None:
        """Do nothing: with one writer nobody else can store what is looked for."""


def _locking(query: sa.Select[Any]) -> sa.Select[Any]:
    # What is read here is what the transaction decides by, so nobody may change it meanwhile. SQLite has one writer and
    # leaves these words out.
    return query.with_for_update(key_share=True)
