"""Who owes what by when, which cases are open, and closing them. A partner sees what is between it and us, and no case."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gateway.errors import NotFound
from gateway.pipeline.oversight.views import OversightViews, PromiseQuery
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import close_case
from gateway.pipeline.views import Views
from gateway.tracking.promise import OwedBy, Promise, next_action
from gateway.transports.rest.callers import Callers
from gateway.transports.rest.models import CaseBody, CaseList
from gateway.transports.rest.reading import reply
from gateway.web.asking import PAGE, id_of, page_of, read_query, text
from gateway.web.bodies import read
from gateway.web.problems import ProblemError
from gateway.web.routes import Answer, Parameter, Route

_CASE_FILTERS = (Parameter("partner", "query", text(), "Only cases with this partner."), *PAGE)
_PROMISE_FILTERS = (
    Parameter(
        "owed_by", "query", {"type": "string", "enum": [str(side) for side in OwedBy]}, "Only what this side owes."
    ),
    Parameter("overdue", "query", {"type": "string", "enum": ["true"]}, "Only what is past its time."),
    Parameter("partner", "query", text(), "Only with this partner."),
    *PAGE,
)
_REASON_BYTES = 16 << 10


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


class CaseClosing(BaseModel):
    """How a case was settled."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=1000, description="It stands on the timeline.")
    cause: str | None = Field(
        None, max_length=40, description="Only the case with this cause; else all of the subject."
    )


class Oversight:
    """What somebody waits for."""

    def __init__(self, world: World, views: Views, owed: OversightViews, callers: Callers) -> None:
        self._world = world
        self._views = views
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

    async def cases(self, request: web.Request) -> web.StreamResponse:
        """List what waits for a person."""
        self._callers.operator(request)
        asked = read_query(request, _CASE_FILTERS)
        page = await self._views.open_cases(asked.get("partner"), *page_of(asked))
        return reply(CaseList(items=[CaseBody.of(case) for case in page.items], after=page.after))

    async def close(self, request: web.Request) -> web.StreamResponse:
        """Close the open cases of a subject."""
        operator = self._callers.operator(request)
        subject = id_of(request)
        closing = _closing(await read(request, _REASON_BYTES))
        found = [case for case in await self._views.cases([subject]) if closing.cause in (None, case.cause)]

        def close(uow: UnitOfWork) -> list[str]:
            words = f"{closing.reason} ({operator})"
            return [case.id for case in found if close_case(uow, self._world, case.id, words)]

        closed = await self._world.ledger.tx(close)
        if not closed:
            raise NotFound(f"There is no open case about {subject}. List those that are open: GET /api/v1/cases.")
        cases = [case for case in await self._views.cases([subject]) if case.id in closed]
        return reply(CaseList(items=[CaseBody.of(case) for case in cases], after=None))

    def routes(self) -> list[Route]:
        """Return the rows of this door."""
        return [
            Route("GET", "/api/v1/promises", self.promises, "listPromises", "List who owes what by when",
                  "partner or operator", (Answer(200, "What is still owed, the oldest first.", PromiseList),), (400, 401),
                  _PROMISE_FILTERS, tag="promises"),
            Route("GET", "/api/v1/cases", self.cases, "listCases", "List what waits for a person", "operator",
                  (Answer(200, "Open cases, oldest first.", CaseList),), (400, 401, 403),
                  _CASE_FILTERS, tag="cases"),
            Route("POST", "/api/v1/cases/{id}/close", self.close, "closeCases",
                  "Close the open cases about a document or transmission", "operator",
                  (Answer(200, "The cases that were closed.", CaseList),), (400, 401, 403, 404, 413),
                  bodies={"application/json": CaseClosing}, tag="cases"),
        ]  # fmt: skip


def _closing(data: bytes) -> CaseClosing:
    try:
        return CaseClosing.model_validate_json(data)
    except ValidationError as error:
        said = "; ".join(
            f"{'.'.join(map(str, item['loc'])) or 'body'}: {item['msg']}" for item in error.errors(include_url=False)
        )
        words = f'{said}. Send JSON such as {{"reason": "settled by phone"}}.'
        raise ProblemError(400, "body-invalid", "Body invalid", words) from None
