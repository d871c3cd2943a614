"""Finds everything that belongs to a case: its documents, what they came and went in, what answers them, and every event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from gateway.ledger import tables
from gateway.ledger.chain import SqlLog
from gateway.ledger.records import TABLE_OF, columns_of, from_row
from gateway.ledger.sql_ledger import SqlLedger
from gateway.tracking.document import Document
from gateway.tracking.receipt import Receipt
from gateway.tracking.retention import Purge
from gateway.tracking.transmission import Transmission

R = TypeVar("R")


class SqlArchive(SqlLog):
    """Fulfils `gateway.evidence.archive.Archive`."""

    def __init__(self, ledger: SqlLedger) -> None:
        super().__init__(ledger)

    async def documents(self, names: Sequence[str]) -> list[Document]:
        """Return documents by id, by the transmission that brought or takes them, or by document or order number."""
        table = tables.documents
        columns = ("id", "transmission_id", "sent_in", "tracking_id", "document_number", "order_number")
        return await self._every(Document, sa.or_(*(table.c[name].in_(list(names)) for name in columns)))

    async def transmissions(self, ids: Sequence[str]) -> list[Transmission]:
        """Return transmissions by id, or by the tracking id under which they came."""
        table = tables.transmissions
        return await self._every(Transmission, sa.or_(table.c.id.in_(list(ids)), table.c.tracking_id.in_(list(ids))))

    async def receipts(self, transmissions: Sequence[str]) -> list[Receipt]:
        """Return the receipts for transmissions."""
        return await self._every(Receipt, tables.receipts.c.transmission_id.in_(list(transmissions)))

    async def purges(self, digests: Sequence[str]) -> list[Purge]:
        """Return what of these bytes was purged."""
        return await self._every(Purge, tables.purges.c.id.in_(list(digests)))

    async def _every(self, kind: type[R], wanted: sa.ColumnElement[bool]) -> list[R]:
        query: sa.Select[Any] = sa.select(*columns_of(kind)).where(wanted).order_by(TABLE_OF[kind].c.seq)
        rows = await self._ledger.read(lambda connection: connection.execute(query).all())
        return [from_row(kind, row) for row in rows]
