"""Joins reconciliation: what is compared, who brings reports, what is fetched at night. Part of the composition root."""

from __future__ import annotations

import aiohttp

from gateway.erp.reports import FolderReport, HttpReport
from gateway.ledger.order_views import SqlOrderViews
from gateway.ledger.reconciliation_views import SqlReconciliations
from gateway.ledger.reported import Report
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.ports import World
from gateway.pipeline.reconciliation.explaining import ERP, WMS
from gateway.pipeline.reconciliation.ports import Books, Nightly, ReportSource
from gateway.settings import GatewayText, KeyText, Settings, read_secret
from gateway.trading.reconciling import ReportText
from gateway.transports.rest.callers import Callers
from gateway.transports.rest.reconciliations import Reconciliations, Reporter
from gateway.web.routes import Route


def make_books(database: SqlLedger) -> Books:
    """Return what is compared with what."""
    return Books(SqlOrderViews(database), Report)


def reconciliation_routes(text: GatewayText, world: World, database: SqlLedger, callers: Callers) -> list[Route]:
    """Return the doors of reconciliation."""
    reporters = {key.sha256: _reporter(key) for key in text.keys if key.role != "operator"}
    systems = sorted({ERP, WMS, *text.erps})
    views = SqlReconciliations(database)
    return Reconciliations(world, make_books(database), views, callers, reporters, systems).routes()


def make_nightly(settings: Settings, database: SqlLedger, session: aiohttp.ClientSession) -> Nightly | None:
    """Return what is done each night; None where gateway.yaml asks for nothing."""
    text = settings.gateway.reconciliation
    if text is None:
        return None
    limit = text.largest_mb << 20
    sources = {name: _source(name, each, settings, session, limit) for name, each in text.reports.items()}
    views = SqlReconciliations(database)
    return Nightly(text.calendar, text.within, text.every, sources, make_books(database), views)


def _source(
    name: str, text: ReportText, settings: Settings, session: aiohttp.ClientSession, limit: int
) -> ReportSource:
    if text.folder is not None:
        return FolderReport(settings.below_data(text.folder), text.pattern, limit=limit)
    assert text.url is not None, "checked when gateway.yaml is loaded"
    erp = settings.gateway.erps.get(text.erp or name)
    reference = text.key or (erp.key if erp is not None else None)
    where = str(settings.environment.config_dir / "gateway.yaml")
    key = read_secret(reference, where) if reference is not None else None
    return HttpReport(text.url, session, key=key, timeout_seconds=text.timeout.total_seconds(), limit=limit)


def _reporter(key: KeyText) -> Reporter:
    if key.role == "erp":
        return Reporter(key.name, frozenset({ERP, key.erp}))
    return Reporter(key.name, frozenset({WMS} if key.scope == WMS else ()))
