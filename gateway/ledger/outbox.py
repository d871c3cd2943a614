"""The events of the log for those who pass them on, and how far each of them has come. Fulfils `gateway.pipeline.outbox.Outbox`.

Events lie in the log in the same commit as what they tell, so there is nothing to write for them twice. A cursor is the number of
the last event that a sink is done with.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from gateway.ledger import tables
from gateway.ledger.records import columns_of, from_row
from gateway.ledger.sink_tables import sinks, undelivered
from gateway.ledger.sql_ledger import SqlLedger
from gateway.ledger.statements import Cursor
from gateway.ledger.unit_of_work import SqlUnitOfWork
from gateway.pipeline.outbox import ALL, Begin, Changes, Selection, SinkReport, SinkState, Stretch, Undelivered
from gateway.pipeline.ports import UnitOfWork
from gateway.pipeline.views import Page
from gateway.tracking.cloudevent import Numbered
from gateway.tracking.event import Event

# Events that are looked through at a time for those that are asked for: a rare type must not make us read the whole log at once.
WINDOW = 20_000
_AGAIN_SECONDS = 0.1

_NAMES = tuple(field.name for field in fields(Undelivered))
_COLUMNS = tuple(undelivered.c[name] for name in _NAMES)
_WAITS = undelivered.c.died_at.is_(None)


class SqlOutbox:
    """Reads the log and keeps the cursors."""

    def __init__(self, ledger: SqlLedger) -> None:
        self._ledger = ledger
        self._shared = ledger.engine.dialect.name == "postgresql"
        self._insert: Any = postgresql.insert if self._shared else sqlite.insert

    # The log

    async def after(self, position: int, limit: int, selection: Selection = ALL) -> Stretch:
        """Return events behind ``position`` which no transaction can precede any more."""
        return await self._ledger.read(lambda connection: self._after(connection, position, limit, selection))

    def _after(self, connection: sa.Connection, position: int, limit: int, selection: Selection) -> Stretch:
        end = self._settled(connection, position)
        if end <= position:
            return Stretch([], position, more=False)
        table, documents = tables.events, tables.documents
        until = min(end, position + WINDOW)
        wanted = [table.c.seq > position, table.c.seq <= until]
        for column, values in ((table.c.type, selection.types), (table.c.partner, selection.partners)):
            if values:
                wanted.append(column.in_(values))
        query = (
            sa.select(table.c.seq, documents.c.order_number, *columns_of(Event))
            .select_from(table.outerjoin(documents, documents.c.id == table.c.subject))
            .where(*wanted)
            .order_by(table.c.seq)
            .limit(limit)
        )
        rows = connection.execute(query).all()
        found = [Numbered(row[0], from_row(Event, row[2:]), row[1]) for row in rows]
        reached = found[-1].position if len(found) == limit else until
        return Stretch(found, reached, more=reached < end)

    def _settled(self, connection: sa.Connection, after: int) -> int:
        """Return the number up to which no event can appear any more. SQLite has one writer, so what is there is all."""
        if self._shared:
            from gateway.ledger.postgres.frontier import frontier  # Its driver is an extra.

            return frontier(connection, after)
        return _end(connection)

    # Cursors

    async def opened(self, sink: str, begin: Begin, now: datetime) -> int:
        """Return the cursor of a sink; a new one begins where ``begin`` says, from this moment on."""
        known = await self._position(sink)
        if known is not None:
            return known
        values = {"name": sink, "position": 0, "state": str(SinkState.OPEN), "detail": "", "since": now}
        if begin is Begin.NEXT:
            values["position"] = await self._end()
        made = self._insert(sinks).values({name: sa.bindparam(name) for name in values}).on_conflict_do_nothing()
        await self._write(lambda cursor: cursor.run("sink opened", lambda: made, values))
        position = await self._position(sink)
        assert position is not None, "it was stored just now"
        return position

    async def _position(self, sink: str) -> int | None:
        query = sa.select(sinks.c.position).where(sinks.c.name == sink)
        return await self._ledger.read(lambda connection: connection.execute(query).scalar())

    async def _end(self) -> int:
        """Return the end of the log once everything up to there is settled."""
        while True:
            settled, end = await self._ledger.read(lambda each: (self._settled(each, 0), _end(each)))
            if settled or not end:
                return settled
            await asyncio.sleep(_AGAIN_SECONDS)

    async def write(self, sink: str, changes: Changes, now: datetime) -> None:
        """Commit how far a sink has come and what it did not take. A cursor never goes back."""

        def work(cursor: Cursor) -> None:
            if changes.waiting:
                rows = [{name: getattr(each, name) for name in _NAMES} for each in changes.waiting]
                cursor.run_many("undelivered", self._keep, rows)
            if changes.delivered:
                gone = [{"which": each} for each in changes.delivered]
                cursor.run_many("delivered", lambda: sa.delete(undelivered).where(_named("which")), gone)
            if changes.position is not None:
                cursor.run("sink moved", moved, {"which": sink, "reached": changes.position})

        await self._write(work)

    def _keep(self) -> Any:
        made = self._insert(undelivered).values({name: sa.bindparam(name) for name in _NAMES})
        changing = ("attempts", "first_tried_at", "due_at", "detail", "died_at")
        return made.on_conflict_do_update(
            index_elements=[undelivered.c.id], set_={name: made.excluded[name] for name in changing}
        )

    async def tell(self, sink: str, state: SinkState, detail: str, now: datetime) -> None:
        """Note whether a sink takes events."""
        names = ("state", "detail", "since")
        values = {"which": sink, "state": str(state), "detail": detail, "since": now}

        def told() -> Any:
            made = sa.update(sinks).where(sinks.c.name == sa.bindparam("which"))
            return made.values({name: sa.bindparam(name) for name in names})

        await self._write(lambda cursor: cursor.run("sink told", told, values))

    # What was not taken

    async def waiting(self, sink: str) -> list[tuple[str, datetime]]:
        """Return the keys of what waits to be tried again, with the time of the first one of each."""
        query = sa.select(undelivered.c.key, undelivered.c.due_at).where(_first_of_its_key(sink))
        rows = await self._ledger.read(lambda connection: connection.execute(query).all())
        return [(row.key, row.due_at) for row in rows]

    async def due(self, sink: str, now: datetime, limit: int) -> list[Undelivered]:
        """Return what is to be tried now: the first one of each key, the oldest first."""
        wanted = sa.and_(_first_of_its_key(sink), undelivered.c.due_at <= now)
        query = sa.select(*_COLUMNS).where(wanted).order_by(undelivered.c.position).limit(limit)
        rows = await self._ledger.read(lambda connection: connection.execute(query).all())
        return [Undelivered(*row) for row in rows]

    async def dead(self, sink: str | None, after: int, limit: int) -> Page[Undelivered]:
        """Return dead letters, in the order in which they were first tried."""
        wanted = sa.and_(undelivered.c.seq > after, ~_WAITS, _of(sink))
        query = sa.select(undelivered.c.seq, *_COLUMNS).where(wanted).order_by(undelivered.c.seq).limit(limit + 1)
        rows = await self._ledger.read(lambda connection: connection.execute(query).all())
        shown = rows[:limit]
        return Page([Undelivered(*row[1:]) for row in shown], shown[-1][0] if len(rows) > limit else None)

    async def revive(self, sink: str | None, letter: str | None, now: datetime) -> int:
        """Put dead letters on their way again, one or all of a sink; return how many."""
        query = sa.select(undelivered.c.id).where(~_WAITS, _of(sink))
        if letter is not None:
            query = query.where(undelivered.c.id == letter)
        found = await self._ledger.read(lambda connection: connection.execute(query).scalars().all())

        def again() -> Any:
            fresh: dict[str, Any] = {"attempts": 0, "died_at": None, "due_at": sa.bindparam("due")}
            return sa.update(undelivered).where(_named("which")).values(fresh)

        rows = [{"which": each, "due": now} for each in found]
        if rows:
            await self._write(lambda cursor: cursor.run_many("revived", again, rows))
        return len(rows)

    # How it stands

    async def reports(self) -> list[SinkReport]:
        """Return how it stands with each sink."""
        counts = sa.select(undelivered.c.sink, _WAITS.label("waits"), sa.func.count()).group_by("sink", "waits")

        def look(connection: sa.Connection) -> list[SinkReport]:
            # Cursors first: what was written since then makes a sink look further behind, never done too early.
            rows = connection.execute(sa.select(sinks).order_by(sinks.c.name)).all()
            number = {(sink, bool(waits)): count for sink, waits, count in connection.execute(counts)}
            end = _end(connection)
            return [
                SinkReport(
                    row.name,
                    row.position,
                    max(end - row.position, 0),
                    SinkState(row.state),
                    row.detail,
                    row.since,
                    number.get((row.name, True), 0),
                    number.get((row.name, False), 0),
                )
                for row in rows
            ]

        return await self._ledger.read(look)

    async def _write(self, work: Callable[[Cursor], None]) -> None:
        def run(uow: UnitOfWork) -> None:
            assert isinstance(uow, SqlUnitOfWork)
            work(uow.cursor)

        await self._ledger.tx(run)


def _end(connection: sa.Connection) -> int:
    return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(tables.events.c.seq), 0))).scalar_one())


def _named(parameter: str) -> sa.ColumnElement[bool]:
    return undelivered.c.id == sa.bindparam(parameter)


def _of(sink: str | None) -> sa.ColumnElement[bool]:
    return undelivered.c.sink == sink if sink is not None else sa.true()


def moved() -> Any:
    """Return the statement that moves the cursor of a sink, never back; its values are ``which`` and ``reached``."""
    further = sinks.c.position < sa.bindparam("reached")
    return (
        sa.update(sinks).where(sinks.c.name == sa.bindparam("which"), further).values(position=sa.bindparam("reached"))
    )


def _first_of_its_key(sink: str) -> sa.ColumnElement[bool]:
    """What waits for a sink and has nothing of its key in front of it."""
    earlier = undelivered.alias("earlier")
    in_front = sa.exists().where(
        earlier.c.sink == undelivered.c.sink,
        earlier.c.key == undelivered.c.key,
        earlier.c.position < undelivered.c.position,
        earlier.c.died_at.is_(None),
    )
    return sa.and_(undelivered.c.sink == sink, _WAITS, ~in_front)
