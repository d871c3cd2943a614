"""The log of events text for text, and the chain over it. Fulfils `gateway.pipeline.chain.Log`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from gateway.ledger import tables
from gateway.ledger.records import TABLE_OF, columns_of, from_row
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.ports import UnitOfWork
from gateway.tracking.chain import Checkpoint, Seal, StoredEvent, moment, numbered

R = TypeVar("R", Seal, Checkpoint)

_WORDS = ("type", "at", "subject", "partner", "tracking_id", "data")


class SqlLog:
    """Reads and seals the log."""

    def __init__(self, ledger: SqlLedger) -> None:
        self._ledger = ledger
        self._shared = ledger.engine.dialect.name == "postgresql"

    # Sealing

    async def last_seal(self) -> Seal | None:
        """Return the newest block."""
        return await self._first(Seal, sa.true(), newest=True)

    async def last_checkpoint(self) -> Checkpoint | None:
        """Return the newest checkpoint."""
        return await self._first(Checkpoint, sa.true(), newest=True)

    async def unsealed(self, after: int, limit: int) -> list[StoredEvent]:
        """Return the first events behind a number that no transaction can precede any more, in their order."""
        return await self._ledger.read(lambda connection: self._unsealed(connection, after, limit))

    def _unsealed(self, connection: sa.Connection, after: int, limit: int) -> list[StoredEvent]:
        wanted = tables.events.c.seq > after
        if self._shared:
            from gateway.ledger.postgres.frontier import frontier  # Its driver is an extra.

            wanted = sa.and_(wanted, tables.events.c.seq <= frontier(connection, after))
        return self._stored(connection, wanted, limit)

    async def append(self, record: Seal | Checkpoint) -> bool:
        """Store a block or checkpoint; return False when somebody else has stored that number."""

        def store(uow: UnitOfWork) -> bool:
            if uow.find(type(record), record.id) is not None:
                return False
            uow.add(record)
            return True

        return await self._ledger.tx(store)

    # Looking

    async def events(self, first: int, last: int) -> list[StoredEvent]:
        """Return the events from one number to another, in their order."""
        wanted = tables.events.c.seq.between(first, last)
        return await self._ledger.read(lambda connection: self._stored(connection, wanted, None))

    async def events_about(self, subjects: Sequence[str]) -> list[StoredEvent]:
        """Return the events about some records, in their order."""
        wanted = tables.events.c.subject.in_(list(subjects))
        return await self._ledger.read(lambda connection: self._stored(connection, wanted, None))

    async def events_of(self, kind: str) -> list[StoredEvent]:
        """Return the events of a type, in their order."""
        wanted = tables.events.c.type == kind
        return await self._ledger.read(lambda connection: self._stored(connection, wanted, None))

    async def block(self, number: int) -> Seal | None:
        """Return a block by its number."""
        return await self._first(Seal, tables.seals.c.id == numbered(number))

    async def block_with(self, seq: int) -> Seal | None:
        """Return the block whose events reach over a number."""
        return await self._first(Seal, tables.seals.c.last >= seq)

    async def checkpoint_over(self, block: int) -> Checkpoint | None:
        """Return the first checkpoint that names a block or one behind it; of several the one with a time stamp."""
        table = tables.checkpoints
        found = await self._first(Checkpoint, sa.and_(table.c.block >= block, table.c.token.is_not(None)))
        return found or await self._first(Checkpoint, table.c.block >= block)

    async def checkpoint(self, number: int) -> Checkpoint | None:
        """Return a checkpoint by its number."""
        return await self._first(Checkpoint, tables.checkpoints.c.id == numbered(number))

    async def _first(self, kind: type[R], wanted: sa.ColumnElement[bool], *, newest: bool = False) -> R | None:
        seq = TABLE_OF[kind].c.seq
        query = sa.select(*columns_of(kind)).where(wanted).order_by(seq.desc() if newest else seq).limit(1)
        row = await self._ledger.read(lambda connection: connection.execute(query).first())
        return from_row(kind, row) if row is not None else None

    def _stored(
        self, connection: sa.Connection, wanted: sa.ColumnElement[bool], limit: int | None
    ) -> list[StoredEvent]:
        """Read events as they lie in the database: a text that says the same in other bytes is another text."""
        table = tables.events
        columns = [table.c[name] if self._native(name) else sa.cast(table.c[name], self._plain()) for name in _WORDS]
        query = sa.select(table.c.seq, *columns).where(wanted).order_by(table.c.seq).limit(limit)
        return [_stored_event(row) for row in connection.execute(query)]

    def _native(self, name: str) -> bool:
        return self._shared and name != "data"

    def _plain(self) -> sa.types.TypeEngine[Any]:
        return sa.Text() if self._shared else sa.LargeBinary()


def _stored_event(row: Any) -> StoredEvent:
    seq, kind, at, subject, partner, tracking_id, data = row
    told = at if isinstance(at, bytes) else moment(at)
    given = partner if partner is None else _text(partner)
    return StoredEvent(seq, _text(kind), _text(told), _text(subject), given, _text(tracking_id), _text(data))


def _text(value: str | bytes) -> str:
    # Somebody may have put bytes there that are no text; then it is another text than the one that was sealed.
    return value if isinstance(value, str) else value.decode("utf-8", "backslashreplace")
