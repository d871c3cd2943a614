"""Who works in this process, and what it may take on at once instead of having it handed out.

A step that follows from one that just ended, and whose input is still in memory, is claimed for the same worker in the very
commit that makes it due: no alarm, no look into the ledger. Beyond what the worker has room for, steps go to whoever is free.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from gateway.pipeline.task import Task


class Claims:
    """Filled by the queue of a worker; empty in a process that only receives."""

    def __init__(self) -> None:
        self.worker: str | None = None
        self.room: Callable[[], bool] = lambda: False
        self._taken: set[str] = set()

    def worker_for(self, task: Task, now: datetime) -> str | None:
        """Return our worker if it shall go on with ``task`` by itself, else None."""
        mine = task.lane is None and task.carry is not None and task.due_at <= now
        return self.worker if mine and self.worker is not None and self.room() else None

    def note(self, task_ids: list[str]) -> None:
        """Note what was committed as ours."""
        self._taken.update(task_ids)

    def take(self, task_id: str) -> bool:
        """Tell once whether a step was committed as ours."""
        if task_id not in self._taken:
            return False
        self._taken.discard(task_id)
        return True
