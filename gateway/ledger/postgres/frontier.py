"""Up to which number the log can't change any more, while others write.

PostgreSQL gives numbers before the commit, so a lower one may become visible after a higher one. Everybody who is about to take
a number holds a lock on the table first, until the end of the transaction: once those are gone that held it when a number was
the highest, nothing at or below that number can appear any more. Nobody waits for us, and transactions that write no events,
however long they take, don't matter. (The oldest running transaction id would not do: a number may be taken before the id is.)
"""

from __future__ import annotations

import time
from typing import Any

import sqlalchemy as sa

_HIGHEST = "SELECT max(seq) FROM events WHERE seq > %(after)s"
_WRITERS = """SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND relation = 'events'::regclass
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND mode = 'RowExclusiveLock'"""
_WITHIN_SECONDS = 2.0
_LOOK_SECONDS = 0.02


def frontier(connection: sa.Connection, after: int) -> int:
    """Return the highest number that is settled; ``after`` itself when nothing new is. Waits a moment for who writes."""
    raw: Any = connection.connection.driver_connection
    row = raw.execute(_HIGHEST, {"after": after}).fetchone()
    if row[0] is None:
        return after
    writers = _writers(raw)
    until = time.monotonic() + _WITHIN_SECONDS
    while writers:
        if time.monotonic() > until:
            return after
        time.sleep(_LOOK_SECONDS)
        writers &= _writers(raw)
    return int(row[0])


def _writers(raw: Any) -> set[str]:
    return {row[0] for row in raw.execute(_WRITERS).fetchall()}
