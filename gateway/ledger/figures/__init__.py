"""The figures, each from indexes, small partial sets, or the newest rows of a period. Fulfils `gateway.pipeline.figure_views`.

At a million orders a figure must not read them all: what stands open is found by indexes of what is open, and what happened by
its time, at most `samples.SAMPLE` of it.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from gateway.ledger.figures import cases, deliveries, documents, latencies, standing
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.figure_views import FigureQuery
from gateway.tracking.figures import Figure

FIGURES: dict[str, Callable[[sa.Connection, FigureQuery], Figure]] = {
    "orders_awaiting_acknowledgment": standing.orders_awaiting_acknowledgment,
    "suppliers_missing_ship_notices": standing.suppliers_missing_ship_notices,
    "dates_beyond_tolerance": standing.dates_beyond_tolerance,
    "plants_at_risk": standing.plants_at_risk,
    "order_risk_exposure": standing.order_risk_exposure,
    "exception_aging": cases.exception_aging,
    "event_backlog": cases.event_backlog,
    "order_release_latency": latencies.order_release_latency,
    "order_confirmation_latency": latencies.order_confirmation_latency,
    "goods_receipt_posting_time": latencies.goods_receipt_posting_time,
    "exception_resolution_time": cases.exception_resolution_time,
    "reconciled_by_hand": cases.reconciled_by_hand,
    "posting_success_rate": documents.posting_success_rate,
    "sync_lag": documents.sync_lag,
    "inventory_sync_lag": documents.inventory_sync_lag,
    "message_health": documents.message_health,
    "failures_by_supplier": documents.failures_by_supplier,
    "fill_rate": deliveries.fill_rate,
    "on_time_shipment": deliveries.on_time_shipment,
    "on_time_receipt": deliveries.on_time_receipt,
}


class SqlFigures:
    """Reads figures from the ledger."""

    def __init__(self, database: SqlLedger) -> None:
        self._database = database

    async def figure(self, name: str, query: FigureQuery) -> Figure:
        """Return a figure; raise KeyError for one that is not known here."""
        measure = FIGURES[name]
        return await self._database.read(lambda connection: measure(connection, query))
