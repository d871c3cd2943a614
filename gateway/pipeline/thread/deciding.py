"""Decide: a person takes what differs as it is. That is a statement like any other, so the thread goes on by itself."""

from __future__ import annotations

from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.task import Task
from gateway.pipeline.thread.consequences import OUTSIDE, WAITING
from gateway.pipeline.thread.judge import Origin, take_in
from gateway.pipeline.thread.saying.said import Said
from gateway.tracking.event import Event
from gateway.tracking.order import Match, Order
from gateway.tracking.thread.statement import Kind


def decide(uow: UnitOfWork, world: World, subject: str, person: str, reason: str) -> tuple[int, list[Task]]:
    """Take everything that differs in what a document or transmission says as it is; return how many matches that was.

    Only what is known now is taken: when the same paper differs in something else later, somebody is asked again.
    """
    tasks: list[Task] = []
    open_now = [match for match in uow.matches_about(subject) if match.verdict in (OUTSIDE, WAITING)]
    for match in open_now:
        order = uow.find(Order, match.order_id)
        assert order is not None, "a match belongs to an order"
        tasks += _take(uow, world, order, match, person, reason)
    return len(open_now), tasks


def _take(uow: UnitOfWork, world: World, order: Order, match: Match, person: str, reason: str) -> list[Task]:
    now = world.clock()
    taken = [[match.id, each["check"], each["line"] or "", each["said"]] for each in match.findings]
    decision = world.new_id()
    data = {"order": order.order_number, "number": match.number, "reason": reason, "person": person}
    uow.add(Event("discrepancy.accepted", now, match.subject, order.partner, order.tracking_id, data))
    origin = Origin(order.partner, order.role, f"person:{person}"[:60], decision, order.tracking_id, now, now)
    head = {"taken": taken, "reason": reason}
    said = Said(order.order_number, Kind.DECIDED, decision, release=order.release, head=head)
    return take_in(uow, world, origin, said).tasks
