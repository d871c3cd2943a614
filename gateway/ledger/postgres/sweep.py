"""The sweep: what should be under way and is not, because a worker died, an alarm was lost, or its time has come near.

All times here are the server's, so that the clocks of the workers' machines don't matter. Every worker sweeps; of those that
would do so at the same time one does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gateway.ledger.postgres.alarms import FORGOTTEN, QUEUE

_ONE_AT_A_TIME = "SELECT pg_try_advisory_xact_lock(hashtextextended('gateway sweep', 0))"
_DEAD = "DELETE FROM workers WHERE seen_at < now() - make_interval(secs => %(within)s) RETURNING id"
_FREED = """UPDATE steps SET claimed_by = NULL WHERE claimed_by IS NOT NULL AND claimed_by NOT IN (SELECT id FROM workers)
    RETURNING id"""
# A job whose worker is gone would hold its lane's lock for ever, and so would one whose end could not be written because the
# connection broke just then: its worker lives, and nobody has its step. The step itself is in the ledger, and gets a new alarm.
_STALLED = """SELECT procrastinate_finish_job_v1(stalled.id, 'failed', true) FROM (SELECT id FROM procrastinate_jobs AS jobs
    WHERE queue_name = %(queue)s AND status = 'doing' AND (worker_id IS NULL OR worker_id NOT IN
        (SELECT id FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %(within)s))
    OR (NOT EXISTS (SELECT 1 FROM steps WHERE steps.id = jobs.args->>'step' AND steps.claimed_by IS NOT NULL)
        AND NOT EXISTS (SELECT 1 FROM procrastinate_events AS events WHERE events.job_id = jobs.id
            AND events.type = 'started' AND events.at > now() - make_interval(secs => %(within)s))))
    FOR UPDATE SKIP LOCKED) AS stalled"""  # One that comes to its end just now is left to its worker.
_LIMIT = 1000  # Alarms set by one sweep; the next one goes on.


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found."""

    dead: tuple[str, ...] = ()
    freed: int = 0


def sweep(connection: sa.Connection, takeover_within: float) -> Swept:
    """Free what dead workers hold, and set the alarms that are missing."""
    raw: Any = connection.connection.driver_connection
    cursor = raw.cursor()
    cursor.execute(_ONE_AT_A_TIME)
    if not cursor.fetchone()[0]:
        return Swept()
    cursor.execute(_DEAD, {"within": takeover_within})
    dead = tuple(row[0] for row in cursor.fetchall())
    cursor.execute(_FREED)
    freed = len(cursor.fetchall())
    cursor.execute(_STALLED, {"queue": QUEUE, "within": takeover_within})
    cursor.execute(FORGOTTEN, {"limit": _LIMIT})
    return Swept(dead, freed)
