"""What is due, handed out within one process that has the ledger for itself (the lock of the data folder sees to that).

What is handed over in memory after a commit (`wake`) saves a look into the ledger; the ledger stays the truth, and a sweep finds
whatever was not handed over. A ledger that does not answer stops nothing for good: the sweep asks again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
import structlog

from gateway.errors import LedgerError
from gateway.ledger import tables
from gateway.ledger.sql_ledger import SqlLedger
from gateway.ledger.unit_of_work import SqlUnitOfWork
from gateway.pipeline.ports import Clock, UnitOfWork
from gateway.pipeline.task import Task

log = structlog.get_logger("gateway.queue")

# A clock that is set back by more than this leaves steps behind that would wait for as long as it was ahead.
AHEAD = timedelta(minutes=1)


class EmbeddedQueue:
    """Fulfils `gateway.pipeline.queue.Queue`: up to ``at_once`` steps at a time."""

    def __init__(self, ledger: SqlLedger, clock: Clock, *, at_once: int = 32, sweep_seconds: float = 1.0) -> None:
        self._ledger = ledger
        self._clock = clock
        self._at_once = at_once
        self._sweep_seconds = sweep_seconds
        self._ready: deque[Task] = deque()
        self._waiting: set[str] = (
            set()
        )  # The ids of those in ``_ready``: a sweep may find a step before it is handed over.
        self._running: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._stopping = False
        self._ended_meanwhile: set[str] = set()
        self._sweep_wanted = True
        self._swept_at: datetime | None = None

    def wake(self, tasks: Sequence[Task]) -> None:
        """Take over steps that were just committed.

        What carries nothing saves no look into the ledger, and only the ledger knows whose turn it is in a lane: both are
        left to a sweep.
        """
        for task in tasks:
            if task.id in self._waiting:
                continue
            ours = task.id not in self._running and task.id not in self._ended_meanwhile
            if ours and task.lane is None and task.carry is not None and task.due_at <= self._clock():
                self._enlist([task])
            else:
                self._sweep_wanted = True
        self._news.set()

    async def run(self, work: Callable[[Task], Awaitable[None]]) -> None:
        """Hand steps to ``work`` until `stop`; then let what runs come to its end."""
        loop = asyncio.get_running_loop()
        alarm: asyncio.TimerHandle | None = None
        while not self._stopping:
            if self._sweep_wanted:
                self._sweep_wanted = False
                await self._sweep()
                if alarm is not None:
                    alarm.cancel()
                alarm = loop.call_later(self._sweep_seconds, self.look)
                continue  # It may have been told to stop meanwhile.
            while self._ready and len(self._tasks) < self._at_once:
                task = self._ready.popleft()
                self._waiting.discard(task.id)
                self._start(work, task)
            self._news.clear()
            if not (self._sweep_wanted or (self._ready and len(self._tasks) < self._at_once)):
                await self._news.wait()
        if alarm is not None:
            alarm.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        self._ready.clear()
        self._waiting.clear()

    def look(self) -> None:
        """Look into the ledger soon."""
        self._sweep_wanted = True
        self._news.set()

    def stop(self) -> None:
        """Begin no further step."""
        self._stopping = True
        self._news.set()

    @property
    def busy(self) -> int:
        """How many steps run or wait in memory."""
        return len(self._tasks) + len(self._ready)

    async def _sweep(self) -> None:
        room = max(0, 4 * self._at_once - len(self._ready))
        if not room:
            return
        # What ends while the ledger is read may still stand in the answer: it must not run twice.
        self._ended_meanwhile.clear()
        try:
            now = self._clock()
            await catch_up(self._ledger, now, self._swept_at)
            self._swept_at = now
            found = await self._ledger.due(now, room + len(self._running) + len(self._ready))
        except LedgerError as error:
            log.error("ledger_not_read", error=str(error))
            return
        known = self._running | self._ended_meanwhile | self._waiting
        self._enlist([task for task in found if task.id not in known])

    def _enlist(self, tasks: Sequence[Task]) -> None:
        self._ready.extend(tasks)
        self._waiting.update(task.id for task in tasks)

    def _start(self, work: Callable[[Task], Awaitable[None]], task: Task) -> None:
        if task.id in self._running:
            return
        self._running.add(task.id)
        running = asyncio.ensure_future(work(task))
        self._tasks.add(running)
        running.add_done_callback(partial(self._ended, task))

    def _ended(self, task: Task, running: asyncio.Task[None]) -> None:
        self._tasks.discard(running)
        self._running.discard(task.id)
        self._ended_meanwhile.add(task.id)
        if task.lane is not None:
            self._sweep_wanted = True
        self._news.set()
        tell_failure(task, running)


async def catch_up(ledger: SqlLedger, now: datetime, before: datetime | None) -> None:
    """Make due what a clock put off that was ahead and now is not, since ``before`` or, without that, since the last event."""
    if before is None:
        newest = sa.select(tables.events.c.at).order_by(tables.events.c.seq.desc()).limit(1)
        before = await ledger.read(lambda connection: connection.execute(newest).scalar())
    if before is not None and before > now + AHEAD:
        log.warning("clock_went_back", before=str(before), now=str(now))
        await ledger.tx(partial(_hasten, now=now))


def _hasten(uow: UnitOfWork, now: datetime) -> None:
    assert isinstance(uow, SqlUnitOfWork)
    uow.hasten(now)


def tell_failure(task: Task, running: asyncio.Task[None]) -> None:
    """Log what kept a step from being committed: the ledger itself failed, the step is still due, and it comes again."""
    if not running.cancelled() and (error := running.exception()) is not None:
        log.error("step_not_committed", step=task.step, subject=task.subject, error=str(error))
