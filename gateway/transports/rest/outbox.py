"""GET /api/v1/outbox: partners who fetch. An item stays until its receipt is posted, so that nothing is lost on the way."""

from __future__ import annotations

from aiohttp import web

from gateway.errors import NotFound
from gateway.pipeline.outbound.transmit import record_sent
from gateway.pipeline.ports import Sent, UnitOfWork, World
from gateway.pipeline.task import Task
from gateway.pipeline.views import Views
from gateway.tracking.transmission import Transmission, TransmissionState
from gateway.transports.rest.callers import Callers
from gateway.transports.rest.outbox_models import FetchedBody, OutboxItem, OutboxList
from gateway.transports.rest.reading import reply
from gateway.web.asking import PAGE, id_of, page_of, read_query
from gateway.web.routes import Answer, Route


class Outbox:
    """What waits for a partner."""

    def __init__(self, world: World, views: Views, callers: Callers) -> None:
        self._world = world
        self._views = views
        self._callers = callers

    async def list_all(self, request: web.Request) -> web.StreamResponse:
        """List what waits."""
        partner = self._callers.partner(request)
        page = await self._views.outbox(partner.id, *page_of(read_query(request, PAGE)))
        return reply(OutboxList(items=[OutboxItem.of(item) for item in page.items], after=page.after))

    async def content(self, request: web.Request) -> web.StreamResponse:
        """Return the bytes of an item, also after its receipt."""
        transmission = await self._mine(request)
        data = await self._world.vault.read(transmission.digest)
        return web.Response(body=data, content_type=transmission.content_type)

    async def receipt(self, request: web.Request) -> web.StreamResponse:
        """Note that the partner has stored an item."""
        transmission = await self._mine(request)
        remote = request.remote or "unknown"

        def note(uow: UnitOfWork) -> list[Task]:
            current = uow.find(Transmission, transmission.id)
            if current is None or current.state == TransmissionState.SENT:
                return []
            tasks = record_sent(uow, self._world, current, Sent(detail=f"fetched by {remote}"))
            for task in tasks:
                uow.schedule(task)
            return tasks

        self._world.wake(await self._world.ledger.tx(note))
        return reply(FetchedBody(id=transmission.id, state=TransmissionState.SENT))

    async def _mine(self, request: web.Request) -> Transmission:
        partner = self._callers.partner(request)
        transmission = await self._views.transmission(id_of(request))
        if transmission is None or transmission.partner != partner.id or transmission.direction != "outbound":
            raise NotFound
        if not transmission.source.startswith("partner:"):
            raise NotFound
        return transmission

    def routes(self) -> list[Route]:
        """Return the rows of this door."""
        return [
            Route("GET", "/api/v1/outbox", self.list_all, "listOutbox", "List what waits to be fetched", "partner",
                  (Answer(200, "Waiting interchanges, oldest first.", OutboxList),), (400, 401, 403), PAGE, tag="outbox"),
            Route("GET", "/api/v1/outbox/{id}", self.content, "getOutboxItem", "Fetch an interchange", "partner",
                  (Answer(200, "The interchange.", None, "application/edi-x12"),), (401, 403, 404, 410, 503), tag="outbox"),
            Route("POST", "/api/v1/outbox/{id}/receipt", self.receipt, "postOutboxReceipt",
                  "Say that an interchange is stored on your side", "partner",
                  (Answer(200, "Noted.", FetchedBody),), (401, 403, 404, 503), tag="outbox"),
        ]  # fmt: skip
