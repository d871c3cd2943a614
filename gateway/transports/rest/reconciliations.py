"""/api/v1/reconciliations: reports come in, runs and what they found are read, repairs are decided. Partners see none of it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from aiohttp import web
from pydantic import ValidationError

from gateway.errors import NotFound
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.reconciliation.asked import Asked, Given, same_asked
from gateway.pipeline.reconciliation.deciding import Plan, apply_repairs, dismiss_repairs, planned
from gateway.pipeline.reconciliation.ports import Books, ReconciliationViews
from gateway.pipeline.reconciliation.running import keep, run
from gateway.tracking.approval import Person
from gateway.tracking.reconciliation import Reconciliation, RepairState, Trigger
from gateway.tracking.reported import ReportedLine, ReportFormat, ReportInvalid, read_report
from gateway.transports.rest.callers import Callers
from gateway.transports.rest.reading import reply
from gateway.transports.rest.reconciliation_models import (
    RepairsAsked,
    RepairsDecided,
    ReportBody,
    RunBody,
    RunList,
    RunWhole,
)
from gateway.web.app import BODY_LIMIT, TRACKING
from gateway.web.asking import IDEMPOTENCY_KEY, PAGE, id_of, idempotency_key, page_of, read_query, text
from gateway.web.bodies import read
from gateway.web.keys import presented_hash
from gateway.web.problems import ProblemError
from gateway.web.routes import Answer, Parameter, Route

_JSON, _CSV = "application/json", "text/csv"
_DECIDING_BYTES = 2 << 20
_STATES = {"type": "string", "enum": [str(state) for state in RepairState]}
_SHOWN = (Parameter("state", "query", _STATES, "Only repairs that stand so."), *PAGE)
_UNKNOWN = "There is no reconciliation under this id. GET /api/v1/reconciliations lists those that there are."


@dataclass(frozen=True, slots=True)
class Reporter:
    """Whose key may bring reports: its name, and of which systems."""

    name: str
    systems: frozenset[str]


class Reconciliations:
    """The doors of reconciliation. ``reporters`` are keys of ERPs and systems by their SHA-256; an operator may bring any."""

    def __init__(
        self,
        world: World,
        books: Books,
        views: ReconciliationViews,
        callers: Callers,
        reporters: Mapping[str, Reporter],
        systems: Sequence[str],
    ) -> None:
        self._world, self._books, self._views = world, books, views
        self._callers, self._reporters = callers, reporters
        schema = {"type": "string", "enum": list(systems)}
        self._asked = (
            Parameter("system", "query", schema, "Whose report it is.", required=True),
            Parameter("partner", "query", text(41), "Only orders with one partner are compared."),
        )

    async def post(self, request: web.Request) -> web.StreamResponse:
        """Compare a report with our orders."""
        reporter = self._reporters.get(presented_hash(request))
        by = reporter.name if reporter is not None else self._callers.operator(request)
        asked = read_query(request, self._asked)
        system = asked.get("system")
        if system is None:
            words = "system is missing: say whose report it is, such as ?system=erp."
            raise ProblemError(400, "query-invalid", "Query invalid", words)
        if reporter is not None and system not in reporter.systems:
            may = " or ".join(sorted(reporter.systems)) or "no system"
            words = (
                f"This key may bring reports of {may}, not of {system}. Use the key of that system, or of an operator."
            )
            raise ProblemError(403, "wrong-key", "Wrong kind of key", words)
        if request.content_type not in (_JSON, _CSV):
            words = f"{request.content_type} is not read here. Send application/json or text/csv."
            raise ProblemError(415, "media-type", "Unsupported media type", words)
        key = idempotency_key(request)
        data = await read(request, request.app[BODY_LIMIT])
        lines = await _lines(data, request.content_type)
        blob = await keep(self._world.vault, [data])
        given = Given(system, f"{system} over HTTP", request.content_type, blob, lines, self._world.clock())
        run_id = same_asked(f"{by}|{system}", key) if key is not None else self._world.new_id()
        trigger = Trigger.PERSON if reporter is None else Trigger.SYSTEM
        wanted = Asked(run_id, trigger, by, request[TRACKING], asked.get("partner"))
        try:
            made = await run(self._world, self._books, wanted, [given])
        except ReportInvalid as error:
            raise _unreadable(error) from None
        response = reply(RunBody.of(made), 201)
        response.headers["Location"] = f"/api/v1/reconciliations/{made.id}"
        return response

    async def list_all(self, request: web.Request) -> web.StreamResponse:
        """List runs."""
        self._callers.operator(request)
        page = await self._views.runs(*page_of(read_query(request, PAGE)))
        return reply(RunList(items=[RunBody.of(each) for each in page.items], after=page.after))

    async def look_up(self, request: web.Request) -> web.StreamResponse:
        """Show a run with what it found."""
        self._callers.operator(request)
        asked = read_query(request, _SHOWN)
        made = await self._world.ledger.load(Reconciliation, id_of(request))
        if made is None:
            raise NotFound(_UNKNOWN)
        page = await self._views.repairs(made.id, asked.get("state"), *page_of(asked))
        return reply(RunWhole.with_repairs(made, page.items, page.after))

    async def decide(self, request: web.Request) -> web.StreamResponse:
        """Apply repairs, or dismiss them."""
        person = self._callers.person(request)
        run_id = id_of(request)
        try:
            asked = RepairsAsked.model_validate_json(await read(request, _DECIDING_BYTES))
        except ValidationError as error:
            raise _invalid(_faults(error)) from None
        if await self._world.ledger.load(Reconciliation, run_id) is None:
            raise NotFound(_UNKNOWN)
        plan = await self._world.ledger.tx(self._work(run_id, asked, person))
        self._world.wake(plan.tasks)
        return reply(RepairsDecided.of(plan, done=not asked.preview))

    def _work(self, run_id: str, asked: RepairsAsked, person: Person) -> Callable[[UnitOfWork], Plan]:
        if asked.preview:
            return partial(planned, run_id=run_id, lines=asked.lines, apply=asked.action == "apply")
        decide = apply_repairs if asked.action == "apply" else dismiss_repairs
        return partial(decide, world=self._world, person=person, reason=asked.reason, run_id=run_id, lines=asked.lines)

    def routes(self) -> list[Route]:
        """Return the rows of this door."""
        made = Answer(
            201,
            "The run, kept; who asks again under the same key gets the same.",
            RunBody,
            headers={"Location": "Where to look."},
        )
        return [
            Route("POST", "/api/v1/reconciliations", self.post, "postReconciliation",
                  "Compare what a system reports with our orders, line by line",
                  "operator, ERP for its own report, or system with scope wms for that of the WMS", (made,),
                  (400, 401, 403, 408, 409, 413, 415, 417, 422, 503), (*self._asked, IDEMPOTENCY_KEY),
                  {_JSON: ReportBody, _CSV: None}, "reconciliation"),
            Route("GET", "/api/v1/reconciliations", self.list_all, "listReconciliations", "Runs, the newest first",
                  "operator", (Answer(200, "The runs.", RunList),), (400, 401, 403), PAGE, tag="reconciliation"),
            Route("GET", "/api/v1/reconciliations/{id}", self.look_up, "getReconciliation", "A run with what it found",
                  "operator", (Answer(200, "The run.", RunWhole),), (400, 401, 403, 404), _SHOWN, tag="reconciliation"),
            Route("POST", "/api/v1/reconciliations/{id}/repairs", self.decide, "decideRepairs",
                  "Apply or dismiss what a run proposes; applied twice it does nothing more", "operator",
                  (Answer(200, "What was done.", RepairsDecided),), (400, 401, 403, 404, 408, 409, 413, 415, 417, 422, 503),
                  (), {_JSON: RepairsAsked}, "reconciliation"),
        ]  # fmt: skip


async def _lines(data: bytes, content_type: str) -> list[ReportedLine]:
    """Return the lines of a report; raise ProblemError, before anything of it is kept, for what can't be understood."""
    if content_type == _JSON:
        try:
            return list(ReportBody.model_validate_json(data).reported())
        except ValidationError as error:
            raise _invalid(_faults(error)) from None
    table = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="")
    try:
        return await asyncio.to_thread(list, read_report(table, "body", ReportFormat.CSV))
    except ReportInvalid as error:
        raise _unreadable(error) from None


def _unreadable(error: ReportInvalid) -> ProblemError:
    return _invalid([(f"/{error.problem.line}/{error.problem.key}".rstrip("/"), error.detail)])


def _faults(error: ValidationError) -> list[tuple[str, str]]:
    found = error.errors(include_url=False)
    return [("".join(f"/{part}" for part in item["loc"]) or "/", str(item["msg"])) for item in found]


def _invalid(found: list[tuple[str, str]]) -> ProblemError:
    """Return the problem of a body that can't be understood; it names what is wrong and where."""
    shown = "; ".join(f"{where}: {words}" for where, words in found[:10])
    faults = [{"where": where, "message": words, "code": "field-invalid"} for where, words in found[:100]]
    words = f"The body can't be understood: {shown}. Correct it and send it again; nothing of it was kept."
    return ProblemError(422, "report-invalid", "Report invalid", words, faults=faults)
