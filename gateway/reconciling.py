"""Joins reconciliation: what is compared, who may bring reports of which system. Part of the composition root."""

from __future__ import annotations

from gateway.ledger.order_views import SqlOrderViews
from gateway.ledger.reconciliation_views import SqlReconciliations
from gateway.ledger.reported import Report
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.ports import World
from gateway.pipeline.reconciliation.explaining import ERP, WMS
from gateway.pipeline.reconciliation.ports import Books
from gateway.settings import GatewayText, KeyText
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


def _reporter(key: KeyText) -> Reporter:
    if key.role == "erp":
        return Reporter(key.name, frozenset({ERP, key.erp}))
    return Reporter(key.name, frozenset({WMS} if key.scope == WMS else ()))
