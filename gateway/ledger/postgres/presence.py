"""A worker says that it is there, in words of the database: a row that it renews. Who is silent too long counts as dead."""

from __future__ import annotations

import os
import socket
import uuid
from typing import Any

import sqlalchemy as sa

from gateway.ledger.postgres.alarms import CLAIM, CLAIM_MORE, SILENCE
from gateway.ledger.postgres.brought import bring
from gateway.pipeline.ports import Clock
from gateway.pipeline.task import StepName, Task

_ARRIVE = """INSERT INTO workers (id, host, process, started_at, seen_at)
    VALUES (%(id)s, %(host)s, %(process)s, now(), now())"""
_MINE = "SELECT id, step, subject, tracking_id, due_at, lane, attempts FROM steps WHERE claimed_by = %(worker)s"


class Presence:
    """One worker, from its arrival until it leaves or is declared dead."""

    def __init__(self) -> None:
        self.id = uuid.uuid4().hex

    def arrive(self, connection: sa.Connection) -> None:
        """Say that this worker is there."""
        facts = {"id": self.id, "host": socket.gethostname(), "process": os.getpid()}
        _cursor(connection).execute(_ARRIVE, facts)

    def renew(self, connection: sa.Connection) -> bool:
        """Say it again; return False if somebody has declared this worker dead meanwhile."""
        cursor = _cursor(connection)
        cursor.execute("UPDATE workers SET seen_at = now() WHERE id = %(id)s", {"id": self.id})
        return bool(cursor.rowcount)

    def leave(self, connection: sa.Connection) -> None:
        """Give back what was not begun, and go."""
        cursor = _cursor(connection)
        cursor.execute("UPDATE steps SET claimed_by = NULL WHERE claimed_by = %(id)s", {"id": self.id})
        cursor.execute("DELETE FROM workers WHERE id = %(id)s", {"id": self.id})

    def claim(self, connection: sa.Connection, step_id: str, clock: Clock) -> Task | None:
        """Take a step on, if it is due, free and the first of its lane."""
        cursor = _cursor(connection)
        cursor.execute(CLAIM, {"worker": self.id, "id": step_id, "now": clock()})
        row = cursor.fetchone()
        if row is None:
            return None
        task = _task(row)
        bring(connection, [task])
        return task

    def claim_more(self, connection: sa.Connection, limit: int, clock: Clock) -> list[Task]:
        """Take on up to ``limit`` steps that are due and in no lane, oldest first, and take back their alarms."""
        cursor = _cursor(connection)
        cursor.execute(CLAIM_MORE, {"worker": self.id, "limit": limit, "now": clock()})
        tasks = sorted((_task(row) for row in cursor.fetchall()), key=lambda task: task.due_at)
        if tasks:
            cursor.execute(SILENCE, {"ids": [task.id for task in tasks]})
            bring(connection, tasks)
        return tasks

    def mine(self, connection: sa.Connection) -> list[Task]:
        """Return what is claimed for this worker."""
        cursor = _cursor(connection)
        cursor.execute(_MINE, {"worker": self.id})
        return [_task(row[1:]) for row in cursor.fetchall()]


def _cursor(connection: sa.Connection) -> Any:
    raw: Any = connection.connection.driver_connection
    return raw.cursor()


def _task(row: Any) -> Task:
    step, subject, tracking_id, due_at, lane, attempts = row
    return Task(StepName(step), subject, tracking_id, due_at, lane, attempts, again=True)
