"""Some things are done by one process at a time, whichever: looking into a folder that several machines share, for example.

The lock is that of a database session: it is let go of the moment its process ends, however it ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import sqlalchemy as sa
import structlog

from gateway.errors import LedgerAway
from gateway.ledger.postgres.database import PostgresDatabase

log = structlog.get_logger("gateway.turn")

_LOOK_SECONDS = 2.0


async def alone(database: PostgresDatabase, name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Run ``run`` while no other process on this database runs under ``name``; wait for our turn before."""
    while True:
        connection = await asyncio.to_thread(_take, database, name)
        if connection is None:
            await asyncio.sleep(_LOOK_SECONDS)
            continue
        log.info("turn_taken", name=name)
        running = asyncio.ensure_future(run())
        try:
            while not running.done() and await asyncio.to_thread(_holds, connection):
                await asyncio.wait({running}, timeout=_LOOK_SECONDS)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            connection.invalidate()  # With the session the lock goes.
            connection.close()
        if not running.cancelled() and (error := running.exception()) is not None:
            raise error


def _take(database: PostgresDatabase, name: str) -> sa.Connection | None:
    try:
        connection = database.engine.connect()
    except sa.exc.OperationalError as error:
        raise LedgerAway(str(error.orig).partition("\n")[0]) from error
    raw: Any = connection.connection.driver_connection
    row = raw.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 1))", (f"gateway turn {name}",)).fetchone()
    if row[0]:
        return connection
    connection.close()
    return None


def _holds(connection: sa.Connection) -> bool:
    try:
        raw: Any = connection.connection.driver_connection
        raw.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True
