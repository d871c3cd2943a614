"""Finds master data, and the orders that wait for some, within a transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

import sqlalchemy as sa

from gateway.ledger import tables
from gateway.ledger.conditions import WHICH
from gateway.ledger.looking import Looking, R
from gateway.ledger.master_tables import OPEN
from gateway.ledger.records import TABLE_OF, columns_of, from_row
from gateway.tracking.master import Conversion, CrossReference, Item, MasterChange, Unknown

_AT_ONCE = 50  # Values in one question; its last one is repeated where there are fewer.
_NAMES = tuple(f"n{number}" for number in range(_AT_ONCE))
_KEPT = "'kept'"


class MasterFinders(Looking):
    """Fulfils `gateway.pipeline.master_ports.MasterFinding`."""

    def known_as(self, values: Collection[str], partner: str) -> list[CrossReference]:
        """Return the cross-references in force for ids, with a partner or with everybody."""
        return self._in_force(CrossReference, "value", values, ("partner", {"partner": partner}))

    def items_numbered(self, numbers: Collection[str]) -> list[Item]:
        """Return the items in force among some of our own numbers."""
        return self._in_force(Item, "id", numbers)

    def other_ids(self, item: str) -> list[CrossReference]:
        """Return the cross-references in force that lead to an item."""
        return self._in_force(CrossReference, "item", [item])

    def conversions_of(self, items: Collection[str]) -> list[Conversion]:
        """Return the conversions in force of some items; the general ones are those of the item without a number."""
        return self._in_force(Conversion, "item", items)

    def changes_in(self, change_set: str) -> list[MasterChange]:
        """Return what was changed together."""
        return self._plain(
            MasterChange, "changed together", lambda: tables.master_changes.c.change_set == WHICH, change_set
        )

    def unknown_of(self, order_id: str) -> list[Unknown]:
        """Return what an order waits for, or waited for, to become known."""
        return self._plain(Unknown, "unknown of", lambda: tables.unknowns.c.order_id == WHICH, order_id)

    def waiting_for(self, names: Collection[str], change_set: str, limit: int) -> list[str]:
        """Return orders that wait for one of these names and were not judged for this change set yet, by their ids."""
        found: dict[str, None] = {}
        for some in _portions(names):
            rows = self._cursor.rows("waiting for", _waiting, some | {"change_set": change_set, "most": limit})
            found |= dict.fromkeys(row[0] for row in rows)
            if len(found) >= limit:
                break
        return sorted(found)[:limit]

    def _in_force(
        self, kind: type[R], column: str, values: Collection[str], also: tuple[str, dict[str, Any]] = ("", {})
    ) -> list[R]:
        name, given = also
        found = []
        for some in _portions(values):
            make = _kept(kind, column, name)
            found += [from_row(kind, row) for row in self._cursor.rows(("in force", kind, column), make, some | given)]
        return found

    def _plain(self, kind: type[R], what: str, wanted: Callable[[], sa.ColumnElement[bool]], which: str) -> list[R]:
        rows = self._cursor.rows((what, kind), lambda: sa.select(*columns_of(kind)).where(wanted()), {"which": which})
        return [from_row(kind, row) for row in rows]


def _portions(values: Collection[str]) -> Iterator[dict[str, Any]]:
    chosen = sorted(set(values))
    for first in range(0, len(chosen), _AT_ONCE):
        some = chosen[first : first + _AT_ONCE]
        yield dict(zip(_NAMES, some + some[-1:] * (_AT_ONCE - len(some)), strict=True))


def _one_of(column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    return column.in_([sa.bindparam(name) for name in _NAMES])


def _kept(kind: type[Any], column: str, also: str) -> Callable[[], sa.Select[Any]]:
    table = TABLE_OF[kind]

    def make() -> sa.Select[Any]:
        query = sa.select(*columns_of(kind)).where(_one_of(table.c[column]), table.c.state == sa.literal_column(_KEPT))
        # What counts with everybody has no partner.
        return query.where(table.c[also].in_([sa.bindparam(also), ""])) if also else query

    return make


def _waiting() -> sa.Select[Any]:
    table = tables.unknowns
    wanted = (OPEN, _one_of(table.c.name), table.c.tried < sa.bindparam("change_set"))
    return sa.select(table.c.order_id).distinct().where(*wanted).limit(sa.bindparam("most"))
