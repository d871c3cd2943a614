"""Joins what passes events on: the relay to the broker, webhooks, mails about cases, and their doors, as gateway.yaml says."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from dataclasses import replace

import aiohttp
from aiohttp import web

from gateway.errors import ConfigurationError, Problem
from gateway.events.alerting import Alerting
from gateway.events.brokers import make_publisher
from gateway.events.circuit import Patience
from gateway.events.door import EventDoor
from gateway.events.endpoint import Endpoint
from gateway.events.mail import MailServer
from gateway.events.relay import SINK, Relay
from gateway.events.webhook import Subscription, Webhook, sink_of
from gateway.ledger.alerts import SqlAlerts
from gateway.ledger.opening import in_turn
from gateway.ledger.outbox import SqlOutbox
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline import alerts
from gateway.pipeline.outbox import Begin, Selection, SinkReport
from gateway.pipeline.ports import World
from gateway.settings import GatewayText, Settings, read_secret
from gateway.trading.alerts import AlertsText, MailText
from gateway.trading.sinks import WebhookText
from gateway.web.routes import Route
from gateway.web.signing import sign


class Publishing:
    """All that is done with events outside of the ledger."""

    def __init__(
        self,
        settings: Settings,
        world: World,
        database: SqlLedger,
        session: aiohttp.ClientSession,
    ) -> None:
        self._settings, self._world, self._database, self._session = settings, world, database, session
        self._outbox, self._alerts = SqlOutbox(database), SqlAlerts(database)
        self._names = sink_names(settings.gateway)

    async def reports(self) -> list[SinkReport]:
        """Return how it stands with the sinks that gateway.yaml names now."""
        found = [each for each in await self._outbox.reports() if each.name in self._names]
        if alerts.SINK not in self._names:
            return found
        waiting = await self._alerts.waiting()
        return [replace(each, waiting=waiting) if each.name == alerts.SINK else each for each in found]

    def routes(self, operator: Callable[[web.Request], str]) -> list[Route]:
        """Return the doors; ``operator`` raises unless an operator asks."""
        source = self._settings.gateway.events.source
        return EventDoor(self._outbox, source, self.reports, self._world.clock, operator).routes()

    def background(self) -> list[Callable[[], Awaitable[None]]]:
        """Return what passes events on, each by itself: of several processes that could, one does."""
        text = self._settings.gateway
        running: dict[str, Callable[[], Awaitable[None]]] = {}
        if text.events.broker is not None:
            running[SINK] = self._relay().run
        for name, webhook in text.webhooks.items():
            running[sink_of(name)] = self._webhook(name, webhook).run
        if text.alerts is not None:
            running[alerts.SINK] = self._alerting(text.alerts).run
        return [in_turn(self._database, f"events to {name}", run) for name, run in running.items()]

    def _relay(self) -> Relay:
        events = self._settings.gateway.events
        broker = events.broker
        assert broker is not None, "asked before"
        credentials = read_secret(broker.credentials, self._where) if broker.credentials else None
        publisher = make_publisher(broker, credentials)
        return Relay(self._outbox, publisher, events.source, Begin(broker.begin), self._world.clock)

    def _webhook(self, name: str, text: WebhookText) -> Webhook:
        patience = Patience(text.retry.first, text.retry.longest, text.retry.within)
        source = self._settings.gateway.events.source
        chosen = Selection(text.chosen, tuple(text.partners))
        subscription = Subscription(name, chosen, Begin(text.begin), patience, source)
        secret = read_secret(text.secret, self._where)
        _check(secret, self._where, name)
        seconds = text.timeout.total_seconds()
        endpoint = Endpoint(text.url, secret, seconds, self._session, self._world.clock)
        return Webhook(subscription, endpoint, self._outbox, self._world.clock, self._world.random)

    def _alerting(self, text: AlertsText) -> Alerting:
        world = self._world
        mailer = self._mail_server(text.mail)
        return Alerting(text.rules, mailer, self._alerts, self._outbox, world.ledger, world.clock, world.random)

    def _mail_server(self, text: MailText) -> MailServer:
        user, password = (read_secret(each, self._where) if each else None for each in (text.user, text.password))
        certificate = str(self._settings.environment.config_dir / text.certificate) if text.certificate else None
        if certificate is not None:
            try:
                ssl.create_default_context(cafile=certificate)
            except OSError:
                reason, advice = f"there is no certificate in {certificate}", "put the root certificate there, as PEM"
                raise ConfigurationError([Problem(self._where, 1, "alerts.mail.certificate", reason, advice)]) from None
        seconds = text.timeout.total_seconds()
        return MailServer(text.host, text.port, text.tls, text.sender, certificate, user, password, seconds)

    @property
    def _where(self) -> str:
        return str(self._settings.environment.config_dir / "gateway.yaml")


def sink_names(text: GatewayText) -> set[str]:
    """Return the names of the sinks that gateway.yaml asks for."""
    broker = {SINK} if text.events.broker is not None else set()
    mail = {alerts.SINK} if text.alerts is not None else set()
    return broker | mail | {sink_of(name) for name in text.webhooks}


def _check(secret: str, where: str, name: str) -> None:
    """Raise ConfigurationError for a secret that can't sign."""
    try:
        sign(secret, "", "", b"")
    except ValueError:
        reason = "the secret is not base64 behind whsec_"
        raise ConfigurationError([Problem(where, 1, f"webhooks.{name}.secret", reason, "correct it there")]) from None
