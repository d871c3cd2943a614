"""Read: a transmission becomes documents, each judged; each functional group gets its acknowledgment.

Validation and acknowledgment happen while reading, because one set is in memory at a time and a group's verdict is known only
when its trailer was read. Nothing of an interchange goes on before its IEA: until then its documents are stored, not due.
Document ids follow from the transmission, so that reading again after a crash stores nothing twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial

from gateway.errors import X12Error
from gateway.pipeline.inbound import by_csv, submitted
from gateway.pipeline.inbound.draft import drafts_of
from gateway.pipeline.inbound.interchange import Envelopes, Portion, portions
from gateway.pipeline.inbound.settle import settle_portion
from gateway.pipeline.ports import Blob, UnitOfWork, World
from gateway.pipeline.records import note_event, open_case
from gateway.pipeline.step import Advance, Outcome
from gateway.pipeline.task import Task
from gateway.tracking.transmission import TRANSMISSION_LIFE, Transmission, TransmissionEvent, TransmissionState


async def run(task: Task, world: World) -> Outcome:
    """Read one transmission."""
    if task.carry is not None:
        transmission, blob = task.carry
    else:
        found = await world.ledger.load(Transmission, task.subject)
        if found is None:
            return Advance()
        transmission, blob = found, Blob(found.digest, found.size)
    if blob.data is None and blob.size <= world.bounds.inline_bytes:
        blob = Blob(blob.digest, blob.size, await world.vault.read(blob.digest))
    if await by_csv.is_csv(transmission, blob, world):
        return await by_csv.read(transmission, blob, world)
    if await submitted.is_submission(transmission, blob, world):
        return await submitted.read(transmission, blob, world)
    return await _read_x12(task, transmission, blob, world)


async def _read_x12(task: Task, transmission: Transmission, blob: Blob, world: World) -> Outcome:
    """Read portion by portion; all but the last are committed on the way, the last with the end of the step."""
    configuration = world.configuration()
    envelopes = Envelopes()
    chunks = world.vault.chunks(blob)
    source = portions(transmission, chunks, configuration, world.bounds.documents_at_once, envelopes)
    problem: X12Error | None = None
    waiting: Callable[[UnitOfWork], list[Task]] | None = None
    while True:
        try:
            portion = await _next(source, blob, world)
        except X12Error as error:
            problem = error
            break
        if portion is None:
            break
        if waiting is not None:
            tasks = await world.ledger.tx(partial(_write, write=waiting))
            world.wake(tasks)
        partner = portion.origin.partner
        drafts = drafts_of(portion, partner, world, configuration) if partner and not portion.origin.refusal else []
        waiting = partial(settle_portion, portion=portion, drafts=drafts, world=world, again=task.again)

    def commit(uow: UnitOfWork) -> list[Task]:
        tasks = waiting(uow) if waiting is not None else []
        _end(uow, world, transmission, problem, envelopes)
        return tasks

    return Advance(commit)


def _write(uow: UnitOfWork, *, write: Callable[[UnitOfWork], list[Task]]) -> list[Task]:
    """Write a portion on the way: what follows from it is scheduled with it."""
    tasks = write(uow)
    for task in tasks:
        uow.schedule(task)
    return tasks


async def _next(source: Iterator[Portion], blob: Blob, world: World) -> Portion | None:
    if blob.size <= world.bounds.inline_bytes:
        return next(source, None)
    return await asyncio.to_thread(next, source, None)


def _end(
    uow: UnitOfWork, world: World, transmission: Transmission, problem: X12Error | None, envelopes: Envelopes
) -> None:
    """Write down how reading ended."""
    event = TransmissionEvent.READ if problem is None else TransmissionEvent.REFUSED
    state = TRANSMISSION_LIFE.after(TransmissionState(transmission.state), event)
    uow.change(Transmission, transmission.id, state=state, detail=problem.detail if problem else None)
    if envelopes.told or transmission.faults:  # Those of an earlier reading don't count any more.
        faults = sorted(envelopes.told, key=lambda fault: int(fault["offset"]))
        uow.change(Transmission, transmission.id, faults=faults)
    if problem is not None:
        note_event(uow, world, "transmission.refused", transmission, reason=problem.detail)
        open_case(uow, world, "not-readable", transmission, problem.detail)
