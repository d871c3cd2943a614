"""Intake: what a system around the order tells us is kept as it came, and goes into the threads with the same commit.

The same key, or the same bytes within a day, is the same thing said again: it gets the first answer, brought up to date.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from gateway.errors import ConcurrentChange, Conflict
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import note_event
from gateway.pipeline.task import Task
from gateway.pipeline.thread.hearing import hear
from gateway.pipeline.thread.judge import Origin
from gateway.pipeline.thread.saying.said import Said
from gateway.pipeline.thread.shelf import still_unknown
from gateway.tracking.order import Order
from gateway.tracking.transmission import Transmission, TransmissionState

_SAME_BYTES = timedelta(days=1)
_TRIES = 6
_FIRST_SECONDS = 0.02

# What is done beside the threads, in the same transaction: given the kept transmission, it returns steps that follow.
Also = Callable[[UnitOfWork, World, Transmission], Sequence[Task]]


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a system says: its exact bytes, what they mean for orders, and what else is done about it.

    ``said_at`` is when it happened, as the system has it; ``key`` makes it the same thing when it comes again; ``partner`` is
    whose orders are meant, empty where the system does not know.
    """

    data: bytes
    content_type: str
    said_at: datetime | None
    sayings: Sequence[Said] = ()
    key: str | None = None
    partner: str = ""
    also: Also | None = None


@dataclass(slots=True)
class OrderStand:
    """Where an order stands after that: its state, the verdict on what was said, and the findings in words."""

    order_number: str
    release: str
    partner: str
    state: str
    verdict: str
    findings: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Taken:
    """What the system is told. ``unknown`` names what it spoke of and nobody knows yet; that is kept and looked for."""

    id: str
    duplicate: bool
    orders: list[OrderStand] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


async def take(world: World, system: str, told: Sequence[Told], tracking_id: str) -> list[Taken]:
    """Store what a system says, all of it or nothing; return once it is committed.

    Raises Conflict when a key was used with another content.
    """
    store = partial(_store_all, world=world, system=system, told=told, tracking_id=tracking_id)
    taken, tasks = await _committed(world, store)
    world.wake(tasks)
    return taken


async def _committed(
    world: World, work: Callable[[UnitOfWork], tuple[list[Taken], list[Task]]]
) -> tuple[list[Taken], list[Task]]:
    """Run ``work`` in a transaction, and anew when another one was in the way: two systems may speak of one order at once."""
    for number in range(_TRIES):
        try:
            return await world.ledger.tx(work)
        except ConcurrentChange:
            await asyncio.sleep(_FIRST_SECONDS * 2**number * (1 + world.random()))
    return await world.ledger.tx(work)


def _store_all(
    uow: UnitOfWork, *, world: World, system: str, told: Sequence[Told], tracking_id: str
) -> tuple[list[Taken], list[Task]]:
    taken, tasks = [], []
    for each in told:
        one, following = _store(uow, world, system, each, tracking_id)
        taken.append(one)
        tasks += following
    for task in tasks:
        uow.schedule(task)
    return taken, tasks


def _store(uow: UnitOfWork, world: World, system: str, told: Told, tracking_id: str) -> tuple[Taken, list[Task]]:
    now, source = world.clock(), f"system:{system}"
    digest = hashlib.sha256(told.data).hexdigest()
    since = now - _SAME_BYTES if told.key is None else now
    known = uow.find_transmission(source, key=told.key, digest=digest, since=since)
    if known is not None:
        if known.digest != digest:
            raise Conflict
        note_event(uow, world, "transmission.duplicate", known, transport="system")
        return _taken(uow, known.id, duplicate=True), []
    transmission = Transmission(
        id=world.new_id(),
        direction="inbound",
        source=source,
        partner=None,
        transport="system",
        created_at=now,
        digest=digest,
        size=len(told.data),
        content_type=told.content_type,
        state=TransmissionState.READ,
        tracking_id=tracking_id,
        idempotency_key=told.key,
    )
    uow.keep(told.data)
    uow.add(transmission)
    kept = {"bytes": digest}
    note_event(uow, world, "transmission.received", transmission, transport="system", size=transmission.size, kept=kept)
    origin = Origin(told.partner, "buyer", system, transmission.id, tracking_id, told.said_at or now, now)
    tasks = list(hear(uow, world, origin, list(told.sayings)).tasks)
    if told.also is not None:
        tasks += told.also(uow, world, transmission)
    return _taken(uow, transmission.id, duplicate=False), tasks


def _taken(uow: UnitOfWork, subject: str, *, duplicate: bool) -> Taken:
    """Say how it stands now with all that was said in a transmission."""
    stands = []
    for match in uow.matches_about(subject):
        order = uow.find(Order, match.order_id)
        assert order is not None, "a match belongs to an order"
        words = [
            (f"line {finding['line']}: " if finding["line"] else "") + finding["words"] for finding in match.findings
        ]
        stands.append(OrderStand(order.order_number, order.release, order.partner, order.state, match.verdict, words))
    return Taken(subject, duplicate, stands, still_unknown(uow, subject))
