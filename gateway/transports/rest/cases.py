"""/api/v1/cases: what waits for a person, and working it off. Partners see none of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from aiohttp import web

from gateway.errors import NotFound
from gateway.pipeline.case_ports import CaseQuery, CaseViews
from gateway.pipeline.oversight import desk
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import close_case
from gateway.tracking.approval import Rule
from gateway.tracking.case import ROOT_LENGTH, Case
from gateway.tracking.case_actions import Action, actions_for
from gateway.tracking.cause import Owner
from gateway.transports.rest.asked import read_model
from gateway.transports.rest.callers import Callers
from gateway.transports.rest.case_models import (
    CaseAccepting,
    CaseAssigning,
    CaseClosing,
    CaseCommenting,
    CaseWhole,
    DecisionBody,
    DecisionList,
    GroupBody,
    GroupList,
    ListedCase,
    ListedCases,
    NoteBody,
    RiskBody,
)
from gateway.transports.rest.models import CaseBody, CaseList
from gateway.transports.rest.reading import reply
from gateway.web.asking import PAGE, named, page_of, read_query, text
from gateway.web.routes import Answer, Parameter, Route

_GROUPS_SHOWN = 500

_NARROWER = (
    Parameter("partner", "query", text(), "Only cases with this partner."),
    Parameter("cause", "query", text(40), "Only cases with this cause."),
    Parameter("owner", "query", {"type": "string", "enum": [str(each) for each in Owner]}, "Only what these settle."),
    Parameter("assignee", "query", text(60), "Only cases on which this person works."),
)
_FILTERS = (
    *_NARROWER,
    Parameter("group", "query", text(ROOT_LENGTH), "Only cases of one root cause."),
    Parameter(
        "sort",
        "query",
        {"type": "string", "enum": ["age", "risk"], "default": "age"},
        "age: the oldest first; risk: those first that are most likely to stop a line, each with the reasons.",
    ),
    *PAGE,
)
_CASE = Parameter("id", "path", text(255), "Id of a case, of what it is about, or a group.", required=True)


class CaseDesk:
    """What people do about cases."""

    def __init__(self, world: World, views: CaseViews, rules: Sequence[Rule], callers: Callers) -> None:
        self._world = world
        self._views = views
        self._rules = rules
        self._callers = callers

    async def list_all(self, request: web.Request) -> web.StreamResponse:
        """List what waits for a person."""
        self._callers.operator(request)
        asked = read_query(request, _FILTERS)
        query, (after, limit) = _query(asked), page_of(asked)
        if asked.get("sort") != "risk":
            page = await self._views.open(query, after, limit)
            return reply(ListedCases(items=[ListedCase.of(case) for case in page.items], after=page.after))
        ranked = await self._views.ranked(query, limit, self._world.clock().date())
        items = [ListedCase.of(each.case).model_copy(update={"risk": RiskBody.of(each.risk)}) for each in ranked]
        return reply(ListedCases(items=items, after=None))

    async def groups(self, request: web.Request) -> web.StreamResponse:
        """List root causes."""
        self._callers.operator(request)
        found = await self._views.groups(_query(read_query(request, _NARROWER)), _GROUPS_SHOWN)
        return reply(GroupList(items=[GroupBody.of(group) for group in found]))

    async def look_up(self, request: web.Request) -> web.StreamResponse:
        """Show one case."""
        self._callers.operator(request)
        wanted = named(request, _CASE)
        case = await self._world.ledger.load(Case, wanted)
        if case is None:
            raise NotFound(f"There is no case {wanted}. List those that are open: GET /api/v1/cases.")
        notes = [NoteBody.of(note) for note in await self._views.notes([case.id])]
        return reply(CaseWhole(**CaseBody.of(case).model_dump(), notes=notes))

    async def close(self, request: web.Request) -> web.StreamResponse:
        """Close the open cases of a subject."""
        person = self._callers.person(request)
        closing = await read_model(request, CaseClosing, '{"reason": "settled by phone"}')
        found = [case for case in await self._meant(request) if closing.cause in (None, case.cause)]

        def close(uow: UnitOfWork) -> list[str]:
            words = f"{closing.reason} ({person.name})"
            return [case.id for case in found if close_case(uow, self._world, case.id, words)]

        closed = await self._world.ledger.tx(close)
        if not closed:
            raise _nothing_open(request)
        cases = [case for each in closed for case in await self._views.meant(each)]
        return reply(CaseList(items=[CaseBody.of(case) for case in cases], after=None))

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """Take what differs as it is."""
        person = self._callers.person(request)
        reason = (await read_model(request, CaseAccepting, '{"reason": "agreed by phone"}')).reason
        found = [case for case in await self._meant(request) if case.closed_at is None]
        if len(found) > 1:
            # Of a paper or group with several cases those are meant that can be accepted.
            found = [case for case in found if Action.ACCEPT in actions_for(case.cause)]
        if not found:
            raise _nothing_open(request)
        decisions, settled = [], set[str]()
        for case in found:
            if case.subject in settled:
                continue  # It went with another case of the same paper.
            work = partial(
                desk.accept, world=self._world, rules=self._rules, case_id=case.id, person=person, reason=reason
            )
            decision = await self._world.ledger.tx(work)
            self._world.wake(decision.tasks)
            settled.add(case.subject)
            decisions.append(_shown(decision))
        return reply(DecisionList(items=decisions), 200 if all(each.accepted for each in decisions) else 202)

    async def assign(self, request: web.Request) -> web.StreamResponse:
        """Give cases to somebody."""
        person = self._callers.person(request)
        assignee = (await read_model(request, CaseAssigning, '{"person": "ann"}')).person
        return await self._do(request, lambda uow, case: desk.assign(uow, self._world, case, person, assignee))

    async def comment(self, request: web.Request) -> web.StreamResponse:
        """Say something about cases."""
        person = self._callers.person(request)
        said = (await read_model(request, CaseCommenting, '{"text": "asked the partner"}')).text
        return await self._do(request, lambda uow, case: desk.comment(uow, self._world, case, person, said))

    async def _do(self, request: web.Request, work: Callable[[UnitOfWork, str], None]) -> web.StreamResponse:
        found = [case.id for case in await self._meant(request)]
        if not found:
            raise _nothing_open(request)

        def each(uow: UnitOfWork) -> None:
            for case_id in found:
                work(uow, case_id)

        await self._world.ledger.tx(each)
        cases = [case for each_id in found for case in await self._views.meant(each_id)]
        return reply(CaseList(items=[CaseBody.of(case) for case in cases], after=None))

    async def _meant(self, request: web.Request) -> list[Case]:
        return await self._views.meant(named(request, _CASE))

    def routes(self) -> list[Route]:
        """Return the rows of this door."""
        refusals = (400, 401, 403, 404, 413)
        changed = Answer(200, "The cases as they are now.", CaseList)
        return [
            Route("GET", "/api/v1/cases", self.list_all, "listCases", "List what waits for a person", "operator",
                  (Answer(200, "Open cases.", ListedCases),), (400, 401, 403), _FILTERS, tag="cases"),
            Route("GET", "/api/v1/case-groups", self.groups, "listCaseGroups",
                  "List root causes: one fix heals all open cases of a group", "operator",
                  (Answer(200, "Groups, the largest first.", GroupList),), (400, 401, 403), _NARROWER, tag="cases"),
            Route("GET", "/api/v1/cases/{id}", self.look_up, "getCase", "A case with all that people said about it",
                  "operator", (Answer(200, "The case.", CaseWhole),), (401, 403, 404), (_CASE,), tag="cases"),
            Route("POST", "/api/v1/cases/{id}/close", self.close, "closeCases",
                  "Close open cases that were settled otherwise", "operator", (changed,), refusals, (_CASE,),
                  {"application/json": CaseClosing}, "cases"),
            Route("POST", "/api/v1/cases/{id}/accept", self.accept, "acceptCases",
                  "Take what differs as it is; where gateway.yaml asks for it, a second person must do so too",
                  "operator", (Answer(200, "It took effect.", DecisionList),
                               Answer(202, "It is proposed, and waits for others.", DecisionList)),
                  (*refusals, 409), (_CASE,), {"application/json": CaseAccepting}, "cases"),
            Route("POST", "/api/v1/cases/{id}/assign", self.assign, "assignCases", "Give open cases to somebody",
                  "operator", (changed,), refusals, (_CASE,), {"application/json": CaseAssigning}, "cases"),
            Route("POST", "/api/v1/cases/{id}/comments", self.comment, "commentCases", "Say something about cases",
                  "operator", (changed,), refusals, (_CASE,), {"application/json": CaseCommenting}, "cases"),
        ]  # fmt: skip


def _query(asked: dict[str, str]) -> CaseQuery:
    names = ("partner", "cause", "owner", "assignee")
    return CaseQuery(root=asked.get("group"), **{name: asked.get(name) for name in names})


def _shown(decision: desk.Decision) -> DecisionBody:
    missing = sorted(decision.missing)
    return DecisionBody(id=decision.case_id, accepted=not missing, missing_roles=missing, matches=decision.taken)


def _nothing_open(request: web.Request) -> NotFound:
    wanted = named(request, _CASE)
    return NotFound(f"There is no open case about {wanted}. List those that are open: GET /api/v1/cases.")
