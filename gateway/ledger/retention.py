"""What is old, what belongs together, and the deleting of bytes, for `gateway.pipeline.oversight.purge_ports.RetentionLedger`.

Looking for what is old, and for who else needs some bytes, walks tables in a reader of its own, once a day and in pages; within
a transaction nothing does.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from gateway.errors import LedgerError
from gateway.ledger import conditions, tables
from gateway.ledger.finders import Finders
from gateway.ledger.promise_tables import OPEN, promises
from gateway.ledger.records import columns_of, from_row
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.oversight.purge_ports import KeptBytes
from gateway.pipeline.ports import UnitOfWork
from gateway.tracking.document import Document
from gateway.tracking.retention import Belongings, Purge, digests_of
from gateway.tracking.transmission import Transmission

_AT_ONCE = 2000  # Values in one question; databases bound them.
_WITH_RECEIPT = ("request", "entity", "signature")


class SqlRetention:
    """Looks for what may be purged, and purges it."""

    def __init__(self, ledger: SqlLedger) -> None:
        self._ledger = ledger

    # Looking, outside of transactions

    async def older(self, before: datetime, after: int, limit: int) -> list[tuple[int, str]]:
        """Return number and id of transmissions from before a time that were not purged, behind a number, oldest first."""
        table = tables.transmissions
        query = (
            sa.select(table.c.seq, table.c.id)
            .where(table.c.seq > after, table.c.created_at < before, table.c.purged_at.is_(None))
            .order_by(table.c.seq)
            .limit(limit)
        )
        rows = await self._ledger.read(lambda connection: connection.execute(query).all())
        return [(row.seq, row.id) for row in rows]

    async def owners(self, digests: Collection[str]) -> dict[str, set[str]]:
        """Return which transmissions, of those that were not purged, have records that need some bytes."""
        wanted = sorted(digests)
        found: dict[str, set[str]] = {}
        for begin in range(0, len(wanted), _AT_ONCE):
            some = wanted[begin : begin + _AT_ONCE]
            for digest, owner in await self._ledger.read(partial(_owners, digests=some)):
                found.setdefault(digest, set()).add(owner)
        return found

    async def standing(self) -> frozenset[str]:
        """Return the digests of every configuration that was in force: documents are proved by them."""
        return await self._ledger.read(_standing)

    async def recent(self, since: datetime) -> list[Purge]:
        """Return what was purged since a time."""
        query = sa.select(*columns_of(Purge)).where(tables.purges.c.purged_at >= since)
        rows = await self._ledger.read(lambda connection: connection.execute(query).all())
        return [from_row(Purge, row) for row in rows]

    # Within a transaction

    def look(self, uow: UnitOfWork, transmission_id: str) -> Belongings | None:
        """Return a transmission with all that belongs to it, which nobody changes before the commit."""
        about = uow.find(Transmission, transmission_id)
        if about is None:
            return None
        brought = _documents(uow, transmission_id)
        # An answer of ours begins with the id of what it answers, and has the documents of that.
        root = transmission_id.partition("-")[0]
        documents = brought + uow.sent_in(transmission_id) or _documents(uow, root)
        receipts = uow.receipts_of(transmission_id)
        digests = digests_of(about, brought, receipts) | _told(uow, transmission_id)
        waits = _waits(uow, transmission_id) or (_waits(uow, root) if root != transmission_id else "")
        return Belongings(about, documents, receipts, frozenset(digests), waits)

    def take(self, uow: UnitOfWork, digests: Sequence[str]) -> dict[str, KeptBytes]:
        """Return those bytes that lie in the ledger itself; nobody has them kept before the commit."""
        table = tables.blobs
        columns = (table.c.kept_at, sa.func.length(table.c.data))
        found = {}
        for digest in sorted(digests):  # In the order in which they are kept, so that nobody waits for one another.
            for row in _rows(uow, "take", sa.select(*columns).where(_IS).with_for_update(), which=digest):
                found[digest] = KeptBytes(*row)
        return found

    def drop(self, uow: UnitOfWork, digests: Sequence[str]) -> None:
        """Delete bytes that lie in the ledger itself."""
        cursor = _finders(uow).cursor
        if self._ledger.engine.dialect.name == "sqlite":
            cursor.plain("PRAGMA secure_delete = ON")  # Not only given free: overwritten.
        cursor.run_many("drop", lambda: sa.delete(tables.blobs).where(_IS), [{"which": each} for each in digests])
        if self._ledger.engine.dialect.name == "sqlite":
            cursor.plain("PRAGMA secure_delete = OFF")


_IS = tables.blobs.c.digest == conditions.WHICH


def _finders(uow: UnitOfWork) -> Finders:
    assert isinstance(uow, Finders)
    return uow


def _rows(uow: UnitOfWork, what: str, query: sa.Select[Any], **values: Any) -> list[list[Any]]:
    return _finders(uow).cursor.rows(("retention", what), lambda: query, values)


def _documents(uow: UnitOfWork, transmission_id: str) -> list[Document]:
    query = sa.select(*columns_of(Document)).where(tables.documents.c.transmission_id == conditions.WHICH)
    found = _rows(uow, "documents", query.with_for_update(key_share=True), which=transmission_id)
    return [from_row(Document, row) for row in found]


def _subjects(*, taken: bool = False) -> sa.CompoundSelect[Any]:
    """Ids of a transmission, of the documents that it brought (and of those that it has ``taken``), and of its receipts."""
    documents, receipts = tables.documents, tables.receipts
    queries = [
        sa.select(tables.transmissions.c.id).where(tables.transmissions.c.id == conditions.WHICH),
        sa.select(documents.c.id).where(documents.c.transmission_id == conditions.WHICH),
        sa.select(receipts.c.id).where(receipts.c.transmission_id == conditions.WHICH),
    ]
    if taken:
        queries.append(sa.select(documents.c.id).where(documents.c.sent_in == conditions.WHICH))
    return sa.union_all(*queries)


def _told(uow: UnitOfWork, transmission_id: str) -> set[str]:
    """Return which bytes the events about a transmission, its documents and its receipts tell of."""
    table = tables.events
    query = sa.select(table.c.data).where(table.c.subject.in_(_subjects()))
    return {
        digest
        for (data,) in _rows(uow, "told", query, which=transmission_id)
        for digest in data.get("kept", {}).values()
        if isinstance(digest, str)
    }


def _waits(uow: UnitOfWork, transmission_id: str) -> str:
    """Return in words what is still to be done about a transmission, its documents and receipts, or its answers."""
    cases, steps, subjects = tables.cases, tables.steps, _subjects(taken=True)
    about: dict[str, sa.Select[Any]] = {
        "a case is open": sa.select(cases.c.id).where(cases.c.subject.in_(subjects), cases.c.closed_at.is_(None)),
        "a promise is open": sa.select(promises.c.id).where(promises.c.subject.in_(subjects), OPEN),
        "a promise waits for it": sa.select(promises.c.id).where(
            OPEN, promises.c.answer.is_not(None), promises.c.answer.in_(subjects)
        ),
        # Steps are called by what they are about, and documents and answers by their transmission.
        "a step is due": sa.select(steps.c.id).where(steps.c.id >= conditions.WHICH, steps.c.id < sa.bindparam("end")),
    }
    values = {"which": transmission_id, "end": f"{transmission_id}~"}
    return next((words for words, query in about.items() if _rows(uow, words, query.limit(1), **values)), "")


def _owners(connection: sa.Connection, digests: list[str]) -> list[tuple[str, str]]:
    """Return bytes and the transmissions that were not purged and have records that need them."""
    there, documents, receipts = tables.transmissions, tables.documents, tables.receipts
    kept = there.c.purged_at.is_(None)
    queries: list[sa.Select[Any]] = [sa.select(there.c.digest, there.c.id).where(kept, there.c.digest.in_(digests))]
    for column in (documents.c.canonical, documents.c.delivered):
        joined = sa.join(documents, there, there.c.id == documents.c.transmission_id)
        queries.append(sa.select(column, there.c.id).select_from(joined).where(kept, column.in_(digests)))
    # A receipt may stand alone; then it is its own owner, and is never purged.
    joined = sa.outerjoin(receipts, there, there.c.id == receipts.c.transmission_id)
    owner = sa.func.coalesce(there.c.id, receipts.c.id)
    for name in ("receipt", *_WITH_RECEIPT):
        value: sa.ColumnElement[Any] = (
            receipts.c.receipt if name == "receipt" else receipts.c.evidence[name].as_string()
        )
        queries.append(sa.select(value, owner).select_from(joined).where(kept, value.in_(digests)))
    return [(digest, name) for query in queries for digest, name in connection.execute(query)]


def _standing(connection: sa.Connection) -> frozenset[str]:
    events, blobs = tables.events, tables.blobs
    loaded = sa.select(events.c.data).where(events.c.type == "configuration.loaded")
    inventories = {data.get("kept", {}).get("inventory") for (data,) in connection.execute(loaded)}
    found: set[str] = set()
    for digest in filter(None, inventories):
        text = connection.execute(sa.select(blobs.c.data).where(blobs.c.digest == digest)).scalar()
        if text is None:
            raise LedgerError(
                f"The configuration {digest} is not in the ledger. Restore it from a backup; nothing was purged."
            )
        found |= {digest, *json.loads(text)["files"].values()}
    return frozenset(found)
