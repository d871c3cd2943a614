"""Who owes what by when. A partner sees what is between it and us."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web
from pydantic import BaseModel, Field

from gateway.pipeline.oversight.views import OversightViews, PromiseQuery
from gateway.pipeline.ports import World
from gateway.tracking.promise import OwedBy, Promise, next_action
from gateway.transports.rest.callers import Callers
from gateway.transports.rest.reading import reply
from gateway.web.asking import PAGE, page_of, read_query, text
from gateway.web.routes import Answer, Parameter, Route

_PROMISE_FILTERS = (
    Parameter(
        "owed_by", "query", {"type": "string", "enum": [str(side) for side in OwedBy]}, "Only what this side owes."
    ),
    Parameter("overdue", "query", {"type": "string", "enum": ["true"]}, "Only what is past its time."),
    Parameter("partner", "query", text(), "Only with this partner."),
    *PAGE,
)


class PromiseBody(BaseModel):
    """Something that is owed for a document or transmission."""

    id: str
    subject: str = Field(description="The document or transmission for which it is owed.")
    partner: str
    what: str = Field(description="A set such as 855, TA1, acknowledgment, receipt, confirmation or interchange.")
    owed_by: str = Field(description="partner: we wait for them; us: they wait for us.")
    state: str = Field(description="waiting, or broken: its time is over and it has not come.")
    made_at: datetime
    due_at: datetime
    order_number: str | None
    age_seconds: int
    overdue: bool
    next_action: str

    @classmethod
    def of(cls, promise: Promise, now: datetime) -> PromiseBody:
        """Show a promise."""
        names = ("id", "subject", "partner", "what", "owed_by", "state", "made_at", "due_at", "order_number")
        return cls(
            **{name: getattr(promise, name) for name in names},
            age_seconds=max(0, round((now - promise.made_at).total_seconds())),
            overdue=promise.due_at < now,
            next_action=next_action(promise, now),
        )


class PromiseList(BaseModel):
    """Some promises; ``after`` is the cursor for the next ones."""

    items: list[PromiseBody]
    after: int | None


class Oversight:
    """What somebody waits for."""

    def __init__(self, world: World, owed: OversightViews, callers: Callers) -> None:
        self._world = world
        self._owed = owed
        self._callers = callers

    async def promises(self, request: web.Request) -> web.StreamResponse:
        """List what is still owed."""
        caller = self._callers.identify(request)
        asked = read_query(request, _PROMISE_FILTERS)
        now = self._world.clock()
        partner = caller.sees or asked.get("partner")
        query = PromiseQuery(asked.get("owed_by"), partner, now if "overdue" in asked else None)
        page = await self._owed.promises(query, *page_of(asked))
        return reply(PromiseList(items=[PromiseBody.of(each, now) for each in page.items], after=page.after))

    def routes(self) -> list[Route]:
        """Return the rows of this door."""
        return [
            Route("GET", "/api/v1/promises", self.promises, "listPromises", "List who owes what by when",
                  "partner or operator", (Answer(200, "What is still owed, the oldest first.", PromiseList),), (400, 401),
                  _PROMISE_FILTERS, tag="promises"),
        ]  # fmt: skip
