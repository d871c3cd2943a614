"""What production says: it made or scrapped something, used what was bought, or waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

from pydantic import AwareDatetime, Field, model_validator

from gateway.canonical.values import Code
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.task import Task
from gateway.pipeline.thread.reporting import report, wait_for_items
from gateway.pipeline.thread.saying.said import Said, told
from gateway.systems.door import Door, Meaning
from gateway.systems.words import Body, Item, Number60, Positive, Purpose
from gateway.tracking.thread.statement import Kind, LineSaid
from gateway.tracking.transmission import Transmission


class ProductionEvent(Body):
    """One event of production. Consumption names the lot that was used, or the purchase order that the goods came for."""

    type: Literal["completion", "scrap", "consumption", "waiting"]
    event_number: Number60 = Field(description="Your own number for it; a correction has the same and another purpose.")
    purpose: Purpose = "original"
    happened_at: AwareDatetime
    plant: Number60 | None = None
    work_order: Number60 | None = None
    item_ids: tuple[Item, ...] = Field((), max_length=10)
    quantity: Positive | None = None
    unit: Code | None = Field(None, description="By default that of the order's line.")
    lot: Number60 | None = None
    serials: tuple[Number60, ...] = Field((), max_length=1000)
    order_number: Number60 | None = None
    release: Number60 | None = None
    line: Number60 | None = None

    @model_validator(mode="after")
    def _complete(self) -> ProductionEvent:
        if not self.item_ids and self.lot is None and (self.order_number is None or self.line is None):
            raise ValueError("name what it is about: item_ids, lot, or order_number with line")
        if self.type == "waiting" and not self.item_ids:
            raise ValueError("name what is waited for: item_ids")
        if self.type != "waiting" and self.quantity is None:
            raise ValueError("say how much: quantity")
        if self.purpose != "original" and self.type != "consumption":
            raise ValueError("only consumption is corrected; send another event")
        return self


def read_event(body: ProductionEvent) -> Meaning:
    """Return what an event of production says."""
    if body.type == "waiting":
        return Meaning(body.happened_at, also=partial(_wait, body=body))
    if body.type == "consumption" and (body.order_number is not None or body.lot is not None):
        return Meaning(body.happened_at, [_consumed(body)])
    return Meaning(body.happened_at, also=partial(_report, body=body))


def _consumed(body: ProductionEvent) -> Said:
    line = LineSaid(
        line=body.line,
        items=tuple((each.kind, each.value) for each in body.item_ids),
        quantity=body.quantity,
        unit=body.unit,
        lot=body.lot,
        plant=body.plant,
    )
    head = told(work_order=body.work_order, serials=list(body.serials) or None)
    release = body.release or ""
    return Said(body.order_number or "", Kind.CONSUMED, body.event_number, body.purpose, release, head, [line])


def _wait(uow: UnitOfWork, world: World, transmission: Transmission, *, body: ProductionEvent) -> Sequence[Task]:
    number = body.work_order or body.event_number
    return wait_for_items(uow, world, transmission, number, [each.value for each in body.item_ids], body.plant)


def _report(uow: UnitOfWork, world: World, transmission: Transmission, *, body: ProductionEvent) -> Sequence[Task]:
    data = {
        "type": body.type,
        "number": body.event_number,
        "item": body.item_ids[0].value if body.item_ids else None,
        "quantity": f"{body.quantity:f}" if body.quantity is not None else None,
        "lot": body.lot,
        "plant": body.plant,
    }
    report(uow, world, transmission, "production.reported", data)
    return []


DOORS = (Door("/api/v1/mes/events", "postProduction", "Say what production did", "mes", ProductionEvent, read_event),)
