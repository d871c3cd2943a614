"""Look for an order that something names and nobody has told us of; where it stays unknown a person must say which is meant."""

from __future__ import annotations

from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import open_case
from gateway.pipeline.step import Advance, Outcome
from gateway.pipeline.task import Task
from gateway.pipeline.thread.consequences import ORDER_UNKNOWN
from gateway.pipeline.thread.shelf import still_unknown
from gateway.tracking.case import root_of
from gateway.tracking.document import Document
from gateway.tracking.transmission import Transmission


async def run(task: Task, world: World) -> Outcome:
    """Look whether everything that was named is known by now."""
    return Advance(lambda uow: _look(uow, world, task))


def _look(uow: UnitOfWork, world: World, task: Task) -> list[Task]:
    unknown = still_unknown(uow, task.subject)
    about = uow.find(Transmission, task.subject) or uow.find(Document, task.subject)
    if unknown and about is not None:
        who = about.source if isinstance(about, Transmission) else f"{about.set_id} of {about.partner}"
        named = ", ".join(unknown)
        root = root_of(ORDER_UNKNOWN, about.partner, f"order {named}")
        open_case(uow, world, ORDER_UNKNOWN, about, f"{who} names {named}, of which nobody has told us", root)
    return []
