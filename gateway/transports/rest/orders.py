"""GET /api/v1/orders and /matches: purchase orders, each with its whole thread. A partner sees what is between it and us."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from gateway.errors import NotFound
from gateway.pipeline.order_timeline import for_partner, timeline
from gateway.pipeline.order_views import BETWEEN_US, NOT_FOR_PARTNERS, MatchQuery, OrderQuery, OrderThread, OrderViews
from gateway.pipeline.ports import World
from gateway.tracking.thread.awaiting import Awaited
from gateway.tracking.thread.finding import Verdict
from gateway.tracking.thread.statement import Kind
from gateway.tracking.thread.states import LineState
from gateway.transports.rest.callers import Caller, Callers
from gateway.transports.rest.models import CaseBody, ConfirmationBody, DocumentBody
from gateway.transports.rest.order_models import (
    AnswerBody,
    EntryBody,
    MatchBody,
    MatchList,
    OrderBody,
    OrderLineBody,
    OrderList,
    OrderThreadBody,
)
from gateway.transports.rest.oversight import PromiseBody
from gateway.transports.rest.reading import reply
from gateway.web.asking import PAGE, day, named, page_of, read_query, text
from gateway.web.routes import Answer, Parameter, Route

_OF_ORDERS = [word.word for word in (Verdict.CLEAN, Verdict.NOTED, Verdict.WAITING, Verdict.OUTSIDE)]
_OF_MATCHES = [*(word.word for word in Verdict), "replaced"]


def _choice(values: list[str]) -> dict[str, object]:
    return {"type": "string", "enum": values}


_ORDER_FILTERS = (
    Parameter("partner", "query", text(), "Only orders with this partner."),
    Parameter("role", "query", _choice(["buyer", "seller"]), "buyer: we ordered; seller: they did."),
    Parameter("state", "query", _choice([str(state) for state in LineState]), "Only orders in this state."),
    Parameter("verdict", "query", _choice(_OF_ORDERS), "Only orders whose papers match so well."),
    Parameter("plant", "query", text(80), "Only orders for this plant."),
    Parameter("item", "query", text(), "Only orders with a line for this item, as people know it."),
    Parameter("order_number", "query", text(), "Only orders under this number."),
    Parameter(
        "need_by", "query", {"type": "string", "format": "date"}, "Something is wanted before this day, and not there."
    ),
    Parameter("awaiting", "query", _choice([str(each) for each in Awaited]), "Only orders for which this is to come."),
    Parameter("late", "query", _choice(["true"]), "Something was wanted before today and has not arrived."),
    *PAGE,
)
_MATCH_FILTERS = (
    Parameter("partner", "query", text(), "Only papers of orders with this partner."),
    Parameter("kind", "query", _choice([str(kind) for kind in Kind]), "Only papers of this kind."),
    Parameter("verdict", "query", _choice(_OF_MATCHES), "Only papers that match so well."),
    *PAGE,
)
_ORDER = Parameter("id", "path", text(400), "Id of an order, its slashes written as %2F.", required=True)


class OrderReading:
    """Looks orders up."""

    def __init__(self, world: World, views: OrderViews, callers: Callers) -> None:
        self._world = world
        self._views = views
        self._callers = callers

    async def list_all(self, request: web.Request) -> web.StreamResponse:
        """List orders."""
        caller = self._callers.identify(request)
        asked = read_query(request, _ORDER_FILTERS)
        today = self._world.clock().date()
        query = OrderQuery(
            partner=caller.sees or asked.get("partner"),
            role=asked.get("role"),
            state=asked.get("state"),
            verdict=asked.get("verdict"),
            plant=asked.get("plant"),
            item=asked.get("item"),
            order_number=asked.get("order_number"),
            need_by_before=day(asked.get("need_by")),
            awaiting=asked.get("awaiting"),
            late_on=today if "late" in asked else None,
            hidden=() if caller.sees is None else NOT_FOR_PARTNERS,
        )
        page = await self._views.orders(query, *page_of(asked))
        inside = caller.sees is None
        items = [OrderBody.of(order, today, inside=inside) for order in page.items]
        return reply(OrderList(items=items, after=page.after))

    async def look_up(self, request: web.Request) -> web.StreamResponse:
        """Show the whole thread of an order."""
        caller = self._callers.identify(request)
        wanted = named(request, _ORDER)
        thread = await self._views.order_thread(wanted)
        if thread is None or not _may_see(caller, thread):
            words = "There is no such order. Find its id under its number: GET /api/v1/orders?order_number=NUMBER."
            raise NotFound(words)
        if caller.sees is not None:
            thread = for_partner(thread)
        return reply(await self._show(thread, caller, self._world.clock()))

    async def matches(self, request: web.Request) -> web.StreamResponse:
        """List what came of judging papers."""
        caller = self._callers.identify(request)
        asked = read_query(request, _MATCH_FILTERS)
        query = MatchQuery(
            partner=caller.sees or asked.get("partner"),
            kind=asked.get("kind"),
            verdict=asked.get("verdict"),
            kinds=() if caller.sees is None else BETWEEN_US,
        )
        page = await self._views.matches(query, *page_of(asked))
        return reply(MatchList(items=[MatchBody.of(each) for each in page.items], after=page.after))

    async def _show(self, thread: OrderThread, caller: Caller, now: datetime) -> OrderThreadBody:
        inside = caller.sees is None
        entries = timeline(thread, now, inside=inside)
        answers = {each.answers for each in thread.documents if each.answers}
        return OrderThreadBody(
            correlation_id=thread.order.tracking_id,
            order=OrderBody.of(thread.order, now.date(), inside=inside),
            lines=[OrderLineBody.of(line) for line in thread.lines],
            documents=[DocumentBody.of(document, inside=inside) for document in thread.documents],
            receipts=[ConfirmationBody.of(each) for each in thread.receipts],
            acknowledgments=[AnswerBody.of(each) for each in thread.transmissions if each.id in answers],
            promises=[PromiseBody.of(each, now) for each in thread.promises],
            matches=[MatchBody.of(each) for each in thread.matches],
            cases=[CaseBody.of(case) for case in thread.cases] if inside else [],
            timeline=[EntryBody.of(entry) for entry in entries],
            open=sum(entry.open for entry in entries),
            cut=thread.cut,
        )

    def routes(self) -> list[Route]:
        """Return the rows of this door."""
        return [
            Route("GET", "/api/v1/orders", self.list_all, "listOrders", "List purchase orders", "partner or operator",
                  (Answer(200, "Orders in the order in which they became known.", OrderList),), (400, 401),
                  _ORDER_FILTERS, tag="orders"),
            Route("GET", "/api/v1/orders/{id}", self.look_up, "getOrder",
                  "The thread of an order: lines, papers, receipts, matches, and all that happened in time order",
                  "partner or operator", (Answer(200, "The thread.", OrderThreadBody),), (401, 404), (_ORDER,),
                  tag="orders"),
            Route("GET", "/api/v1/matches", self.matches, "listMatches", "List how papers match their orders",
                  "partner or operator", (Answer(200, "Matches, the oldest first.", MatchList),), (400, 401),
                  _MATCH_FILTERS, tag="orders"),
        ]  # fmt: skip


def _may_see(caller: Caller, thread: OrderThread) -> bool:
    order = thread.order
    return caller.sees is None or (order.partner == caller.sees and order.state not in NOT_FOR_PARTNERS)
