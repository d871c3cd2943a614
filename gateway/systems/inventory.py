"""What inventory asks: what of an item is still expected from open orders, at which plant, when, and how much is on its way."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from aiohttp import web
from pydantic import BaseModel, Field

from gateway.canonical.values import Number
from gateway.pipeline.ports import World
from gateway.systems.door import JSON_TYPE
from gateway.systems.keys import Keys
from gateway.tracking.order import OrderLine
from gateway.web.asking import read_query, text
from gateway.web.problems import ProblemError
from gateway.web.routes import Answer, Parameter, Route

SCOPE = "planning"
_MOST = 2000
_ZERO = Decimal(0)
_QUERY = (
    Parameter("item", "query", text(), "The number of an item, as people know it."),
    Parameter("plant", "query", text(80), "Only what is expected there."),
)


class ExpectedLine(BaseModel):
    """What of one line of an order is still expected."""

    partner: str
    order_number: str
    line: str
    item: str
    plant: str | None
    unit: str | None
    quantity: Number = Field(description="Still to be received.")
    in_transit: Number = Field(description="How much of it was shipped already.")
    expected_on: dt.date | None = Field(description="As announced, else as promised, else as wanted.")
    state: str


class Expected(BaseModel):
    """What is expected, what is wanted first coming first."""

    as_of: dt.datetime
    items: list[ExpectedLine]
    complete: bool = Field(description=f"false: there are more than {_MOST} open lines; ask for an item at a plant.")


class Inventory:
    """Answers from the lines of open orders as they were judged last."""

    def __init__(self, world: World, keys: Keys) -> None:
        self._world, self._keys = world, keys

    async def expected(self, request: web.Request) -> web.StreamResponse:
        """Tell what is expected of an item, at a plant, or both."""
        await self._keys.system(request, SCOPE)
        asked = read_query(request, _QUERY)
        item, plant = asked.get("item"), asked.get("plant")
        if item is None and plant is None:
            raise ProblemError(
                400, "query-invalid", "Query invalid", "Name an item, a plant or both: ?item=B-1&plant=P1."
            )
        lines = await self._world.ledger.tx(lambda uow: uow.open_lines(item, plant, _MOST))
        shown = [_line(line) for line in lines if line.role == "buyer"]
        body = Expected(
            as_of=self._world.clock(), items=[each for each in shown if each.quantity > 0], complete=len(lines) < _MOST
        )
        return web.Response(body=body.model_dump_json().encode(), content_type=JSON_TYPE)

    def route(self) -> Route:
        """Return the row of this door."""
        answer = Answer(200, "What is expected.", Expected)
        return Route(
            "GET",
            "/api/v1/inventory/expected",
            self.expected,
            "getExpected",
            "Ask what is expected",
            f"system with scope {SCOPE}",
            (answer,),
            (400, 401, 403, 503),
            _QUERY,
            {},
            "systems",
        )


def _line(line: OrderLine) -> ExpectedLine:
    return ExpectedLine(
        partner=line.partner,
        order_number=line.order_id.split(":", 2)[2],
        line=line.number,
        item=line.item,
        plant=line.plant,
        unit=line.unit,
        quantity=max(line.ordered - line.rejected - line.received, _ZERO),
        in_transit=max(line.shipped - line.received, _ZERO),
        expected_on=line.expected_on or line.promised_on or line.wanted_on,
        state=line.state,
    )
