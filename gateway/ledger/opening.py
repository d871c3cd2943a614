"""Opens the ledger that an address names, and the queue that goes with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import sqlalchemy as sa
import structlog

from gateway.ledger.case_ranks import CaseRanker
from gateway.ledger.database import Database
from gateway.ledger.migrate import upgrade
from gateway.ledger.order_totals import TotalsFolder
from gateway.ledger.queue import EmbeddedQueue
from gateway.ledger.sql_ledger import SqlLedger, short
from gateway.pipeline.ports import Clock
from gateway.pipeline.queue import Queue

log = structlog.get_logger("gateway.ledger")

_AGAIN_SECONDS = 2.0


def open_ledger(engine: sa.Engine) -> SqlLedger:
    """Return the ledger on an engine."""
    if engine.dialect.name == "postgresql":
        from gateway.ledger.postgres.database import PostgresDatabase  # Its driver is an extra.

        return PostgresDatabase(engine)
    return Database(engine)


def open_queue(ledger: SqlLedger, clock: Clock, *, at_once: int, takeover_within: float) -> Queue:
    """Return what hands out the steps of a ledger."""
    if ledger.engine.dialect.name == "postgresql":
        from gateway.ledger.postgres.database import PostgresDatabase
        from gateway.ledger.postgres.queue import PostgresQueue

        assert isinstance(ledger, PostgresDatabase)
        return PostgresQueue(ledger, clock, at_once=at_once, takeover_within=takeover_within)
    return EmbeddedQueue(ledger, clock, at_once=at_once)


def in_turn(ledger: SqlLedger, name: str, run: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """Return what runs ``run`` in one process at a time, of all that work on this ledger."""
    if ledger.engine.dialect.name == "postgresql":
        from gateway.ledger.postgres.database import PostgresDatabase
        from gateway.ledger.postgres.turn import alone

        assert isinstance(ledger, PostgresDatabase)
        return partial(alone, ledger, name, run)
    return run


async def upgrade_when_there(engine: sa.Engine) -> None:
    """Bring the database up to date; wait for a server that is away, and say so again and again."""
    while True:
        try:
            await asyncio.to_thread(upgrade, engine)
            return
        except sa.exc.OperationalError as error:
            if engine.dialect.name == "sqlite":
                raise
            log.error(
                "database_away",
                error=short(error),
                next="start it, or correct GATEWAY_DATABASE_URL; it is tried again by itself",
            )
            await asyncio.sleep(_AGAIN_SECONDS)


def upkeep(
    ledger: SqlLedger, clock: Clock, purge: Callable[[], Awaitable[None]]
) -> list[Callable[[], Awaitable[None]]]:
    """Return what keeps a ledger small and in order, each done by one of the processes that work on it."""
    runs = {"purge": purge, "fold totals": TotalsFolder(ledger).run, "rank cases": CaseRanker(ledger, clock).run}
    return [in_turn(ledger, name, run) for name, run in runs.items()]
