"""Runs steps that are due and commits each outcome with the step that follows it.

A step that raises is tried again or parked, by the class of the error; this is the one place that catches broadly. What is due
and who runs it is the queue's business. A step whose outcome could not be committed is still due, and runs again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

import structlog

from gateway.errors import ConcurrentChange, GatewayError, LeaseLost, LedgerAway, LedgerError
from gateway.pipeline.inbound.routing import erp_of
from gateway.pipeline.ports import UnitOfWork, World, agreement_for
from gateway.pipeline.queue import Queue
from gateway.pipeline.records import Named, note_event, open_case
from gateway.pipeline.retry import DEFAULT, Waits, delay
from gateway.pipeline.route import ROUTE
from gateway.pipeline.step import Advance, Outcome, Park, Retry, Wait
from gateway.pipeline.task import StepName, Task
from gateway.trace import tracking
from gateway.tracking.case import root_of
from gateway.tracking.document import DOCUMENT_LIFE, Document, DocumentEvent, DocumentState
from gateway.tracking.receipt import RECEIPT_LIFE, Receipt, ReceiptEvent, ReceiptState
from gateway.tracking.transmission import TRANSMISSION_LIFE, Transmission, TransmissionEvent, TransmissionState
from gateway.trading.agreement import Retry as RetryTerms

log = structlog.get_logger("gateway.worker")


_MEETINGS = 8  # How often a step may meet another transaction before a person looks at it.


class Worker:
    """Runs the steps that a queue hands out."""

    def __init__(self, world: World, queue: Queue) -> None:
        self._world = world
        self._queue = queue
        self._met: Counter[str] = Counter()

    def wake(self, tasks: Sequence[Task]) -> None:
        """Tell the queue of steps that were just committed."""
        self._queue.wake(tasks)

    async def run(self) -> None:
        """Work until `stop`; then let what runs come to its end."""
        await self._queue.run(self._run_one)

    def stop(self) -> None:
        """Begin no further step."""
        self._queue.stop()

    @property
    def busy(self) -> int:
        """How many steps run or wait in memory."""
        return self._queue.busy

    async def _run_one(self, task: Task) -> None:
        with tracking(task.tracking_id):
            try:
                outcome = await self._outcome(task)
                tasks = await self._commit_or_park(task, outcome)
            except LeaseLost:
                self._tell("step_taken_over", task)  # Whoever has it now writes its outcome.
                return
            self._met.pop(task.id, None)
            self.wake(tasks)

    async def _commit_or_park(self, task: Task, outcome: Outcome) -> list[Task]:
        try:
            return await self._world.ledger.tx(partial(self._commit, task=task, outcome=outcome), task)
        except LedgerError as error:
            self._met[task.id] += isinstance(error, ConcurrentChange)
            if self._met[task.id] < _MEETINGS:
                raise  # The step is still due, and runs again from what the ledger holds.
            log.exception("outcome_refused", step=task.step, subject=task.subject)
            park = Park("internal", error.detail)
        except Exception as error:
            # The outcome can't be written as it is: a person must look, or it would come again and again.
            log.exception("outcome_refused", step=task.step, subject=task.subject)
            park = Park("internal", f"{type(error).__name__}: {error}"[:500])
        return await self._world.ledger.tx(partial(self._commit, task=task, outcome=park), task)

    async def _outcome(self, task: Task) -> Outcome:
        try:
            return await ROUTE[task.step].run(task, self._world)
        except (LeaseLost, ConcurrentChange, LedgerAway):
            raise  # It says nothing about the document: the step is still due.
        except GatewayError as error:
            return Retry(error.detail) if error.retryable else Park("internal", error.detail)
        except Exception as error:
            log.exception("step_failed", step=task.step, subject=task.subject)
            return Park("internal", f"{type(error).__name__}: {error}"[:500])

    # What an outcome writes

    def _commit(self, uow: UnitOfWork, *, task: Task, outcome: Outcome) -> list[Task]:
        uow.own(task)
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
            cause = "receipt-undelivered" if isinstance(about, Receipt) else "delivery-exhausted"
            self._park(uow, task, cause, f"{detail} ({task.attempts} tries)")
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

    def _terms(self, about: Document | Transmission | Receipt | None) -> RetryTerms | Waits:
        """Return how often and how patiently the agreement wants it tried."""
        if isinstance(about, Document):
            agreement = agreement_for(self._world.configuration(), about)
            return agreement.retry if agreement else DEFAULT
        partner = self._world.configuration().directory.partners.get(about.partner or "") if about else None
        if partner is None or about is None:
            return DEFAULT
        if about.transport == "as2" and partner.text.channels.as2 is not None:
            return partner.text.channels.as2.send.retry
        return next((a.retry for a in partner.agreements.values()), DEFAULT)

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
        elif isinstance(about, Receipt) and RECEIPT_LIFE.allows(ReceiptState(about.state), ReceiptEvent.GIVE_UP):
            uow.change(Receipt, about.id, state=ReceiptState.UNDELIVERABLE)
        if about is not None:
            open_case(uow, self._world, cause, about, detail, self._root(task, about, cause))
        else:  # It has no record of its own, and nothing stops without a case.
            open_case(uow, self._world, cause, Named(task.subject, None, task.tracking_id), detail)
        if task.lane is None:
            uow.finish(task)
        else:
            uow.hold(task)  # What follows in its lane waits until somebody has decided.
        # The detail may quote what an ERP answered, and that the document: it stands in the case, not in the log.
        self._tell("step_parked", task, cause=cause)

    def _root(self, task: Task, about: Document | Transmission | Receipt, cause: str) -> str:
        """Return the root cause: an ERP that is away keeps papers of all partners, a wrong profile those of one set."""
        if not isinstance(about, Document):
            return root_of(cause, about.partner)
        agreement = agreement_for(self._world.configuration(), about)
        if task.step != StepName.DELIVER or agreement is None:
            return root_of(cause, about.partner, about.set_id)
        away = cause == "delivery-exhausted"
        erp = f"erp {erp_of(about, agreement)}"
        return root_of(cause, None if away else about.partner, erp if away else f"{erp} {about.set_id}")

    @staticmethod
    def _tell(event: str, task: Task, **facts: object) -> None:
        # Outcomes are written for many documents at once, so the tracking id bound here may be another one's.
        log.warning(event, step=task.step, subject=task.subject, tracking_id=task.tracking_id, **facts)
