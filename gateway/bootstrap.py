"""The composition root: the one file that knows every concrete class and joins them."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

import gateway
from gateway.configuration import LiveConfiguration
from gateway.doors import Listener, as2_sender, make_listeners
from gateway.erp.folder import FolderErp
from gateway.erp.http import HttpErp
from gateway.erp.inbox import ErpInbox, ErpInboxFolder
from gateway.errors import ConfigurationError, Problem
from gateway.evidence.authority import time_stamper
from gateway.ledger.case_views import SqlCaseViews
from gateway.ledger.chain import SqlLog
from gateway.ledger.engine import make_engine
from gateway.ledger.figures import SqlFigures
from gateway.ledger.figures.scorecards import SqlScorecards
from gateway.ledger.lock import FolderLock
from gateway.ledger.master_views import SqlMasterViews
from gateway.ledger.opening import in_turn, open_ledger, open_queue, upgrade_when_there, upkeep
from gateway.ledger.order_views import SqlOrderViews
from gateway.ledger.oversight import SqlOversight
from gateway.ledger.sql_ledger import SqlLedger
from gateway.ledger.views import SqlViews
from gateway.mailboxes import sftp_poller, sftp_receivers, sftp_sender
from gateway.pipeline.oversight.expiry import ExpiryWatch
from gateway.pipeline.oversight.in_force import ConfigurationWatch
from gateway.pipeline.oversight.seal import Sealer
from gateway.pipeline.ports import Bounds, ErpConnector, ReceiptSender, Sender, Vault, World
from gateway.pipeline.reconciliation.nightly import NightWatch
from gateway.pipeline.task import Task
from gateway.pipeline.worker import Worker
from gateway.publishing import Publishing
from gateway.reconciling import make_nightly, reconciliation_routes
from gateway.settings import Settings, read_secret
from gateway.stamps import IdMaker, new_span_id, new_tracking_id, utc_now
from gateway.stores import make_known, make_purger, make_vault
from gateway.systems.doors import SystemDoors
from gateway.systems.keys import Key
from gateway.trading.erps import ErpText
from gateway.transports.folder.receiver import FolderReceiver
from gateway.transports.folder.sender import FolderSender
from gateway.transports.rest.callers import Callers
from gateway.transports.rest.cases import CaseDesk
from gateway.transports.rest.health import Health
from gateway.transports.rest.holds import HoldDesk
from gateway.transports.rest.kpis import FigureReading
from gateway.transports.rest.orders import OrderReading
from gateway.transports.rest.outbox import Outbox
from gateway.transports.rest.oversight import Oversight
from gateway.transports.rest.reading import DocumentReading
from gateway.transports.rest.receiver import DocumentReceiver
from gateway.transports.rest.scorecards import ScorecardReading
from gateway.transports.rest.sender import RestSender
from gateway.web.app import make_app
from gateway.web.openapi import description
from gateway.web.routes import Route


@dataclass(frozen=True, slots=True)
class Roles:
    """What a process does: take documents in, run steps, or both."""

    receive: bool = True
    work: bool = True


EVERYTHING, RECEIVERS, WORKER = Roles(), Roles(work=False), Roles(receive=False)


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
    lock: FolderLock | None
    roles: Roles = EVERYTHING
    routes: list[Route] = field(default_factory=list)
    listeners: Sequence[Listener] = ()

    async def close(self) -> None:
        """Let go of everything, in order."""
        await self.session.close()
        await self.database.close()
        if self.lock is not None:
            self.lock.release()


async def build(settings: Settings, roles: Roles = EVERYTHING) -> House:
    """Join the house; raises ConfigurationError or LedgerError. Nothing runs yet.

    A database on another machine that is away is waited for.
    """
    if settings.environment.shared:
        return await _build(settings, roles, None)
    if roles != EVERYTHING:
        reason = "receivers and workers as processes of their own need a database that all of them reach"
        advice = "set it to postgresql+psycopg://USER@HOST/NAME, or run all in one process: gateway serve"
        raise ConfigurationError([Problem("environment", 1, "GATEWAY_DATABASE_URL", reason, advice)])
    lock = FolderLock(settings.environment.data_dir)
    try:
        return await _build(settings, roles, lock)
    except BaseException:
        lock.release()
        raise


async def _build(settings: Settings, roles: Roles, lock: FolderLock | None) -> House:
    configuration = LiveConfiguration(settings.environment.config_dir, frozenset(settings.gateway.erps))
    engine = make_engine(settings.environment.url)
    await upgrade_when_there(engine)
    database = open_ledger(engine)
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        cookie_jar=aiohttp.DummyCookieJar(),  # ERPs and partners share the session, and nothing else.
        headers={"User-Agent": f"partner-gateway/{version()}"},
    )
    workers: list[Worker] = []
    vault = make_vault(settings, database)
    world = _world(settings, database, vault, configuration, session, wake=lambda tasks: workers[0].wake(tasks))
    at_once, within = settings.gateway.limits.steps_at_once, settings.environment.takeover_seconds
    workers.append(Worker(world, open_queue(database, world.clock, at_once=at_once, takeover_within=within)))
    views = SqlViews(database)
    publishing = Publishing(settings, world, database, session)
    routes = make_routes(settings, world, views, configuration, publishing)
    if not roles.receive:
        routes = [route for route in routes if route.tag == "health"]
    expiry = ExpiryWatch(world.ledger, world, lambda: configuration().directory)
    authority = time_stamper(settings.gateway.time_stamps, settings.environment.config_dir)
    sealer = in_turn(database, "seal the log", Sealer(SqlLog(database), world.clock, authority).run)
    purger = make_purger(settings, database, vault, world.clock)
    return House(
        settings=settings,
        world=world,
        views=views,
        worker=workers[0],
        database=database,
        configuration=configuration,
        app=make_app(routes, new_tracking_id, body_limit=settings.gateway.limits.erp_message_mb << 20),
        background=[
            configuration.watch,
            ConfigurationWatch(world.ledger, world, configuration).run,
            expiry.run,
            sealer,
            *upkeep(database, world.clock, purger.run),
            *(_pollers(settings, world, database) if roles.receive else ()),
            *(publishing.background() if roles.work else ()),
            *([NightWatch(world, world.nightly).run] if world.nightly is not None and roles.work else ()),
        ],
        session=session,
        lock=lock,
        roles=roles,
        routes=routes,
        listeners=[*make_listeners(settings, world), *sftp_receivers(settings, world, database)]
        if roles.receive
        else (),
    )


def _world(
    settings: Settings,
    database: SqlLedger,
    vault: Vault,
    configuration: LiveConfiguration,
    session: aiohttp.ClientSession,
    wake: Callable[[Sequence[Task]], None],
) -> World:
    limits = settings.gateway.limits
    bounds = Bounds(
        transmission_bytes=limits.transmission_mb << 20,
        message_bytes=limits.erp_message_mb << 20,
        order_within=limits.order_within,
    )
    senders: dict[str, Sender] = {
        "rest": RestSender(session, utc_now, read_secret),
        "folder": FolderSender(settings.below_data),
    }
    receipt_senders: dict[str, ReceiptSender] = {}
    world = World(
        ledger=database,
        vault=vault,
        configuration=configuration,
        erps={name: _erp(name, text, settings, session) for name, text in settings.gateway.erps.items()},
        senders=senders,
        clock=utc_now,
        new_id=IdMaker(),
        random=random.SystemRandom().random,
        wake=wake,
        bounds=bounds,
        receipt_senders=receipt_senders,
        routing=settings.gateway.routing,
        nightly=make_nightly(settings, database, session),
    )
    senders["sftp"] = sftp_sender(settings, world)
    senders["as2"] = receipt_senders["as2"] = as2_sender(settings, world, session)
    return world


def _pollers(settings: Settings, world: World, database: SqlLedger) -> list[Callable[[], Awaitable[None]]]:
    """Return what looks for work by itself: of several processes that could, one does."""
    inboxes = settings.gateway.erp_inboxes
    pollers = {
        "folders of partners": FolderReceiver(world, settings.below_data).run,
        "SFTP servers of partners": sftp_poller(settings, world).run,
        **{f"inbox {box.path}": ErpInboxFolder(world, box.erp, settings.below_data(box.path)).run for box in inboxes},
    }
    return [in_turn(database, name, run) for name, run in pollers.items()]


def make_routes(
    settings: Settings, world: World, views: SqlViews, configuration: LiveConfiguration, publishing: Publishing
) -> list[Route]:
    """Return all rows of the HTTP interface, its description included."""
    keys = settings.gateway.keys
    operators = [key for key in keys if key.role == "operator"]
    people = {key.name: key.operator for key in operators}
    callers = Callers(world, {key.sha256: key.name for key in operators}, people)
    rules = [approval.rule for approval in settings.gateway.approvals]
    erp_keys = {key.sha256: key.erp for key in keys if key.role == "erp"}

    def problems() -> int:
        return len(configuration.broken.problems) if configuration.broken else 0

    routes = [
        *DocumentReceiver(world, callers).routes(),
        *DocumentReading(world, views, callers).routes(),
        *Outbox(world, views, callers).routes(),
        *Oversight(world, SqlOversight(views.database), callers).routes(),
        *CaseDesk(world, SqlCaseViews(views.database), rules, callers).routes(),
        *HoldDesk(world, views, make_known(views.database), callers).routes(),
        *OrderReading(world, SqlOrderViews(views.database), callers).routes(),
        *FigureReading(SqlFigures(views.database), callers, world.clock).routes(),
        *ScorecardReading(world, SqlScorecards(views.database), callers).routes(),
        *reconciliation_routes(settings.gateway, world, views.database, callers),
        *ErpInbox(world, erp_keys).routes(),
        *SystemDoors(
            world, {key.sha256: Key(key.name, key.role, key.scope) for key in keys}, SqlMasterViews(views.database)
        ).routes(),
        *publishing.routes(callers.operator),
        *Health(views, callers, problems, publishing.reports, lambda: world.circuits.states(world.clock())).routes(),
    ]
    routes.append(description(routes, "partner-gateway", version()))
    return routes


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
