"""The bare limit: one insert, one POST to the same ERP and one update for each document, each commit durable by itself.

Nobody can do with less and lose nothing. What the gateway does beside it is what is measured: it judges, acknowledges,
translates, keeps the thread of the order, and writes everything down. Both get their documents within the process, without an
HTTP door in front, and both post to the same ERP over HTTP. No commit of the limit is shared with another document; the gateway
may let documents share one, as long as nobody is told before it is durable. SQLite is written on the loop, as the gateway does
it; PostgreSQL in threads, because each commit waits for the disk.
"""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import aiohttp
import psycopg

from bench.pipeline import AT_ONCE, start_erp
from bench.scale.gateway import Cost
from bench.scale.stores import cpu_of

WRITERS = 8
_TABLE = "create table bare (id integer primary key, body {kind}, state text)"
Write = Callable[[str, tuple[object, ...]], object]


def bare_sqlite(folder: Path, documents: list[bytes], bodies: list[bytes]) -> Cost:
    """Measure SQLite: the journal and the durability of the gateway."""
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=4000"):
        connection.execute(f"pragma {pragma}")
    connection.execute(_TABLE.format(kind="blob"))

    async def write(statement: str, values: tuple[object, ...]) -> None:
        connection.execute(statement, values)

    try:
        return asyncio.run(_measured(folder, documents, bodies, write, "?", None))
    finally:
        connection.close()


def bare_postgres(folder: Path, documents: list[bytes], bodies: list[bytes], url: str, server: int) -> Cost:
    """Measure PostgreSQL through the same driver."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop table if exists bare")
        connection.execute(_TABLE.format(kind="bytea"))
    own = threading.local()
    opened: list[psycopg.Connection] = []

    def begin() -> None:
        own.connection = psycopg.connect(url, autocommit=True)
        opened.append(own.connection)

    with ThreadPoolExecutor(WRITERS, initializer=begin) as pool:

        async def write(statement: str, values: tuple[object, ...]) -> None:
            await asyncio.get_running_loop().run_in_executor(pool, lambda: own.connection.execute(statement, values))

        try:
            return asyncio.run(_measured(folder, documents, bodies, write, "%s", server))
        finally:
            for connection in opened:
                connection.close()


async def _measured(folder, documents, bodies, write, mark: str, server: int | None) -> Cost:
    process, erp = start_erp(folder, "erp-bare")
    gate = asyncio.Semaphore(AT_ONCE)
    insert = f"insert into bare values ({mark}, {mark}, 'received')"
    update = f"update bare set state = 'delivered' where id = {mark}"
    try:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

            async def one(number: int, data: bytes, body: bytes) -> None:
                async with gate:
                    await write(insert, (number, data))
                    headers = {"Idempotency-Key": str(number), "Content-Type": "application/json"}
                    async with session.post(f"{erp}/messages", data=body, headers=headers) as response:
                        await response.read()
                        assert response.status < 300
                    await write(update, (number,))

            await one(-1, documents[0], bodies[0])
            theirs = cpu_of(server, children=True) if server is not None else 0.0
            wall, cpu = time.perf_counter(), time.process_time()
            await asyncio.gather(*(one(n, d, b) for n, (d, b) in enumerate(zip(documents, bodies, strict=True))))
            took, own = time.perf_counter() - wall, time.process_time() - cpu
            theirs = cpu_of(server, children=True) - theirs if server is not None else 0.0
            count = len(documents)
            return Cost(count / took, own * 1000 / count, theirs * 1000 / count)
    finally:
        process.terminate()
        process.wait()
