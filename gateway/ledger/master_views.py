"""The read side of master data."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from gateway.ledger import tables
from gateway.ledger.records import TABLE_OF, columns_of, from_row
from gateway.ledger.sql_ledger import SqlLedger
from gateway.tracking.master import Conversion, CrossReference, Entry, Item, MasterChange


class SqlMasterViews:
    """Fulfils `gateway.pipeline.master.views.MasterViews`."""

    def __init__(self, database: SqlLedger) -> None:
        self._database = database

    async def item(self, number: str) -> tuple[Item | None, list[CrossReference], list[Conversion]]:
        """Return an item with its other ids and its conversions, whatever their standing."""
        return (
            await self._database.load(Item, number),
            await self._of(CrossReference, "item", number),
            await self._of(Conversion, "item", number),
        )

    async def entries(
        self, kind: type[Entry], after: int, limit: int, wanted: dict[str, str]
    ) -> list[tuple[int, Entry]]:
        """Return entries of a kind behind a row, each with the number of its row; ``wanted`` are values of fields."""
        table = TABLE_OF[kind]
        query = sa.select(table.c.seq, *columns_of(kind)).where(table.c.seq > after)
        query = query.where(*(table.c[name] == value for name, value in wanted.items()))
        query = query.order_by(table.c.seq).limit(limit)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [(row[0], from_row(kind, row[1:])) for row in rows]

    async def versions(self, kind: str, entry: str) -> list[MasterChange]:
        """Return the versions of an entry, the oldest first."""
        table = tables.master_changes
        query = sa.select(*columns_of(MasterChange)).where(table.c.entry == entry, table.c.kind == kind)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return sorted((from_row(MasterChange, row) for row in rows), key=lambda each: each.version)

    async def _of(self, kind: type[Any], column: str, value: str) -> list[Any]:
        query = sa.select(*columns_of(kind)).where(TABLE_OF[kind].c[column] == value)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return sorted((from_row(kind, row) for row in rows), key=lambda each: each.id)
