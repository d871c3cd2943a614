"""GET /api/v1/scorecards: how well suppliers keep what was agreed. A partner sees its own and nothing else."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from gateway.errors import NotFound
from gateway.pipeline.ports import World
from gateway.pipeline.scorecard_views import ScorecardViews, is_supplier
from gateway.tracking.scorecard import MEASURES, Score, Scorecard
from gateway.transports.rest.callers import Caller, Callers
from gateway.transports.rest.kpis import PERIOD_ASKED, period
from gateway.transports.rest.reading import reply
from gateway.web.asking import PAGE, named, page_of, read_query, text
from gateway.web.routes import Answer, Parameter, Route

_LISTED = (*PERIOD_ASKED, *PAGE)
_PARTNER = Parameter("partner", "path", text(60), "Short name of the supplier.", required=True)
_UNKNOWN = "There is no such supplier. GET /api/v1/scorecards lists those whose scorecards you may see."


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True)


class ScoreBody(_Body):
    """One figure of a scorecard with its definition."""

    name: str
    title: str
    definition: str
    numerator: str = Field(description="What `achieved` counts.")
    denominator: str = Field(description="What `counted` counts.")
    more_is_better: bool
    percent: float | None = Field(description="Null where there was nothing to count.")
    achieved: float = Field(description="Lines that were filled in part add their part.")
    counted: int
    complete: bool = Field(description="False where there was more than is counted: then the newest were.")

    @classmethod
    def of(cls, name: str, score: Score) -> ScoreBody:
        """Show a figure."""
        row = MEASURES[name]
        return cls(
            name=name,
            title=row.title,
            definition=row.words,
            numerator=row.numerator,
            denominator=row.denominator,
            more_is_better=row.more_is_better,
            percent=score.percent,
            achieved=score.achieved,
            counted=score.counted,
            complete=score.complete,
        )


class ScorecardBody(_Body):
    """The scorecard of one supplier."""

    partner: str
    since: datetime
    until: datetime = Field(description="The end of the period, at most now: what is due later was not missed.")
    scores: list[ScoreBody]

    @classmethod
    def of(cls, card: Scorecard) -> ScorecardBody:
        """Show a scorecard."""
        scores = [ScoreBody.of(name, score) for name, score in card.scores.items()]
        return cls(partner=card.partner, since=card.since, until=card.until, scores=scores)


class ScorecardList(_Body):
    """Scorecards of suppliers by their names."""

    items: list[ScorecardBody]
    after: int | None = Field(description="Cursor of the next page; null at the end.")


class ScorecardReading:
    """Looks scorecards up."""

    def __init__(self, world: World, views: ScorecardViews, callers: Callers) -> None:
        self._world, self._views, self._callers = world, views, callers

    async def list_all(self, request: web.Request) -> web.StreamResponse:
        """List scorecards."""
        caller = self._callers.identify(request)
        asked = read_query(request, _LISTED)
        now = self._world.clock()
        since, until = period(asked, now)
        after, limit = page_of(asked)
        suppliers = self._suppliers(caller)
        shown = suppliers[after : after + limit]
        items = [ScorecardBody.of(await self._views.scorecard(name, since, until, now)) for name in shown]
        more = after + limit if after + limit < len(suppliers) else None
        return reply(ScorecardList(items=items, after=more))

    async def look_up(self, request: web.Request) -> web.StreamResponse:
        """Show the scorecard of one supplier."""
        caller = self._callers.identify(request)
        asked = read_query(request, PERIOD_ASKED)
        name = named(request, _PARTNER)
        if name not in self._suppliers(caller):
            raise NotFound(_UNKNOWN)
        now = self._world.clock()
        since, until = period(asked, now)
        return reply(ScorecardBody.of(await self._views.scorecard(name, since, until, now)))

    def _suppliers(self, caller: Caller) -> list[str]:
        """Return the suppliers whose scorecards somebody may see, by name."""
        partners = self._world.configuration().directory.partners
        return sorted(
            name
            for name, each in partners.items()
            if is_supplier(each) and (caller.sees is None or caller.sees == name)
        )

    def routes(self) -> list[Route]:
        """Return the rows of this door."""
        return [
            Route("GET", "/api/v1/scorecards", self.list_all, "listScorecards", "Scorecards of suppliers",
                  "partner or operator", (Answer(200, "The scorecards, by name.", ScorecardList),), (400, 401), _LISTED,
                  tag="scorecards"),
            Route("GET", "/api/v1/scorecards/{partner}", self.look_up, "getScorecard", "The scorecard of one supplier",
                  "partner or operator", (Answer(200, "The scorecard.", ScorecardBody),), (400, 401, 404),
                  (_PARTNER, *PERIOD_ASKED), tag="scorecards"),
        ]  # fmt: skip
