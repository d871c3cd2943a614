"""Judge again: when an item or a unit becomes known, every order that waited for it is judged anew, some in each commit.

An order that was being judged while the change was committed may have missed it, so there is a second look a minute later.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.step import Advance, Outcome
from gateway.pipeline.task import StepName, Task
from gateway.pipeline.thread.judge import judge_again
from gateway.tracking.master import MasterChange, Unknown

AT_ONCE = 25  # Orders in a commit: others wait for the ledger meanwhile.
SECOND_LOOK = timedelta(minutes=1)


async def run(task: Task, world: World) -> Outcome:
    """Judge some of the orders that waited for a change set; the step comes again until there is none left."""
    return Advance(lambda uow: _judge_some(uow, world, task))


def _judge_some(uow: UnitOfWork, world: World, task: Task) -> list[Task]:
    changes = uow.changes_in(task.subject)
    names = {name for change in changes for name in change.names}
    orders = uow.waiting_for(names, task.subject, AT_ONCE) if names else []
    following: list[Task] = []
    for order_id in orders:
        judged = judge_again(uow, world, order_id)
        following += judged.tasks if judged is not None else ()
        for row in uow.unknown_of(order_id):
            if row.tried < task.subject:
                uow.change(Unknown, row.id, tried=task.subject)
    due = _due_again(world, changes, len(orders))
    if due is not None:
        following.append(Task(StepName.JUDGE_AGAIN, task.subject, task.tracking_id, due))
    return following


def _due_again(world: World, changes: list[MasterChange], judged: int) -> datetime | None:
    """Return when there is to be another look; None after the second one that found nothing more."""
    now = world.clock()
    if judged == AT_ONCE:
        return now
    second = max((change.changed_at for change in changes), default=now) + SECOND_LOOK
    return second if now < second else None
