"""Is it alive, is it ready, how much is there? Health tells nothing that a stranger could use; metrics need a key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, Gauge, generate_latest
from pydantic import BaseModel, Field

from gateway.pipeline.circuit import CircuitState
from gateway.pipeline.outbox import SinkReport, SinkState
from gateway.pipeline.views import Views
from gateway.transports.rest.callers import Callers
from gateway.transports.rest.reading import reply
from gateway.web.routes import Answer, Route

METRICS_TYPE = "text/plain"


class HealthBody(BaseModel):
    """Alive."""

    status: str


class ReadyBody(BaseModel):
    """Ready or not."""

    ready: bool
    configuration: str = Field(description="ok, or refused: a broken change of the files is kept out; see the log.")
    problems: int = Field(description="How many mistakes the refused change has.")
    events: str = Field(
        description="ok, or waiting: the broker, a webhook or the mail server takes nothing. It is kept, and goes on by itself."
    )
    circuits_open: int = Field(description="How many ERPs and partners are down and only probed; see the metrics.")


class Health:
    """The doors for those who watch."""

    def __init__(
        self,
        views: Views,
        callers: Callers,
        problems: Callable[[], int],
        sinks: Callable[[], Awaitable[list[SinkReport]]],
        circuits: Callable[[], Mapping[str, CircuitState]],
    ) -> None:
        self._circuits = circuits
        self._views = views
        self._callers = callers
        self._problems = problems
        self._sinks = sinks

    async def alive(self, _request: web.Request) -> web.StreamResponse:
        """Say that the process answers."""
        return reply(HealthBody(status="alive"))

    async def ready(self, _request: web.Request) -> web.StreamResponse:
        """Say whether documents are taken in, and whether a change of the files was refused."""
        await self._views.document("-")  # Reads the ledger; its failure is a 503.
        problems = self._problems()
        away = any(sink.state is SinkState.AWAY for sink in await self._sinks())
        body = ReadyBody(
            ready=True,
            configuration="refused" if problems else "ok",
            problems=problems,
            events="waiting" if away else "ok",
            circuits_open=sum(state is not CircuitState.CLOSED for state in self._circuits().values()),
        )
        return reply(body)

    async def metrics(self, request: web.Request) -> web.StreamResponse:
        """Return counts for Prometheus."""
        self._callers.operator(request)
        registry = CollectorRegistry()
        labels = {
            "documents": "state",
            "transmissions": "state",
            "receipts": "state",
            "steps": "step",
            "cases": "cause",
        }
        for name, rows in (await self._views.counts()).items():
            gauge = Gauge(f"gateway_{name}", f"{name} by {labels[name]}", [labels[name]], registry=registry)
            for value, count in rows.items():
                gauge.labels(value).set(count)
        refused = Gauge("gateway_configuration_refused", "1 while a broken change is kept out", registry=registry)
        refused.set(1 if self._problems() else 0)
        _count_sinks(registry, await self._sinks())
        circuits = Gauge(
            "gateway_circuit_open", "1 while an ERP or a partner is down and only probed", ["to"], registry=registry
        )
        for place, state in self._circuits().items():
            circuits.labels(place).set(0 if state is CircuitState.CLOSED else 1)
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    def routes(self) -> list[Route]:
        """Return the rows of these doors."""
        return [
            Route("GET", "/healthz", self.alive, "getHealth", "Is it alive?", "",
                  (Answer(200, "It is.", HealthBody),), tag="health"),
            Route("GET", "/readyz", self.ready, "getReadiness", "Does it take documents?", "",
                  (Answer(200, "It does.", ReadyBody),), (503,), tag="health"),
            Route("GET", "/metrics", self.metrics, "getMetrics", "Counts for Prometheus", "operator",
                  (Answer(200, "Prometheus text.", None, METRICS_TYPE),), (401, 403, 503), tag="health"),
        ]  # fmt: skip


def _count_sinks(registry: CollectorRegistry, sinks: list[SinkReport]) -> None:
    """Count what the broker, the webhooks and the mail server have not taken."""
    gauges = {
        "behind": "events that a sink has not come to",
        "retried": "what a sink did not take and is tried again; of mail: what waits for its time too",
        "dead": "dead letters of a sink",
        "away": "1 while a sink takes no events",
    }
    made = {name: Gauge(f"gateway_events_{name}", words, ["sink"], registry=registry) for name, words in gauges.items()}
    for sink in sinks:
        values = {"behind": sink.behind, "retried": sink.waiting, "dead": sink.dead}
        for name, value in {**values, "away": int(sink.state is SinkState.AWAY)}.items():
            made[name].labels(sink.name).set(value)
