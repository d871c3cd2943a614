"""What planning wanted before there was an order: planned orders, and the forecasts and schedules that told the supplier.

They are kept on the shelf of the planned order. The order that fulfils it names it, and has them in its thread from then on,
whichever of the two comes first. They tell its beginning and shape no line of it: an order often differs from what was planned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.task import Task
from gateway.pipeline.thread.judge import Origin, statement_of, take_in
from gateway.pipeline.thread.saying.said import Said
from gateway.pipeline.thread.shelf import fulfilling, planned_shelf, put
from gateway.tracking.order import Order
from gateway.tracking.thread.statement import Kind, LineSaid
from gateway.tracking.transmission import Transmission


@dataclass(frozen=True, slots=True)
class Paper:
    """The document that told a supplier what is planned: its kind, the number that planning gave it, its id."""

    partner: str
    kind: Kind
    number: str
    document: str


def keep_planned(
    uow: UnitOfWork,
    world: World,
    transmission: Transmission,
    paper: Paper,
    planned: Mapping[str, Sequence[LineSaid]],
) -> list[Task]:
    """Keep what was planned, by the number of each planned order, for the orders that fulfil it; return what follows."""
    now, tasks = world.clock(), list[Task]()
    system = transmission.source.partition(":")[2]
    for number, lines in planned.items():
        shelf = planned_shelf(paper.partner, number)
        orders = [uow.find(Order, each) for each in fulfilling(uow, shelf)]
        for source, subject, kind, name in (
            (system, transmission.id, Kind.PLANNED, number),
            ("document", paper.document, paper.kind, paper.number),
        ):
            # Several planned orders of one plan may come to one order: whose word it is, tells them apart there.
            whose = f"{number}:"
            origin = Origin(paper.partner, "buyer", source, subject, transmission.tracking_id, now, now, whose)
            said = Said("", kind, name, lines=list(lines))
            put(uow, statement_of(origin, said, shelf, f"{subject}:{kind}"), shelf, known=True)
            for order in orders:
                if order is not None:
                    named = replace(said, order_number=order.order_number, release=order.release)
                    tasks += take_in(uow, world, origin, named).tasks
    return tasks
