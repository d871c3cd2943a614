"""/api/v1/holds: what is kept from being purged, by whom and why. Partners see none of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeAlias

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from gateway.errors import NotFound
from gateway.pipeline.oversight import holds
from gateway.pipeline.oversight.views import HoldViews
from gateway.pipeline.ports import UnitOfWork, World
from gateway.tracking.document import Document
from gateway.tracking.retention import Hold
from gateway.tracking.transmission import Transmission
from gateway.transports.rest.asked import read_model
from gateway.transports.rest.callers import Callers
from gateway.transports.rest.reading import reply
from gateway.web.asking import PAGE, named, page_of, read_query, text
from gateway.web.problems import ProblemError
from gateway.web.routes import Answer, Parameter, Route

Known: TypeAlias = Callable[[str], Awaitable[list[Document | Transmission]]]

_REASON_LENGTH = 1000
_NAME = Parameter(
    "id", "path", text(), "What is held: a document, a transmission, or an order by its number.", required=True
)
_LISTED = (
    Parameter("released", "query", {"type": "string", "enum": ["true"]}, "Also what was held once."),
    *PAGE,
)
_RELEASE = (Parameter("reason", "query", text(_REASON_LENGTH), "Why; it stands in the log for ever.", required=True),)


class HoldPlacing(BaseModel):
    """What shall be held, and why."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(
        min_length=1,
        max_length=255,
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="Id of a document or transmission, or the number of an order. What comes under it later is held, too.",
    )
    reason: str = Field(
        min_length=1,
        max_length=_REASON_LENGTH,
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="It stands in the log for ever.",
    )


class HoldBody(BaseModel):
    """A legal hold."""

    id: str
    reason: str
    placed_by: str
    placed_at: datetime
    released_by: str | None
    released_at: datetime | None
    release_reason: str | None

    @classmethod
    def of(cls, hold: Hold) -> HoldBody:
        """Show a hold."""
        return cls(**{name: getattr(hold, name) for name in Hold.__dataclass_fields__})


class PlacedHold(HoldBody):
    """A hold that was just placed, with what it holds already."""

    known: int = Field(description="Documents and transmissions that are known under it; 0 may be a slip in its id.")
    purged: list[str] = Field(
        description="Transmissions of these whose bytes were purged before: only their proof is left."
    )


class HoldList(BaseModel):
    """Some holds; ``after`` is the cursor for the next ones."""

    items: list[HoldBody]
    after: int | None


class HoldDesk:
    """What operators keep from being purged. ``known`` returns the records that belong to an id or an order number."""

    def __init__(self, world: World, views: HoldViews, known: Known, callers: Callers) -> None:
        self._world, self._views, self._known, self._callers = world, views, known, callers

    async def list_all(self, request: web.Request) -> web.StreamResponse:
        """List what is held."""
        self._callers.operator(request)
        asked = read_query(request, _LISTED)
        page = await self._views.held(*page_of(asked), released="released" in asked)
        return reply(HoldList(items=[HoldBody.of(each) for each in page.items], after=page.after))

    async def place(self, request: web.Request) -> web.StreamResponse:
        """Hold something."""
        person = self._callers.person(request).name
        asked = await read_model(request, HoldPlacing, '{"id": "PO-4711", "reason": "dispute with the supplier"}')
        about = await self._known(asked.id)

        def work(uow: UnitOfWork) -> Hold:
            return holds.place(uow, self._world, asked.id, about, asked.reason, person)

        placed = HoldBody.of(await self._world.ledger.tx(work))
        purged = [each.id for each in about if isinstance(each, Transmission) and each.purged_at is not None]
        return reply(PlacedHold(**placed.model_dump(), known=len(about), purged=purged), 201)

    async def release(self, request: web.Request) -> web.StreamResponse:
        """Let something be purged again."""
        person = self._callers.person(request).name
        asked = read_query(request, _RELEASE)
        if "reason" not in asked:
            words = "Releasing asks for a reason, which stands in the log. Send it as ?reason=..."
            raise ProblemError(400, "query-invalid", "Query invalid", words)
        name = named(request, _NAME)
        about = await self._known(name)

        def work(uow: UnitOfWork) -> Hold | None:
            holds.release(uow, self._world, name, about, asked["reason"], person)
            return uow.find(Hold, name)

        released = await self._world.ledger.tx(work)
        if released is None:
            raise NotFound
        return reply(HoldBody.of(released))

    def routes(self) -> list[Route]:
        """Return the rows of this door."""
        return [
            Route("GET", "/api/v1/holds", self.list_all, "listHolds", "List what is kept from being purged", "operator",
                  (Answer(200, "Holds, the oldest first.", HoldList),), (400, 401, 403), _LISTED, tag="holds"),
            Route("POST", "/api/v1/holds", self.place, "placeHold",
                  "Keep a document, a transmission or a whole order from being purged, whatever its age", "operator",
                  (Answer(201, "It is held.", PlacedHold),), (400, 401, 403, 409, 413),
                  bodies={"application/json": HoldPlacing}, tag="holds"),
            Route("DELETE", "/api/v1/holds/{id}", self.release, "releaseHold",
                  "Let what was held be purged again, once its time is over", "operator",
                  (Answer(200, "The hold as it ended.", HoldBody),), (400, 401, 403, 404), (_NAME, *_RELEASE), tag="holds"),
        ]  # fmt: skip
