"""Receive: the one door for bytes of partners, whatever the transport. Stored first, answered then.

A second copy gets the first receipt: the same idempotency key, or the same bytes within the window, is no new transmission.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from gateway.errors import Conflict
from gateway.pipeline.inbound.repeat import repeat
from gateway.pipeline.ports import Blob, UnitOfWork, World
from gateway.pipeline.records import note_event
from gateway.pipeline.task import StepName, Task
from gateway.tracking.transmission import Transmission, TransmissionState
from gateway.trading.directory import Partner


@dataclass(frozen=True, slots=True)
class Submission:
    """What a transport hands in. ``partner`` is who was authenticated, or None where the bytes must say it."""

    transport: str
    blob: Blob
    tracking_id: str
    partner: Partner | None = None
    content_type: str = "application/edi-x12"
    name: str | None = None
    remote: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender is told: the id of the transmission, and whether it was known already."""

    id: str
    duplicate: bool
    state: str


async def receive(submission: Submission, world: World) -> Receipt:
    """Store a submission and make its reading due; return once both are committed.

    Raises Conflict when its idempotency key was used with other bytes.
    """
    transmission = transmission_of(submission, world)
    receipt, tasks = await world.ledger.tx(
        partial(store, submission=submission, transmission=transmission, world=world)
    )
    world.wake(tasks)
    return receipt


def transmission_of(submission: Submission, world: World) -> Transmission:
    """Make the record of a submission."""
    partner = submission.partner
    return Transmission(
        id=world.new_id(),
        direction="inbound",
        source=f"partner:{partner.id}" if partner else "unknown",
        partner=partner.id if partner else None,
        transport=submission.transport,
        created_at=world.clock(),
        digest=submission.blob.digest,
        size=submission.blob.size,
        content_type=submission.content_type,
        state=TransmissionState.RECEIVED,
        tracking_id=submission.tracking_id,
        name=submission.name,
        remote=submission.remote,
        idempotency_key=submission.idempotency_key,
    )


def store(
    uow: UnitOfWork, *, submission: Submission, transmission: Transmission, world: World
) -> tuple[Receipt, list[Task]]:
    """Store a submission within a transaction of the caller, who wakes the steps that are returned once it is committed.

    Raises Conflict as `receive` does.
    """
    known = uow.find_transmission(
        transmission.source,
        key=submission.idempotency_key,
        digest=transmission.digest,
        since=_window_begins(submission.partner, transmission.created_at),
    )
    if known is not None:
        return _known(uow, submission, transmission, known, world)
    if submission.blob.data is not None:
        uow.keep(submission.blob.data)
    uow.add(transmission)
    task = Task(
        StepName.READ,
        transmission.id,
        submission.tracking_id,
        transmission.created_at,
        reading_lane(submission.partner),
        carry=(transmission, submission.blob),
    )
    uow.schedule(task)
    note_event(
        uow,
        world,
        "transmission.received",
        transmission,
        transport=submission.transport,
        size=transmission.size,
        kept={"bytes": transmission.digest},
    )
    return Receipt(transmission.id, False, transmission.state), [task]


def _known(
    uow: UnitOfWork, submission: Submission, transmission: Transmission, known: Transmission, world: World
) -> tuple[Receipt, list[Task]]:
    """Answer what came before with its first receipt."""
    if known.digest != transmission.digest:
        raise Conflict
    note_event(uow, world, "transmission.duplicate", known, transport=submission.transport)
    tasks = []
    if submission.idempotency_key is None or submission.idempotency_key != known.idempotency_key:
        # A client's own retry, under its own key, asks for the receipt only. Anybody else sent the document again.
        tasks = repeat(uow, world, uow.answers_to(known.id), known.id)
        for task in tasks:
            uow.schedule(task)
    return Receipt(known.id, True, known.state), tasks


def _window_begins(partner: Partner | None, now: datetime) -> datetime:
    """Return since when the same bytes are a copy: the longest window that was agreed."""
    windows = [agreement.duplicate_window for agreement in partner.agreements.values()] if partner else []
    return now - max(windows, default=timedelta(0))


def reading_lane(partner: Partner | None) -> str | None:
    """Return the lane in which a partner's transmissions are read: one after the other where order was agreed."""
    if partner is None or all(agreement.ordered_by == "none" for agreement in partner.agreements.values()):
        return None
    return f"read:{partner.id}"
