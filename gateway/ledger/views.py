"""The read side: lists with filters and cursors, timelines, what waits. Fulfils `gateway.pipeline.views.Views`."""

from __future__ import annotations

from typing import Any, TypeVar

import sqlalchemy as sa

from gateway.ledger import conditions, tables
from gateway.ledger.records import TABLE_OF, columns_of, from_row
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.views import DocumentQuery, Page
from gateway.tracking.case import Case
from gateway.tracking.document import Document
from gateway.tracking.event import Event
from gateway.tracking.order import Order
from gateway.tracking.receipt import Receipt
from gateway.tracking.retention import Hold
from gateway.tracking.transmission import Transmission, TransmissionState

T = TypeVar("T")

_EQUAL = (
    "partner",
    "transmission_id",
    "direction",
    "set_id",
    "state",
    "acknowledgment",
    "order_number",
    "document_number",
)


class SqlViews:
    """Reads from the ledger."""

    def __init__(self, database: SqlLedger) -> None:
        self._database = database

    @property
    def database(self) -> SqlLedger:
        """What is read from."""
        return self._database

    async def documents(self, query: DocumentQuery, after: int, limit: int) -> Page[Document]:
        """Return documents in the order of their arrival."""
        table = tables.documents
        wanted = [table.c[name] == value for name in _EQUAL if (value := getattr(query, name)) is not None]
        if query.since is not None:
            wanted.append(table.c.created_at >= query.since)
        if query.until is not None:
            wanted.append(table.c.created_at < query.until)
        return await self._page(Document, sa.and_(True, *wanted), after, limit)

    async def document(self, document_id: str) -> Document | None:
        """Return one document."""
        return await self._database.load(Document, document_id)

    async def transmission(self, transmission_id: str) -> Transmission | None:
        """Return one transmission."""
        return await self._database.load(Transmission, transmission_id)

    async def events(self, subjects: list[str]) -> list[Event]:
        """Return the timeline of some records."""
        return await self._all(Event, tables.events.c.subject.in_(subjects))

    async def receipts(self, subjects: list[str]) -> list[Receipt]:
        """Return who has confirmed what of some transmissions, the first one first."""
        return await self._all(Receipt, tables.receipts.c.transmission_id.in_(subjects))

    async def receipt(self, receipt_id: str) -> Receipt | None:
        """Return one receipt."""
        return await self._database.load(Receipt, receipt_id)

    async def cases(self, subjects: list[str]) -> list[Case]:
        """Return the cases about some records."""
        return await self._all(Case, tables.cases.c.subject.in_(subjects))

    async def open_cases(self, partner: str | None, after: int, limit: int) -> Page[Case]:
        """Return what waits for a person."""
        theirs = tables.cases.c.partner == partner if partner is not None else sa.true()
        return await self._page(Case, sa.and_(tables.cases.c.closed_at.is_(None), theirs), after, limit)

    async def outbox(self, partner: str, after: int, limit: int) -> Page[Transmission]:
        """Return what waits to be fetched by a partner."""
        table = tables.transmissions
        waits = table.c.state.in_((TransmissionState.WAITING,))
        wanted = sa.and_(
            table.c.partner == partner, table.c.direction == "outbound", waits, table.c.transport == "rest"
        )
        return await self._page(Transmission, wanted, after, limit)

    async def orders(self, partner: str | None, after: int, limit: int) -> Page[Order]:
        """Return purchase orders."""
        wanted = tables.orders.c.partner == partner if partner is not None else sa.true()
        return await self._page(Order, wanted, after, limit)

    async def holds(self, *, released: bool) -> list[Hold]:
        """Return what is held, oldest first; with ``released`` also what was."""
        return await self._all(Hold, sa.true() if released else conditions.held())

    async def held(self, after: int, limit: int, *, released: bool) -> Page[Hold]:
        """Return what is held, in pages; with ``released`` also what was."""
        return await self._page(Hold, sa.true() if released else conditions.held(), after, limit)

    async def find(self, text: str) -> list[str]:
        """Return ids of documents that are known under ``text``: an id, a tracking id, a document or order number."""
        documents, transmissions = tables.documents, tables.transmissions
        names = ("id", "transmission_id", "document_number", "order_number")
        brought = sa.select(transmissions.c.id).where(transmissions.c.tracking_id == text)
        queries = [sa.select(documents.c.seq, documents.c.id).where(documents.c[name] == text) for name in names]
        queries.append(sa.select(documents.c.seq, documents.c.id).where(documents.c.transmission_id.in_(brought)))

        def look(connection: sa.Connection) -> list[str]:
            found = {(row.seq, row.id) for query in queries for row in connection.execute(query.limit(100))}
            return [document_id for _seq, document_id in sorted(found)]

        return await self._database.read(look)

    async def counts(self) -> dict[str, dict[str, int]]:
        """Return how many records are in which state, and how many steps are due."""
        queries = {
            "documents": sa.select(tables.documents.c.state, sa.func.count()).group_by(tables.documents.c.state),
            "transmissions": sa.select(tables.transmissions.c.state, sa.func.count()).group_by(
                tables.transmissions.c.state
            ),
            "receipts": sa.select(tables.receipts.c.state, sa.func.count()).group_by(tables.receipts.c.state),
            "steps": sa.select(tables.steps.c.step, sa.func.count()).group_by(tables.steps.c.step),
            "cases": sa.select(tables.cases.c.cause, sa.func.count())
            .where(tables.cases.c.closed_at.is_(None))
            .group_by(tables.cases.c.cause),
        }

        def count(connection: sa.Connection) -> dict[str, dict[str, int]]:
            return {name: {str(k): int(n) for k, n in connection.execute(query)} for name, query in queries.items()}

        return await self._database.read(count)

    async def _page(self, kind: type[T], wanted: sa.ColumnElement[bool], after: int, limit: int) -> Page[T]:
        table = TABLE_OF[kind]
        query = (
            sa.select(table.c.seq, *columns_of(kind))
            .where(table.c.seq > after, wanted)
            .order_by(table.c.seq)
            .limit(limit + 1)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        shown = rows[:limit]
        return Page([from_row(kind, row[1:]) for row in shown], shown[-1][0] if len(rows) > limit else None)

    async def _all(self, kind: type[T], wanted: sa.ColumnElement[bool]) -> list[T]:
        query: sa.Select[Any] = sa.select(*columns_of(kind)).where(wanted).order_by(TABLE_OF[kind].c.seq)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [from_row(kind, row) for row in rows]
