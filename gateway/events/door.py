"""GET /api/v1/events: the log of events from a cursor on; how broker and webhooks stand; dead letters, and replaying them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web
from pydantic import BaseModel

from gateway.errors import NotFound
from gateway.events.models import (
    DeadLetter,
    DeadLetterList,
    EventList,
    EventRow,
    ReplayedBody,
    SinkList,
    SinkRow,
)
from gateway.events.webhook import sink_of
from gateway.pipeline.outbox import Outbox, Selection, SinkReport
from gateway.pipeline.ports import Clock
from gateway.tracking.event_types import EVENT_TYPES
from gateway.web.asking import PAGE, id_of, page_of, read_query, text
from gateway.web.routes import Answer, Parameter, Route

_FILTERS = (
    Parameter("type", "query", {"type": "string", "enum": sorted(EVENT_TYPES)}, "Only events of this type."),
    Parameter("partner", "query", text(), "Only events with this partner."),
    *PAGE,
)
_DEAD = (Parameter("webhook", "query", text(41), "Only those of this webhook."), *PAGE)


class EventDoor:
    """The doors for events. ``operator`` raises unless an operator asks; ``reports`` tells how the sinks stand."""

    def __init__(
        self,
        outbox: Outbox,
        source: str,
        reports: Callable[[], Awaitable[list[SinkReport]]],
        clock: Clock,
        operator: Callable[[web.Request], str],
    ) -> None:
        self._outbox, self._source, self._reports = outbox, source, reports
        self._clock, self._operator = clock, operator

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Return events behind a cursor."""
        self._operator(request)
        asked = read_query(request, _FILTERS)
        only = Selection(*(((asked[name],) if name in asked else ()) for name in ("type", "partner")))
        stretch = await self._outbox.after(*page_of(asked), only)
        rows = [EventRow.of(each, self._source) for each in stretch.events]
        return _reply(EventList(items=rows, after=stretch.position, more=stretch.more))

    async def sinks(self, request: web.Request) -> web.StreamResponse:
        """Say how it stands with the broker and each webhook."""
        self._operator(request)
        return _reply(SinkList(items=[SinkRow.of(each) for each in await self._reports()]))

    async def dead(self, request: web.Request) -> web.StreamResponse:
        """List dead letters."""
        self._operator(request)
        asked = read_query(request, _DEAD)
        sink = sink_of(asked["webhook"]) if "webhook" in asked else None
        page = await self._outbox.dead(sink, *page_of(asked))
        return _reply(DeadLetterList(items=[DeadLetter.of(each) for each in page.items], after=page.after))

    async def replay(self, request: web.Request) -> web.StreamResponse:
        """Send a dead letter again."""
        self._operator(request)
        letter = id_of(request)
        if not await self._outbox.revive(None, letter, self._clock()):
            raise NotFound("There is no dead letter under this id. List them with: GET /api/v1/dead-letters")
        return _reply(ReplayedBody(id=letter), 202)

    def routes(self) -> list[Route]:
        """Return the rows of these doors."""
        return [
            Route("GET", "/api/v1/events", self.events, "listEvents", "The log of events from a cursor on", "operator",
                  (Answer(200, "Events in the order of the log.", EventList),), (400, 401, 403, 503),
                  _FILTERS, tag="events"),
            Route("GET", "/api/v1/event-sinks", self.sinks, "listEventSinks", "How broker and webhooks stand", "operator",
                  (Answer(200, "All that gateway.yaml names and that was begun.", SinkList),), (401, 403, 503),
                  tag="events"),
            Route("GET", "/api/v1/dead-letters", self.dead, "listDeadLetters", "Events that webhooks did not take",
                  "operator", (Answer(200, "Dead letters, the first one first.", DeadLetterList),),
                  (400, 401, 403, 503), _DEAD, tag="events"),
            Route("POST", "/api/v1/dead-letters/{id}/replay", self.replay, "replayDeadLetter",
                  "Send a dead letter again", "operator", (Answer(202, "It is on its way again.", ReplayedBody),),
                  (401, 403, 404, 503), tag="events"),
        ]  # fmt: skip


def _reply(body: BaseModel, status: int = 200) -> web.Response:
    made = body.model_dump_json(exclude_none=isinstance(body, EventList)).encode()
    return web.Response(status=status, body=made, content_type="application/json")
