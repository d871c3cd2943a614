"""One transaction, as the pipeline sees it. Its statements are those of the hot path, compiled once (`statements`)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from gateway.ledger import conditions, tables
from gateway.ledger.finders import Finders
from gateway.ledger.records import TABLE_OF
from gateway.ledger.statements import Cursor, Statements
from gateway.pipeline.ports import Record
from gateway.pipeline.task import Task
from gateway.tracking.case import Case, closed_event
from gateway.tracking.event import Event
from gateway.tracking.order_totals import OrderTotal, combine


class Last(NamedTuple):
    """What is done at the end of the transaction, and for which of its pieces."""

    name: str
    work: Callable[[], list[Task]]
    following: list[Task]
    piece: int


@dataclass(slots=True)
class _Pending:
    """What is written at the end of the transaction, many rows at once, because nothing reads it before."""

    events: list[Event] = field(default_factory=list)
    totals: list[OrderTotal] = field(default_factory=list)
    steps: dict[str, dict[str, Any] | None] = field(default_factory=dict)  # Rows; None: the step is done.
    blobs: dict[str, bytes] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    last: list[Last] = field(default_factory=list)

    def take_in(self, piece: _Pending) -> None:
        """Add what a piece of work left."""
        self.events += piece.events
        self.totals += piece.totals
        self.steps |= piece.steps
        self.blobs |= piece.blobs
        self.numbers |= piece.numbers
        self.last += piece.last


class SqlUnitOfWork(Finders):
    """Fulfils `gateway.pipeline.ports.UnitOfWork` on a connection that is in a transaction.

    One transaction may hold several pieces of work; each is kept or undone as a whole. `flush` comes before the commit.
    """

    def __init__(self, connection: sa.Connection, statements: Statements) -> None:
        super().__init__(self._cursor_on(connection, statements))
        self._insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        self._kept = _Pending()
        self._pending = _Pending()
        self._piece = -1  # Which one of the transaction, from 0.

    def _cursor_on(self, connection: sa.Connection, statements: Statements) -> Cursor:
        return Cursor(connection, statements)

    # Records

    def add(self, record: Record | Event | OrderTotal) -> None:
        """Store a new record."""
        if isinstance(record, Event):
            self._pending.events.append(record)
            return
        if isinstance(record, OrderTotal):
            self._pending.totals.append(record)
            return
        kind = type(record)
        self._cursor.run_record(("add", kind), lambda: _insert_all(TABLE_OF[kind]), record)

    def change(self, kind: type[Record], record_id: str, **values: Any) -> None:
        """Set columns of a stored record."""
        table = TABLE_OF[kind]
        names = tuple(values)
        self._cursor.run(
            ("change", kind, names),
            lambda: (
                sa.update(table)
                .where(table.c.id == conditions.WHICH)
                .values({name: sa.bindparam(name) for name in names})
            ),
            {"which": record_id, **values},
        )

    # Numbers, steps, bytes

    def next_number(self, name: str, first: int, last: int) -> int:
        """Return the next number of the sequence ``name``; after ``last`` comes ``first``."""
        known = self._pending.numbers.get(name) or self._kept.numbers.get(name)
        if known is None:
            # The first one of this transaction takes the row; the others are counted on, and written at the end.
            rows = self._cursor.rows("number", self._next_number, {"name": name, "first": first, "last": last})
            number = int(rows[0][0])
        else:
            number = known + 1 if first <= known < last else first
        self._pending.numbers[name] = number
        return number

    def _next_number(self) -> Any:
        table = tables.control_numbers
        first: Any = sa.bindparam("first")
        last: Any = sa.bindparam("last")
        outside = sa.or_(table.c.value >= last, table.c.value < first)
        return (
            self._insert(table)
            .values(name=sa.bindparam("name"), value=first)
            .on_conflict_do_update(
                index_elements=[table.c.name], set_={"value": sa.case((outside, first), else_=table.c.value + 1)}
            )
            .returning(table.c.value)
        )

    def do_last(self, name: str, work: Callable[[], list[Task]], following: list[Task]) -> None:
        """Do ``work`` at the end of the transaction; the steps that it returns become due, and are appended to ``following``."""
        self._pending.last.append(Last(name, work, following, self._piece))

    def _do(self, last: Last) -> None:
        tasks = last.work()
        for task in tasks:
            self.schedule(task)
        last.following.extend(tasks)

    def schedule(self, task: Task) -> None:
        """Make a step due; a step of the same subject and name is replaced and keeps its place in its lane."""
        self._pending.steps[task.id] = _step_row(task)

    def _schedule(self) -> Any:
        table = tables.steps
        made = self._insert(table).values({c.name: sa.bindparam(c.name) for c in table.c if c.name != "seq"})
        again = {name: made.excluded[name] for name in ("due_at", "attempts", "held", "claimed_by")}
        return made.on_conflict_do_update(index_elements=[table.c.id], set_=again)

    def own(self, task: Task) -> None:
        """Do nothing: one process works on this ledger, so nobody else can have taken ``task`` over."""

    def finish(self, task: Task) -> None:
        """Take a step off the list."""
        self._pending.steps[task.id] = None

    def hold(self, task: Task) -> None:
        """Keep a step on the list without being due: it holds its lane until a person has decided."""
        table = tables.steps
        self._cursor.run(
            "hold",
            lambda: sa.update(table).where(table.c.id == conditions.WHICH).values(held=sa.true(), claimed_by=None),
            {"which": task.id},
        )

    def hasten(self, now: datetime) -> None:
        """Make due what waits to be tried later than ``now``. Deadlines stay."""
        steps = tables.steps
        deadlines = ("chase", "chase_receipt", "chase_deadlines", "look_for_order")
        tried = steps.c.step.not_in([sa.literal_column(f"'{each}'") for each in deadlines])
        later = steps.c.due_at > sa.bindparam("now")
        self._cursor.run(
            "hasten",
            lambda: sa.update(steps).where(later, tried).values(due_at=sa.bindparam("now")),
            {"now": now},
        )

    def keep(self, data: bytes) -> str:
        """Keep small ``data`` in the transaction itself and return its SHA-256."""
        digest = hashlib.sha256(data).hexdigest()
        self._pending.blobs[digest] = data
        return digest

    def close_cases(self, subject: str, resolution: str, at: datetime) -> None:
        """Close the open cases of a subject; each is an event."""
        for case in self.open_cases(subject):
            self.change(Case, case.id, closed_at=at, resolution=resolution)
            self.add(closed_event(case, resolution, at))

    # Pieces: one that fails takes nobody of its group with it

    def begin_piece(self) -> None:
        """Begin a piece of work."""
        self._cursor.plain("SAVEPOINT piece")

    def keep_piece(self) -> None:
        """Keep what the piece did. With one writer nobody waits for numbers, so its last part is done here."""
        last, self._pending.last = self._pending.last, []
        for each in last:
            self._do(each)
        self._cursor.plain("RELEASE SAVEPOINT piece")
        self._kept.take_in(self._pending)
        self._pending = _Pending()

    def undo_piece(self) -> None:
        """Undo what the piece did."""
        self._cursor.plain("ROLLBACK TO SAVEPOINT piece")
        self._cursor.plain("RELEASE SAVEPOINT piece")
        self._pending = _Pending()

    def flush(self) -> None:
        """Write what waited for the end of the transaction."""
        pending, self._kept = self._kept, _Pending()
        if pending.blobs:
            # In one order everywhere, so that two transactions that keep the same bytes can't wait for one another.
            now = datetime.now(UTC)
            rows = [{"digest": digest, "data": data, "kept_at": now} for digest, data in sorted(pending.blobs.items())]
            self._cursor.run_many("keep", self._keep, rows)
        if pending.events:
            self._cursor.run_records("events", lambda: _insert_all(tables.events), pending.events)
        self.write_totals(combine(pending.totals), folded=False)
        done = [{"which": name} for name, row in pending.steps.items() if row is None]
        due = [row for row in pending.steps.values() if row is not None]
        self._write_steps(done, due)
        table = tables.control_numbers
        self._cursor.run_many(
            "numbers",
            lambda: sa.update(table).where(table.c.name == conditions.WHICH).values(value=sa.bindparam("last_given")),
            [{"which": name, "last_given": number} for name, number in pending.numbers.items()],
        )

    def write_totals(self, totals: Sequence[OrderTotal], *, folded: bool) -> None:
        """Insert what orders add up to; a row that others are added to later, or that they were added to."""
        for total in totals:
            total.folded = folded
        if totals:
            self._cursor.run_records("totals", lambda: _insert_all(TABLE_OF[OrderTotal]), totals)

    def _write_steps(self, done: list[dict[str, Any]], due: list[dict[str, Any]]) -> None:
        if done:
            self._cursor.run_many(
                "finish", lambda: sa.delete(tables.steps).where(tables.steps.c.id == conditions.WHICH), done
            )
        if due:
            self._cursor.run_many("schedule", self._schedule, due)

    def _keep(self) -> Any:
        table = tables.blobs
        made = self._insert(table).values({column.name: sa.bindparam(column.name) for column in table.c})
        # Who keeps what is there already says so, and takes the row: nobody can be purging it at the same time.
        return made.on_conflict_do_update(index_elements=[table.c.digest], set_={"kept_at": made.excluded.kept_at})


def _insert_all(table: sa.Table) -> Any:
    """Insert every column but the number that the database gives, and nobody asks for."""
    return sa.insert(table).inline().values({c.name: sa.bindparam(c.name) for c in table.c if c.name != "seq"})


def _step_row(task: Task) -> dict[str, Any]:
    return {
        "id": task.id,
        "step": str(task.step),
        "subject": task.subject,
        "tracking_id": task.tracking_id,
        "due_at": task.due_at,
        "lane": task.lane,
        "attempts": task.attempts,
        "held": False,
        "claimed_by": None,
    }
