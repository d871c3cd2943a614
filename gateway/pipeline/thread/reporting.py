"""What systems tell that is about no order by itself: production, machines, whatever comes as an event. Kept and told on."""

from __future__ import annotations

from typing import Any

from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.task import Task
from gateway.pipeline.thread.judge import Origin, statement_of
from gateway.pipeline.thread.saying.said import Said, told
from gateway.pipeline.thread.shelf import item_shelf, put
from gateway.tracking.event import Event
from gateway.tracking.thread.statement import Kind
from gateway.tracking.transmission import Transmission

_LOOKED_AT, _NAMED = 2000, 200


def report(uow: UnitOfWork, world: World, transmission: Transmission, kind: str, data: dict[str, Any]) -> None:
    """Publish what a system told, under the transmission that keeps it."""
    said = {name: value for name, value in data.items() if value is not None}
    uow.add(Event(kind, world.clock(), transmission.id, None, transmission.tracking_id, said))


def wait_for_items(
    uow: UnitOfWork, world: World, transmission: Transmission, number: str, items: list[str], plant: str | None
) -> list[Task]:
    """Keep that production waits for an item; whoever brings it there tells (`telling`)."""
    now = world.clock()
    system = transmission.source.partition(":")[2]
    origin = Origin("", "buyer", system, transmission.id, transmission.tracking_id, now, now)
    said = Said("", Kind.AWAITED, number, head=told(plant=plant))
    for item in items:
        shelf = item_shelf(item)
        put(uow, statement_of(origin, said, shelf, f"{transmission.id}:{Kind.AWAITED}"), shelf, known=True)
    return []


def put_at_risk(
    uow: UnitOfWork,
    world: World,
    transmission: Transmission,
    cause: dict[str, Any],
    item: str | None,
    plant: str | None,
) -> list[str]:
    """Tell which open orders an event puts at risk: of its item, at its plant; return their numbers, first wanted first."""
    lines = uow.open_lines(item, plant, _LOOKED_AT)
    missing = [line for line in lines if line.received < line.ordered - line.rejected]
    numbers = list(dict.fromkeys(line.order_id.split(":", 2)[2] for line in missing))
    if numbers:
        data = {**cause, "item": item, "plant": plant, "orders": numbers[:_NAMED], "count": len(numbers)}
        report(uow, world, transmission, "supply.risk", data)
    return numbers
