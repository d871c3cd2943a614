"""The composition root: the one file that knows every concrete class and joins them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

import gateway
from gateway.configuration import LiveConfiguration
from gateway.doors import Listener
from gateway.erp.folder import FolderErp
from gateway.erp.http import HttpErp
from gateway.erp.inbox import ErpInbox, ErpInboxFolder
from gateway.ledger.engine import make_engine
from gateway.ledger.lock import FolderLock
from gateway.ledger.migrate import upgrade
from gateway.ledger.opening import open_ledger
from gateway.ledger.sql_ledger import SqlLedger
from gateway.ledger.vault import FileVault
from gateway.ledger.views import SqlViews
from gateway.mailboxes import sftp_receivers
from gateway.pipeline.ports import Bounds, ErpConnector, ReceiptSender, Sender, World
from gateway.pipeline.task import Task
from gateway.pipeline.worker import Worker
from gateway.settings import ErpText, Settings, read_secret
from gateway.stamps import IdMaker, new_span_id, new_tracking_id, utc_now
from gateway.transports.folder.receiver import FolderReceiver
from gateway.transports.folder.sender import FolderSender
from gateway.transports.rest.callers import Callers
from gateway.transports.rest.health import Health
from gateway.transports.rest.outbox import Outbox
from gateway.transports.rest.reading import DocumentReading
from gateway.transports.rest.receiver import DocumentReceiver
from gateway.transports.rest.sender import RestSender
from gateway.web.app import make_app
from gateway.web.openapi import describe
from gateway.web.routes import Answer, Route


@dataclass(slots=True)
class House:
    """Everything joined and ready to run."""

    settings: Settings
    world: World
    views: SqlViews
    worker: Worker
    database: SqlLedger
    configuration: LiveConfiguration
    app: web.Application
    background: Sequence[Callable[[], Awaitable[None]]]
    session: aiohttp.ClientSession
    lock: FolderLock
    routes: list[Route] = field(default_factory=list)
    listeners: Sequence[Listener] = ()

    async def close(self) -> None:
        """Let go of everything, in order."""
        await self.session.close()
        await self.database.close()
        self.lock.release()


async def build(settings: Settings) -> House:
    """Join the house; raises ConfigurationError or LedgerError. Nothing runs yet."""
    data = settings.environment.data_dir
    lock = FolderLock(data)
    try:
        return await _build(settings, lock)
    except BaseException:
        lock.release()
        raise


async def _build(settings: Settings, lock: FolderLock) -> House:
    configuration = LiveConfiguration(settings.environment.config_dir, frozenset(settings.gateway.erps))
    engine = make_engine(settings.environment.url)
    await asyncio.to_thread(upgrade, engine)
    database = open_ledger(engine)
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        cookie_jar=aiohttp.DummyCookieJar(),  # ERPs and partners share the session, and nothing else.
        headers={"User-Agent": f"partner-gateway/{version()}"},
    )
    workers: list[Worker] = []
    world = _world(settings, database, configuration, session, wake=lambda tasks: workers[0].wake(tasks))
    workers.append(Worker(world, at_once=settings.gateway.limits.steps_at_once))
    views = SqlViews(database)
    routes = make_routes(settings, world, views, configuration)
    return House(
        settings=settings,
        world=world,
        views=views,
        worker=workers[0],
        database=database,
        configuration=configuration,
        app=make_app(routes, new_tracking_id, body_limit=settings.gateway.limits.erp_message_mb << 20),
        background=[configuration.watch, *(folder.run for folder in _folders(settings, world))],
        session=session,
        lock=lock,
        routes=routes,
    )


def _world(
    settings: Settings,
    database: SqlLedger,
    configuration: LiveConfiguration,
    session: aiohttp.ClientSession,
    wake: Callable[[Sequence[Task]], None],
) -> World:
    limits = settings.gateway.limits
    bounds = Bounds(transmission_bytes=limits.transmission_mb << 20, message_bytes=limits.erp_message_mb << 20)
    return World(
        ledger=database,
        vault=FileVault(settings.environment.data_dir / "vault", database, limit=bounds.transmission_bytes),
        configuration=configuration,
        erps={name: _erp(name, text, settings, session) for name, text in settings.gateway.erps.items()},
        senders={
            "rest": RestSender(session, utc_now, read_secret),
            "folder": FolderSender(settings.below_data),
        },
        clock=utc_now,
        new_id=IdMaker(),
        random=random.SystemRandom().random,
        listeners=[*make_listeners(settings, world), *sftp_receivers(settings, world, database)]
        if roles.receive
        else (),
        wake=wake,
        bounds=bounds,
    )


def _folders(settings: Settings, world: World) -> list[FolderReceiver | ErpInboxFolder]:
    """Return what watches folders: those of partners, and those of ERPs."""
    inboxes = settings.gateway.erp_inboxes
    return [
        FolderReceiver(world, settings.below_data),
        *(ErpInboxFolder(world, inbox.erp, settings.below_data(inbox.path)) for inbox in inboxes),
    ]


def make_routes(settings: Settings, world: World, views: SqlViews, configuration: LiveConfiguration) -> list[Route]:
    """Return all rows of the HTTP interface, its description included."""
    keys = settings.gateway.keys
    callers = Callers(world, {key.sha256: key.name for key in keys if key.role == "operator"})
    erp_keys = {key.sha256: key.erp for key in keys if key.role == "erp"}

    def problems() -> int:
        return len(configuration.broken.problems) if configuration.broken else 0

    routes = [
        *DocumentReceiver(world, callers).routes(),
        *DocumentReading(world, views, callers).routes(),
        *Outbox(world, views, callers).routes(),
        *ErpInbox(world, erp_keys).routes(),
        *Health(views, callers, problems).routes(),
    ]
    routes.append(_description(routes))
    return routes


def _description(routes: list[Route]) -> Route:
    """Return the row that describes all rows, itself included."""
    description: dict[str, object] = {}

    async def openapi(_request: web.Request) -> web.StreamResponse:
        return web.json_response(description)

    row = Route(
        "GET",
        "/api/v1/openapi.json",
        openapi,
        "getDescription",
        "This description",
        "",
        (Answer(200, "OpenAPI 3.1.", None, "application/json"),),
        tag="health",
    )
    description.update(describe([*routes, row], "partner-gateway", version()))
    return row


def _erp(name: str, text: ErpText, settings: Settings, session: aiohttp.ClientSession) -> ErpConnector:
    as_xml = text.format == "xml"
    if text.kind == "folder":
        assert text.path is not None, "checked when gateway.yaml is loaded"
        return FolderErp(name, settings.below_data(text.path), as_xml=as_xml)
    assert text.url is not None, "checked when gateway.yaml is loaded"
    where = str(settings.environment.config_dir / "gateway.yaml")
    return HttpErp(
        name,
        text.url,
        session,
        key=read_secret(text.key, where) if text.key else None,
        timeout_seconds=text.timeout.total_seconds(),
        rate=text.rate,
        at_once=text.at_once,
        as_xml=as_xml,
        new_span=new_span_id,
    )


def version() -> str:
    """Return the version of this program."""
    return gateway.__version__
