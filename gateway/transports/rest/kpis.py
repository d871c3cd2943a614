"""GET /api/v1/kpis: the figures of the business with partners, each with its definition. For operators."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from gateway.errors import NotFound
from gateway.pipeline.figure_views import FigureQuery, FigureViews
from gateway.pipeline.ports import Clock
from gateway.tracking.figures import DEFINITIONS, Definition, Figure
from gateway.transports.rest.callers import Callers
from gateway.transports.rest.reading import reply
from gateway.web.asking import moment, named, read_query, text
from gateway.web.problems import ProblemError
from gateway.web.routes import Answer, Parameter, Route

PERIOD = timedelta(days=30)
_MOMENT = {"type": "string", "format": "date-time"}
PERIOD_ASKED = (
    Parameter("since", "query", _MOMENT, "Begin of the period; by default 30 days before its end."),
    Parameter("until", "query", _MOMENT, "End of the period; by default now."),
)
_ASKED = (
    *PERIOD_ASKED,
    Parameter("partner", "query", text(), "Only what is with this partner."),
)
_NAME = Parameter("name", "path", text(60), "Name of the figure.", required=True)


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True)


class PartBody(_Body):
    """The figure of one supplier, plant, cause and so on."""

    by: str
    name: str = Field(description="- where it has no name.")
    value: float
    more: dict[str, Any]


class FigureBody(_Body):
    """A figure with its definition."""

    name: str
    title: str
    definition: str
    unit: str
    known: bool
    because: str = Field(description="Why it is not known here, and who knows it.")
    value: float | None = Field(description="Null where it is not known, or nothing was there to measure.")
    measured: int = Field(description="On how many it rests.")
    complete: bool = Field(
        description="False where there was more than is measured: then the newest were, of the period or each part."
    )
    since: datetime | None = Field(description="Begin of the period; null for how things stand now.")
    until: datetime
    more: dict[str, Any] = Field(description="Figures beside it, such as p95.")
    parts: list[PartBody]

    @classmethod
    def of(cls, row: Definition, query: FigureQuery, figure: Figure | None) -> FigureBody:
        """Show a figure, or that it is not known."""
        found = figure or Figure(None, 0)
        return cls(
            name=row.name,
            title=row.title,
            definition=row.words,
            unit=row.unit,
            known=not row.because,
            because=f"not known here, because {row.because}" if row.because else "",
            value=found.value,
            measured=found.measured,
            complete=found.complete,
            since=query.since if row.over_period else None,
            until=query.until if row.over_period else query.now,
            more=found.more,
            parts=[PartBody(by=part.by, name=part.name, value=part.value, more=part.more) for part in found.parts],
        )


class FigureList(_Body):
    """All figures."""

    items: list[FigureBody]


def period(asked: dict[str, str], now: datetime) -> tuple[datetime, datetime]:
    """Return begin and end of the period that a checked query asks for; raise ProblemError where it ends before it begins."""
    until = moment(asked.get("until")) or now
    try:
        since = moment(asked.get("since")) or until - PERIOD
    except OverflowError:
        since = until
    if since > until:
        words = "since is after until. Let the period begin before it ends."
        raise ProblemError(400, "query-invalid", "Query invalid", words)
    return since, until


class FigureReading:
    """Looks figures up."""

    def __init__(self, views: FigureViews, callers: Callers, clock: Clock) -> None:
        self._views, self._callers, self._clock = views, callers, clock

    async def list_all(self, request: web.Request) -> web.StreamResponse:
        """Show every figure."""
        self._callers.operator(request)
        query = self._query(request)
        return reply(FigureList(items=[await self._show(row, query) for row in DEFINITIONS.values()]))

    async def look_up(self, request: web.Request) -> web.StreamResponse:
        """Show one figure."""
        self._callers.operator(request)
        row = DEFINITIONS.get(named(request, _NAME))
        if row is None:
            raise NotFound(f"There is no figure under this name. There are: {', '.join(DEFINITIONS)}.")
        return reply(await self._show(row, self._query(request)))

    def _query(self, request: web.Request) -> FigureQuery:
        asked = read_query(request, _ASKED)
        now = self._clock()
        return FigureQuery(now, *period(asked, now), asked.get("partner"))

    async def _show(self, row: Definition, query: FigureQuery) -> FigureBody:
        figure = None if row.because else await self._views.figure(row.name, query)
        return FigureBody.of(row, query, figure)

    def routes(self) -> list[Route]:
        """Return the rows of this door."""
        return [
            Route("GET", "/api/v1/kpis", self.list_all, "listFigures", "Every figure with its definition", "operator",
                  (Answer(200, "The figures.", FigureList),), (400, 401, 403), _ASKED, tag="kpis"),
            Route("GET", "/api/v1/kpis/{name}", self.look_up, "getFigure", "One figure with its definition", "operator",
                  (Answer(200, "The figure.", FigureBody),), (400, 401, 403, 404), (_NAME, *_ASKED), tag="kpis"),
        ]  # fmt: skip
