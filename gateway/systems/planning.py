"""What planning says: what is wanted of which supplier when, firmly as a schedule or as a forecast."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from aiohttp import web
from pydantic import Field

from gateway.canonical.values import Code
from gateway.pipeline.outbound.accept import MessageInvalid, NoAgreement
from gateway.pipeline.ports import World
from gateway.pipeline.thread.intake import Told, take
from gateway.pipeline.thread.releasing import FORECAST, SCHEDULE, Called, Wanted, release
from gateway.systems.door import JSON_TYPE, PROBLEMS, accepted, checked
from gateway.systems.keys import Keys
from gateway.systems.words import Accepted, Item, Number60, Part, PartnerName, Positive, Quantity
from gateway.tracking.release import ZERO
from gateway.web.app import BODY_LIMIT, TRACKING
from gateway.web.asking import IDEMPOTENCY_KEY, idempotency_key, read_query
from gateway.web.bodies import read as read_body
from gateway.web.problems import of_error
from gateway.web.routes import Answer, Route

SCOPE = "planning"


class Want(Part):
    """A quantity, and when it is wanted at the plant."""

    on: dt.date
    quantity: Positive
    certainty: Literal["firm", "planned"] | None = Field(
        None, description="By default firm in schedules, else planned."
    )
    timing: Literal["discrete", "weekly", "monthly"] = Field("discrete", description="How long the time is from on.")


class Counted(Part):
    """Where the count of an item begins, said once: what came before this gateway counted."""

    since: dt.date
    shipped: Quantity = ZERO
    received: Quantity = ZERO


class CalledLine(Part):
    """One item of one supplier, for one plant."""

    partner: PartnerName
    item_ids: tuple[Item, ...] = Field(min_length=1, max_length=10)
    plant: Number60 | None = None
    unit: Code
    order_number: Number60 | None = Field(None, description="The blanket order from which it is called off.")
    planned_order: Number60 | None = Field(None, description="The planned order that is released with it.")
    wants: tuple[Want, ...] = Field(min_length=1, max_length=260)
    counted: Counted | None = None


class _Plan(Part):
    """What is wanted of suppliers; each gets a document of its own."""

    number: str = Field(min_length=1, max_length=30, pattern=r"^[^\x00-\x1f\x7f]+$", description="Your own number.")
    issued_on: dt.date | None = Field(None, description="By default today.")
    quantities: Literal["discrete", "cumulative"] = Field(
        "discrete", description="Whether suppliers get the quantity of each day or the sum up to it."
    )
    lines: tuple[CalledLine, ...] = Field(min_length=1, max_length=2000)


class Schedule(_Plan):
    """What is wanted firmly: an 862 to each supplier."""


class Forecast(_Plan):
    """What will be wanted: an 830 to each supplier."""


class Planning:
    """The doors of planning."""

    def __init__(self, world: World, keys: Keys) -> None:
        self._world, self._keys = world, keys

    async def schedule(self, request: web.Request) -> web.StreamResponse:
        """Call off."""
        return await self._release(request, Schedule, SCHEDULE)

    async def forecast(self, request: web.Request) -> web.StreamResponse:
        """Forecast."""
        return await self._release(request, Forecast, FORECAST)

    async def _release(self, request: web.Request, model: type[_Plan], kind: str) -> web.StreamResponse:
        system = await self._keys.system(request, SCOPE)
        read_query(request, ())
        key = idempotency_key(request)
        data = await read_body(request, request.app[BODY_LIMIT])
        plan: _Plan = checked(model, data)
        otherwise = "firm" if kind == SCHEDULE else "planned"
        calls = [_called(line, otherwise) for line in plan.lines]
        also = release(kind, plan.number, plan.issued_on, calls, cumulative=plan.quantities == "cumulative")
        told = Told(data, JSON_TYPE, None, (), f"{kind}:{key}" if key is not None else None, "", also)
        try:
            [taken] = await take(self._world, system, [told], request[TRACKING])
        except (NoAgreement, MessageInvalid) as error:
            return of_error(error, request[TRACKING], 422)
        return accepted(Accepted.of(taken).model_dump_json())

    def routes(self) -> list[Route]:
        """Return the rows of these doors."""
        answer = Answer(202, "Kept; each supplier that it names gets a document.", Accepted)
        rows = (
            ("/api/v1/planning/schedules", self.schedule, "postSchedule", "Call goods off, by an 862", Schedule),
            ("/api/v1/planning/forecasts", self.forecast, "postForecast", "Forecast demand, by an 830", Forecast),
        )
        return [
            Route(
                "POST",
                path,
                handler,
                name,
                summary,
                f"system with scope {SCOPE}",
                (answer,),
                PROBLEMS,
                (IDEMPOTENCY_KEY,),
                {JSON_TYPE: model},
                "systems",
            )
            for path, handler, name, summary, model in rows
        ]


def _called(line: CalledLine, otherwise: str) -> Called:
    counted = line.counted
    return Called(
        partner=line.partner,
        items=tuple((each.kind, each.value) for each in line.item_ids),
        unit=line.unit,
        wants=tuple(Wanted(each.on, each.quantity, each.certainty or otherwise, each.timing) for each in line.wants),
        plant=line.plant or "",
        order_number=line.order_number,
        planned_order=line.planned_order,
        since=counted.since if counted else None,
        shipped=counted.shipped if counted else ZERO,
        received=counted.received if counted else ZERO,
    )
