"""What is due, handed out to as many workers as there are, on as many machines: procrastinate wakes, the ledger decides.

A worker gets steps in two ways. An alarm (`alarms`) wakes one worker, which claims the step in the ledger, takes on as many
others as it has room for, and looks again when these come to their end: under load there is one look for many steps, not an
alarm for each. And what follows from a step in memory is claimed in the commit of that step (`claims`). Either way the row of
the step carries the worker's id until its outcome is committed. A worker that is silent longer than ``takeover_within`` counts as
dead: any other one frees what it held, and sets new alarms. A database that is away stops nothing for good: all of this begins
again when it is back.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial

import structlog
from procrastinate import App
from procrastinate.exceptions import ConnectorException
from psycopg import Error as DriverError
from psycopg_pool import PoolTimeout

from gateway.errors import LedgerError
from gateway.ledger.postgres.alarms import QUEUE, TASK
from gateway.ledger.postgres.connector import AlarmConnector
from gateway.ledger.postgres.database import PostgresDatabase
from gateway.ledger.postgres.presence import Presence
from gateway.ledger.postgres.sweep import sweep
from gateway.ledger.queue import catch_up, tell_failure
from gateway.pipeline.ports import Clock
from gateway.pipeline.task import Task

log = structlog.get_logger("gateway.queue")

Work = Callable[[Task], Awaitable[None]]

_ALARMS_AT_ONCE = 4  # An alarm takes a moment; what it wakes for runs by itself.
_AGAIN_SECONDS = 1.0  # How soon it is tried again after the database was away.


class PostgresQueue:
    """Fulfils `gateway.pipeline.queue.Queue`: up to ``at_once`` steps at a time in this process."""

    def __init__(
        self,
        database: PostgresDatabase,
        clock: Clock,
        *,
        at_once: int = 32,
        sweep_seconds: float = 1.0,
        takeover_within: float = 15.0,
    ) -> None:
        self._database = database
        self._clock = clock
        self._at_once = at_once
        self._sweep_seconds = sweep_seconds
        self._takeover_within = takeover_within
        self._presence = Presence()
        self._ready: deque[Task] = deque()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._unheard: set[str] = set()  # Claimed for us at the last look, and not handed over in memory.
        self._looking = False  # One look at a time: what it finds fills the room.
        self._more = False  # The last look found as much as there was room for.
        self._roomy = asyncio.Event()
        self._news = asyncio.Event()
        self._stopping = False
        for name in ("procrastinate", "psycopg.pool"):
            logging.getLogger(name).setLevel(
                logging.CRITICAL
            )  # They tell of each job and each try; we tell of each step.

    # What the pipeline asks

    def wake(self, tasks: Sequence[Task]) -> None:
        """Go on with what was committed as ours; the others have their alarms."""
        self._ready.extend(task for task in tasks if self._database.claims.take(task.id))
        self._news.set()

    def stop(self) -> None:
        """Begin no further step."""
        self._stopping = True
        self._database.claims.room = lambda: False
        self._tell_room()
        self._news.set()

    @property
    def busy(self) -> int:
        """How many steps run or wait in memory."""
        return len(self._running) + len(self._ready)

    async def run(self, work: Work) -> None:
        """Hand steps to ``work`` until `stop`; then let what runs come to its end, and give back the rest."""
        await self._arrive()
        alarms = asyncio.create_task(self._hear_alarms(work))
        rounds = asyncio.create_task(self._look_around())
        try:
            while not self._stopping:
                while self._ready and len(self._running) < self._at_once:
                    self._start(work, self._ready.popleft())
                self._tell_room()
                if self._more and not self._looking and self._roomy.is_set():
                    await self._take_more()
                    continue
                self._news.clear()
                if not (self._ready and len(self._running) < self._at_once):
                    await self._news.wait()
        finally:
            rounds.cancel()
            alarms.cancel()
            await asyncio.gather(rounds, alarms, return_exceptions=True)
            if self._running:
                await asyncio.wait(self._running.values())
            await self._leave()

    # Steps

    def _room(self) -> bool:
        return self.busy < 4 * self._at_once

    def _start(self, work: Work, task: Task) -> asyncio.Task[None] | None:
        if task.id in self._running:
            return None
        running = asyncio.ensure_future(work(task))
        self._running[task.id] = running
        running.add_done_callback(partial(self._ended, task))
        return running

    def _ended(self, task: Task, running: asyncio.Task[None]) -> None:
        self._running.pop(task.id, None)
        self._news.set()
        tell_failure(task, running)

    # Alarms

    async def _hear_alarms(self, work: Work) -> None:
        """Run procrastinate's worker; begin anew whenever the database was away."""
        while not self._stopping:
            try:
                async with self._app(work).open_async() as app:
                    await app.run_worker_async(
                        queues=[QUEUE],
                        concurrency=_ALARMS_AT_ONCE,
                        install_signal_handlers=False,
                        fetch_job_polling_interval=self._sweep_seconds,
                        abort_job_polling_interval=60.0,
                        update_heartbeat_interval=self._takeover_within / 3,
                        stalled_worker_timeout=self._takeover_within,
                        delete_jobs="always",
                    )
            except (ConnectorException, DriverError, PoolTimeout, OSError) as error:
                log.error("alarms_not_heard", error=str(error.__cause__ or error).partition("\n")[0][:200])
            await asyncio.sleep(_AGAIN_SECONDS)

    def _app(self, work: Work) -> App:
        url = self._database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        connector = AlarmConnector(
            conninfo=url, kwargs={"application_name": "partner-gateway alarms"}, min_size=2, max_size=4, timeout=5.0
        )
        app = App(connector=connector)

        @app.task(name=TASK, queue=QUEUE)
        async def _on_alarm(step: str) -> None:
            await self._on_alarm(work, step)

        return app

    async def _on_alarm(self, work: Work, step_id: str) -> None:
        """Claim the step and run it; who is too late, or woken for what is done, does nothing."""
        if self._stopping or step_id in self._running:
            return
        try:
            task = await self._database.write(lambda connection: self._presence.claim(connection, step_id, self._clock))
        except LedgerError as error:
            log.error("step_not_claimed", step=step_id, error=str(error))
            return
        if task is None:
            return
        self._ready.append(task)
        self._news.set()
        if not self._looking:
            await self._take_more()
        self._tell_room()
        # No further alarm is heard while there is no room: it would wake us in vain, and somebody else not at all.
        await self._roomy.wait()

    def _tell_room(self) -> None:
        if self._stopping or self.busy <= self._at_once // 2:
            self._roomy.set()
        else:
            self._roomy.clear()

    async def _take_more(self) -> None:
        """Take on what else is due, as far as there is room."""
        room = self._at_once - self.busy
        if room <= 0 or self._stopping:
            return
        self._looking = True
        try:
            found = await self._database.write(
                lambda connection: self._presence.claim_more(connection, room, self._clock)
            )
        except LedgerError as error:
            log.error("steps_not_claimed", error=str(error))
            found = []
        finally:
            self._looking = False
        self._more = len(found) == room
        self._ready.extend(found)
        self._news.set()

    # Presence and sweep

    async def _arrive(self) -> None:
        while not self._stopping:
            try:
                await self._database.write(self._presence.arrive)
            except LedgerError as error:
                log.error("ledger_away", error=str(error))
                await asyncio.sleep(_AGAIN_SECONDS)
            else:
                self._database.claims.worker, self._database.claims.room = self._presence.id, self._room
                return

    async def _look_around(self) -> None:
        """Say that we are there, take up what was left lying, and free what the dead hold; again and again."""
        looked_at: datetime | None = None
        while True:
            await asyncio.sleep(min(self._sweep_seconds, self._takeover_within / 5))
            try:
                now = self._clock()
                await catch_up(self._database, now, looked_at)
                looked_at = now
                if not await self._database.write(self._presence.renew):
                    await self._come_back()
                await self._take_up()
                swept = await self._database.write(lambda connection: sweep(connection, self._takeover_within))
            except (
                LedgerError,
                DriverError,
            ) as error:  # Whoever stops looking is believed dead, and helps nobody any more.
                log.error("ledger_away", error=str(error).partition("\n")[0])
                continue
            if swept.dead or swept.freed:
                log.warning("steps_taken_over", workers=len(swept.dead), steps=swept.freed)

    async def _come_back(self) -> None:
        """We were silent too long and others have what was ours: go on as a new worker."""
        log.warning("worker_was_believed_dead", worker=self._presence.id)
        self._ready.clear()
        self._presence = Presence()
        await self._arrive()

    async def _take_up(self) -> None:
        """Begin what was claimed for us and never handed over: who asked for it went away before it could."""
        mine = await self._database.write(self._presence.mine)
        known = {task.id for task in self._ready} | set(self._running)
        silent = {task.id: task for task in mine if task.id not in known}
        self._ready.extend(task for name, task in silent.items() if name in self._unheard)
        self._unheard = set(silent)
        self._news.set()

    async def _leave(self) -> None:
        self._database.claims.worker = None
        self._ready.clear()
        try:
            await self._database.write(self._presence.leave)
        except LedgerError as error:
            log.error("ledger_away", error=str(error))
