"""Runs steps that are due and commits each outcome with the step that follows it.

A step that raises is tried again or parked, by the class of the error; this is the one place that catches broadly. What is
handed over in memory after a commit (`wake`) saves a look into the ledger; the ledger stays the truth, and a sweep finds
whatever was not handed over.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from functools import partial

import structlog

from gateway.errors import GatewayError, LeaseLost, LedgerError
from gateway.pipeline.ports import UnitOfWork, World, agreement_for
from gateway.pipeline.records import note_event, open_case
from gateway.pipeline.retry import DEFAULT, delay
from gateway.pipeline.route import ROUTE
from gateway.pipeline.step import Advance, Outcome, Park, Retry, Wait
from gateway.pipeline.task import Task
from gateway.trace import tracking
from gateway.tracking.document import DOCUMENT_LIFE, Document, DocumentEvent, DocumentState
from gateway.tracking.transmission import TRANSMISSION_LIFE, Transmission, TransmissionEvent, TransmissionState
from gateway.trading.agreement import Retry as RetryTerms

log = structlog.get_logger("gateway.worker")


class Worker:
    """Runs up to ``at_once`` steps at a time."""

    def __init__(self, world: World, *, at_once: int = 32, sweep_seconds: float = 1.0) -> None:
        self._world = world
        self._at_once = at_once
        self._sweep_seconds = sweep_seconds
        self._ready: deque[Task] = deque()
        self._running: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._stopping = False
        self._ended_meanwhile: set[str] = set()
        self._sweep_wanted = True

    def wake(self, tasks: Sequence[Task]) -> None:
        """Take over steps that were just committed.

        What carries nothing saves no look into the ledger, and only the ledger knows whose turn it is in a lane: both are
        left to a sweep.
        """
        for task in tasks:
            if task.lane is None and task.carry is not None and task.due_at <= self._world.clock():
                self._ready.append(task)
            else:
                self._sweep_wanted = True
        self._news.set()

    async def run(self) -> None:
        """Work until `stop`; then let what runs come to its end."""
        loop = asyncio.get_running_loop()
        alarm: asyncio.TimerHandle | None = None
        while not self._stopping:
            if self._sweep_wanted:
                self._sweep_wanted = False
                await self._sweep()
                if alarm is not None:
                    alarm.cancel()
                alarm = loop.call_later(self._sweep_seconds, self._want_sweep)
                continue  # It may have been told to stop meanwhile.
            while self._ready and len(self._tasks) < self._at_once:
                self._start(self._ready.popleft())
            self._news.clear()
            if not (self._sweep_wanted or (self._ready and len(self._tasks) < self._at_once)):
                await self._news.wait()
        if alarm is not None:
            alarm.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _want_sweep(self) -> None:
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
        found = await self._world.ledger.due(self._world.clock(), room + len(self._running) + len(self._ready))
        known = self._running | self._ended_meanwhile | {task.id for task in self._ready}
        self._ready.extend(task for task in found if task.id not in known)

    def _start(self, task: Task) -> None:
        if task.id in self._running:
            return
        self._running.add(task.id)
        running = asyncio.create_task(self._run_one(task))
        self._tasks.add(running)
        running.add_done_callback(partial(self._ended, task))

    def _ended(self, task: Task, running: asyncio.Task[None]) -> None:
        self._tasks.discard(running)
        self._running.discard(task.id)
        self._ended_meanwhile.add(task.id)
        if task.lane is not None:
            self._sweep_wanted = True
        self._news.set()
        if not running.cancelled() and (error := running.exception()) is not None:
            # The ledger itself failed: the step is still due, and the next sweep finds it.
            log.error("step_not_committed", step=task.step, subject=task.subject, error=str(error))

    async def _run_one(self, task: Task) -> None:
        with tracking(task.tracking_id):
            outcome = await self._outcome(task)
            try:
                tasks = await self._world.ledger.tx(partial(self._commit, task=task, outcome=outcome))
            except LedgerError:
                raise
            except Exception as error:
                # The outcome can't be written as it is: a person must look, or it would come again and again.
                log.exception("outcome_refused", step=task.step, subject=task.subject)
                park = Park("internal", f"{type(error).__name__}: {error}"[:500])
                tasks = await self._world.ledger.tx(partial(self._commit, task=task, outcome=park))
            self.wake(tasks)

    async def _outcome(self, task: Task) -> Outcome:
        try:
            return await ROUTE[task.step].run(task, self._world)
        except LeaseLost:
            raise
        except GatewayError as error:
            return Retry(error.detail) if error.retryable else Park("internal", error.detail)
        except Exception as error:
            log.exception("step_failed", step=task.step, subject=task.subject)
            return Park("internal", f"{type(error).__name__}: {error}"[:500])

    # What an outcome writes

    def _commit(self, uow: UnitOfWork, *, task: Task, outcome: Outcome) -> list[Task]:
        match outcome:
            case Advance():
                following = outcome.commit(uow)
                uow.finish(task)
                for each in following:
                    uow.schedule(each)
                return following
            case Wait():
                task.due_at, task.carry = outcome.until, None
                uow.schedule(task)
                return []
            case Retry():
                return self._again(uow, task, outcome.detail)
            case Park():
                following = outcome.commit(uow)
                self._park(uow, task, outcome.cause, outcome.detail)
                for each in following:
                    uow.schedule(each)
                return following

    def _again(self, uow: UnitOfWork, task: Task, detail: str) -> list[Task]:
        task.attempts += 1
        about = uow.find(ROUTE[task.step].about, task.subject)
        terms = self._terms(about)
        wait = delay(terms, task.attempts, self._world.random())
        if wait is None:
            self._park(uow, task, "delivery-exhausted", f"{detail} ({task.attempts} tries)")
            return []
        task.due_at, task.carry = self._world.clock() + wait, None
        uow.schedule(task)
        if about is not None:
            seconds = round(wait.total_seconds(), 1)
            note_event(
                uow,
                self._world,
                "step.retried",
                about,
                step=task.step,
                attempt=task.attempts,
                detail=detail,
                wait=seconds,
            )
        self._tell("step_retried", task, attempt=task.attempts, detail=detail)
        return []

    def _terms(self, about: Document | Transmission | None) -> RetryTerms:
        """Return how often and how patiently the agreement wants it tried."""
        if isinstance(about, Document):
            agreement = agreement_for(self._world.configuration(), about)
            return agreement.retry if agreement else DEFAULT
        partner = self._world.configuration().directory.partners.get(about.partner or "") if about else None
        return next((a.retry for a in partner.agreements.values()), DEFAULT) if partner else DEFAULT

    def _park(self, uow: UnitOfWork, task: Task, cause: str, detail: str) -> None:
        about = uow.find(ROUTE[task.step].about, task.subject)
        now = self._world.clock()
        if isinstance(about, Document):
            if DOCUMENT_LIFE.allows(DocumentState(about.state), DocumentEvent.PARK):
                uow.change(Document, about.id, state=DocumentState.PARKED, detail=detail, updated_at=now)
        elif isinstance(about, Transmission) and TRANSMISSION_LIFE.allows(
            TransmissionState(about.state), TransmissionEvent.PARKED
        ):
            uow.change(Transmission, about.id, state=TransmissionState.PARKED, detail=detail)
        if about is not None:
            open_case(uow, self._world, cause, about, detail)
        if task.lane is None:
            uow.finish(task)
        else:
            uow.hold(task)  # What follows in its lane waits until somebody has decided.
        # The detail may quote what an ERP answered, and that the document: it stands in the case, not in the log.
        self._tell("step_parked", task, cause=cause)

    @staticmethod
    def _tell(event: str, task: Task, **facts: object) -> None:
        # Outcomes are written for many documents at once, so the tracking id bound here may be another one's.
        log.warning(event, step=task.step, subject=task.subject, tracking_id=task.tracking_id, **facts)
