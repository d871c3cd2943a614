"""What the ledger knows of SFTP mailboxes. Fulfils `gateway.pipeline.mailboxes.Mailboxes`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa

from gateway.ledger import tables
from gateway.ledger.records import TABLE_OF, columns_of, from_row
from gateway.pipeline.mailboxes import Refused
from gateway.tracking.case import Case
from gateway.tracking.document import Document, DocumentState
from gateway.tracking.receipt import Receipt
from gateway.tracking.transmission import Transmission, TransmissionState

T = TypeVar("T")
R = TypeVar("R")

# What a partner may read of a case: what is wrong with its own bytes, and nothing of our inside.
_TOLD = ("not-readable", "interchange-rejected", "unknown-sender", "unknown-receiver", "wrong-sender")
_SFTP: sa.ColumnElement[str] = sa.literal_column("'sftp'")


class Reading(Protocol):
    """A database that lets somebody read."""

    async def read(self, work: Callable[[sa.Connection], T]) -> T:
        """Run ``work`` on a connection for reading."""


class SqlMailboxes:
    """Reads mailboxes."""

    def __init__(self, database: Reading) -> None:
        self._database = database

    async def waiting(self, partner: str, limit: int) -> list[Transmission]:
        """Return what waits to be fetched, oldest first."""
        table = tables.transmissions
        waits = table.c.state == sa.literal_column(f"'{TransmissionState.WAITING}'")
        wanted = sa.and_(_theirs(table, partner, "outbound"), waits)
        return await self._read(lambda connection: _all(connection, Transmission, wanted, limit))

    async def fetched(self, partner: str, since: datetime, limit: int) -> list[tuple[Transmission, list[Receipt]]]:
        """Return what was fetched since then, with the receipts of it, oldest first."""
        table = tables.receipts
        wanted = sa.and_(_theirs(table, partner, "outbound"), table.c.created_at >= since)

        def look(connection: sa.Connection) -> list[tuple[Transmission, list[Receipt]]]:
            receipts: dict[str, list[Receipt]] = defaultdict(list)
            for each in _all(connection, Receipt, wanted, limit, newest=True):
                receipts[each.transmission_id or ""].append(each)
            found = _those(connection, Transmission, tables.transmissions.c.id, list(receipts))
            sent = [each for each in found if each.state == TransmissionState.SENT]
            return [(each, receipts[each.id]) for each in sent]

        return await self._read(look)

    async def arriving(self, partner: str, limit: int) -> list[Transmission]:
        """Return what came and is not read yet."""
        table = tables.transmissions
        wanted = sa.and_(_theirs(table, partner, "inbound"), table.c.state == TransmissionState.RECEIVED)
        return await self._read(lambda connection: _all(connection, Transmission, wanted, limit))

    async def refused(self, partner: str, since: datetime, limit: int) -> list[Refused]:
        """Return what came since then and was refused, in whole or in part, oldest first."""
        table, documents, cases = tables.transmissions, tables.documents, tables.cases
        rejected = sa.exists().where(
            documents.c.transmission_id == table.c.id, documents.c.state == DocumentState.REJECTED
        )
        told = sa.exists().where(cases.c.subject == table.c.id, cases.c.cause.in_(_TOLD))
        refused = sa.or_(table.c.state == TransmissionState.REFUSED, rejected, told)
        wanted = sa.and_(_theirs(table, partner, "inbound"), table.c.created_at >= since, refused)

        def look(connection: sa.Connection) -> list[Refused]:
            found = _all(connection, Transmission, wanted, limit, newest=True)
            ids = [each.id for each in found]
            brought = _those(connection, Document, documents.c.transmission_id, ids)
            why = _those(connection, Case, cases.c.subject, ids)
            return [
                Refused(
                    each,
                    [doc for doc in brought if doc.transmission_id == each.id and doc.state == DocumentState.REJECTED],
                    [case for case in why if case.subject == each.id and case.cause in _TOLD],
                    _answers(connection, each.id),
                )
                for each in reversed(found)
            ]

        return await self._read(look)

    async def _read(self, look: Callable[[sa.Connection], R]) -> R:
        return await self._database.read(look)


def _theirs(table: sa.Table, partner: str, direction: str) -> sa.ColumnElement[bool]:
    """What belongs to a partner's mailbox; the literal lets the database see that the partial index serves the query."""
    return sa.and_(table.c.partner == partner, table.c.direction == direction, table.c.transport == _SFTP)


def _all(
    connection: sa.Connection, kind: type[R], wanted: sa.ColumnElement[bool], limit: int, *, newest: bool = False
) -> list[R]:
    table = TABLE_OF[kind]
    order = table.c.created_at.desc() if newest else table.c.created_at
    query = sa.select(*columns_of(kind)).where(wanted).order_by(order).limit(limit)
    return [from_row(kind, row) for row in connection.execute(query)]


_AT_ONCE = 500  # Values in one question; databases bound them.


def _those(connection: sa.Connection, kind: type[R], column: sa.ColumnElement[Any], values: list[str]) -> list[R]:
    """Return the records whose ``column`` has one of some values, in the order of their arrival."""
    found: list[R] = []
    for begin in range(0, len(values), _AT_ONCE):
        some = values[begin : begin + _AT_ONCE]
        query = sa.select(*columns_of(kind)).where(column.in_(some)).order_by(TABLE_OF[kind].c.seq)
        found += [from_row(kind, row) for row in connection.execute(query)]
    return found


def _answers(connection: sa.Connection, transmission_id: str) -> list[Transmission]:
    """Return the acknowledgments of a transmission: their ids begin with its own."""
    column = tables.transmissions.c.id
    begin = f"{transmission_id}-a"
    return _all(connection, Transmission, sa.and_(column >= begin, column < begin + "~"), _AT_ONCE)
