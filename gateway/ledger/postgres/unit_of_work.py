"""One transaction on PostgreSQL, where many run at once. What one writer gives SQLite for nothing is kept by locks here.

Every transaction is READ COMMITTED and takes what it decides by before it decides:

- *A record that is read* is locked until the commit (``FOR NO KEY UPDATE`` in `finders`): who comes second waits, and then sees
  what the first one wrote. So a state never changes between look and change, and the life of an order moves step by step.
- *A record that is not there yet* can't be locked. Who looks for one before storing it takes a lock on what it looks for
  (``ABSENT``): two copies of a transmission, of a document's numbers, of a business number or of a Message-ID that come at the
  same time, to two receivers, are looked at one after the other, and the second one finds the first.
- *Control numbers* are counted in their row; the row stays locked until the commit. A transaction that is undone gives its number
  back, so there is no gap and no number twice. They are taken last (`do_last`), after all else that the pieces of the transaction
  do: another worker waits for the commit, not for the work.
- *A lane* is locked before a step is put into it or taken off it. So of the steps of a lane those that were committed first have
  the lower ``seq``, the first one is the only one that may run, and who takes it off wakes the one behind it.
- *A step* belongs to the worker in ``claimed_by``. Its outcome is committed only under that claim (`own`): a worker that was
  believed dead and comes back writes nothing.

Locks are taken in the same order wherever that can be: the step, then what is looked for, then numbers, then lanes by their
names. Where two transactions do block one another, PostgreSQL undoes one of them; that is a ConcurrentChange, and its step runs
again from what the ledger holds. The unique indexes stand behind all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import psycopg
import sqlalchemy as sa

from gateway.errors import LeaseLost
from gateway.ledger.looking import R
from gateway.ledger.postgres.alarms import ALARM
from gateway.ledger.postgres.claims import Claims
from gateway.ledger.postgres.pipeline import Pipeline
from gateway.ledger.postgres.pipelined import PipelinedCursor
from gateway.ledger.statements import Cursor, Statements
from gateway.ledger.unit_of_work import SqlUnitOfWork
from gateway.pipeline.task import Task

_OWN = "SELECT id, lane FROM steps WHERE id = ANY($1) AND claimed_by = $2 FOR UPDATE"
_LANES = "SELECT DISTINCT lane FROM steps WHERE id = ANY($1) AND lane IS NOT NULL"
_FINISH = "DELETE FROM steps WHERE id = ANY($1)"
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"

# By finder: the values that say what is looked for and may be stored afterwards. None: whoever looks there stores nothing
# that the same look would have found, so locking what is found is enough. A finder that is not named here locks all values.
ABSENT: dict[str, tuple[str, ...] | None] = {
    "by id": None,  # `find` locks the id, and only when there is nothing under it.
    "by key": ("source", "key"),
    "by digest": ("source", "digest"),
    "first": ("partner", "sender", "receiver", "interchange_number"),
    "used": ("partner", "sender", "receiver", "interchange_number"),
    "numbered": ("partner",),  # Whatever the order in which an interchange names its numbers.
    "by message": ("source", "way", "message"),
    "sent group": None,
    "sent interchange": None,
    "for order": None,
    "named": None,
    "sent in": None,
    "answers": None,
    "of": None,
    "owed": None,
    "promised": None,
    "promised for": None,
    "answered": None,
    "open cases": None,
    "notes": None,  # Whoever looks at them has locked their case.
    # Whoever looks at an order has locked it, or its absence, by its id.
    "numbered orders": ("partner", "role", "order_number"),
    "orders anywhere": None,  # Who finds none takes the shelf, and looks again.
    "on shelf": ("which",),
    "said": None,
    "said by": None,
    "said under": None,
    "lines": None,
    "matches": None,
    "matches about": None,
    "held": (),
    "repairs of": None,  # Whoever looks at them has locked their run.
    "open repairs": ("which",),  # Of two runs with the same system the second one sees what the first one found.
    "open repairs of": None,
    "dismissed repairs": None,
}
_SAME = {"used": "first"}  # Both look at what came under the numbers of an envelope: one lock serves both.


class LastFailed(Exception):
    """What a piece left for the end of the transaction failed, and cannot be undone by itself any more."""

    def __init__(self, piece: int) -> None:
        super().__init__(piece)
        self.piece = piece


class PostgresUnitOfWork(SqlUnitOfWork):
    """Fulfils `gateway.pipeline.ports.UnitOfWork` on a connection of psycopg that is in a transaction and in pipeline mode."""

    def __init__(
        self,
        connection: sa.Connection,
        pipeline: Pipeline,
        statements: Statements,
        claims: Claims,
        *,
        shared: bool = False,
    ) -> None:
        self._pipeline = pipeline
        super().__init__(connection, statements)
        self.shared = shared  # Several pieces of work are in the transaction.
        self._claims = claims
        self._locked: set[str] = set()
        self._locked_before: frozenset[str] = frozenset()  # When the piece began: what it locked itself goes with it.
        self._lanes: dict[str, str | None] = {}  # Of the steps that are ours until the commit.
        self.claimed: list[str] = []

    def _cursor_on(self, _connection: sa.Connection, statements: Statements) -> Cursor:
        return PipelinedCursor(self._pipeline, statements)

    # Looking

    def find(self, kind: type[R], record_id: str) -> R | None:
        """Return a record, or None; then nobody else can store one under this id before the commit."""
        found = super().find(kind, record_id)
        name = f"id:{kind.__name__}:{record_id}"
        if found is None and name not in self._locked:
            self._lock(name)
            found = super().find(kind, record_id)
        return found

    def _before_looking(self, what: str, values: dict[str, Any]) -> None:
        names = ABSENT.get(what, tuple(sorted(values)))
        if names is not None:
            self._lock(":".join((_SAME.get(what, what), *(str(values[name]) for name in names))))

    def _lock(self, name: str) -> None:
        if name not in self._locked:
            self._pipeline.send(_LOCK, [name])
            self._locked.add(name)

    # Steps

    def look_whose(self, tasks: Sequence[Task]) -> None:
        """See which of these steps are ours, all at once, and let nobody take them over until the commit."""
        if tasks:
            self._lanes |= dict(self._pipeline.fetch(_OWN, [[task.id for task in tasks], self._claims.worker]))

    def own(self, task: Task) -> None:
        """Raise LeaseLost when another worker has taken ``task`` over, and let nobody do so until the commit."""
        if task.id not in self._lanes:
            self.look_whose([task])
        if task.id not in self._lanes:
            raise LeaseLost

    def schedule(self, task: Task) -> None:
        """Make a step due, for our own worker where it has room and the input is in memory."""
        super().schedule(task)
        row = self._pending.steps[task.id]
        assert row is not None
        row["claimed_by"] = self._claims.worker_for(task, datetime.now(UTC))

    def _write_steps(self, done: list[dict[str, Any]], due: list[dict[str, Any]]) -> None:
        ended = [each["which"] for each in done]
        lanes = {row["lane"] for row in due if row["lane"] is not None} | self._lanes_of(ended)
        for lane in sorted(lanes):
            self._lock(f"lane:{lane}")
        if ended:
            self._pipeline.send(_FINISH, [ended])
        super()._write_steps([], due)
        self.claimed = [row["id"] for row in due if row["claimed_by"] is not None]
        handed_out = [row["id"] for row in due if row["claimed_by"] is None]
        if handed_out or lanes:
            self._pipeline.send(ALARM, [handed_out, sorted(lanes)])

    def _lanes_of(self, step_ids: list[str]) -> set[str]:
        """Return the lanes of steps that end: whoever waits behind them must be woken."""
        lanes = {lane for step_id in step_ids if (lane := self._lanes.get(step_id)) is not None}
        unknown = [step_id for step_id in step_ids if step_id not in self._lanes]
        if unknown:
            lanes |= {row[0] for row in self._pipeline.fetch(_LANES, [unknown])}
        return lanes

    # Pieces: one that shares its transaction is kept or undone by itself, any other with the transaction

    def begin_piece(self) -> None:
        """Begin a piece of work."""
        self._piece += 1
        if self.shared:
            self._locked_before = frozenset(self._locked)
            super().begin_piece()

    def keep_piece(self) -> None:
        """Keep what the piece did; what goes wrong with it is raised here at the latest."""
        if self.shared:
            self._cursor.plain("RELEASE SAVEPOINT piece")
            self._pipeline.wait()
        self._kept.take_in(self._pending)
        self._pending = type(self._pending)()

    def flush(self) -> None:
        """Do what was left for the end of the transaction, then write what waited for it."""
        last, self._kept.last = self._kept.last, []
        for each in sorted(last, key=lambda each: each.name):
            try:
                self._do(each)
            except psycopg.Error:
                raise
            except Exception as error:
                raise LastFailed(each.piece) from error
        self._kept.take_in(self._pending)
        self._pending = type(self._pending)()
        super().flush()

    def undo_piece(self) -> None:
        """Undo what the piece did, and let go of what it locked."""
        with suppress(psycopg.Error):
            self._pipeline.settle()
        super().undo_piece()
        self._pipeline.wait()
        self._locked = set(self._locked_before)
