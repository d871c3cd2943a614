"""A reference ERP: a small HTTP program that stores what it receives, once for each key.

    python -m gateway.demo.erp DATABASE [PORT [HOST]]       prints its address

POST /messages with an Idempotency-Key stores a canonical message; the same key with the same body is answered alike, with
another body it is refused (409). GET /messages lists what is stored.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
import sys
from pathlib import Path

from aiohttp import web

_TABLE = """
create table if not exists messages (
    key text primary key, sha256 text not null, type text not null, partner text not null,
    number text not null, received integer not null, body blob not null)
"""
DATABASE = web.AppKey("database", sqlite3.Connection)


def open_database(path: Path) -> sqlite3.Connection:
    """Open the store."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("pragma journal_mode=wal")
    connection.execute(_TABLE)
    return connection


async def receive(request: web.Request) -> web.Response:
    """Store one message, or say why not."""
    key = request.headers.get("Idempotency-Key")
    if not key:
        return web.json_response({"error": "an Idempotency-Key is required"}, status=422)
    body = await request.read()
    digest = hashlib.sha256(body).hexdigest()
    database = request.app[DATABASE]
    known = database.execute("select sha256, received from messages where key = ?", (key,)).fetchone()
    if known is not None:
        if known[0] != digest:
            return web.json_response({"error": "this key was used with another body"}, status=409)
        database.execute("update messages set received = received + 1 where key = ?", (key,))
        return web.json_response({"reference": f"ERP-{key}"})
    try:
        header = json.loads(body)["header"]
        about = (header["type"], header["partner"], header["message_id"])
    except (ValueError, KeyError, TypeError):
        return web.json_response({"error": "this is no canonical message with a header"}, status=422)
    database.execute("insert into messages values (?, ?, ?, ?, ?, 1, ?)", (key, digest, *about, body))
    return web.json_response({"reference": f"ERP-{key}"}, status=201)


async def listing(request: web.Request) -> web.Response:
    """List what is stored."""
    rows = request.app[DATABASE].execute("select key, type, partner, sha256, received from messages order by rowid")
    names = ("key", "type", "partner", "sha256", "received")
    return web.json_response([dict(zip(names, row, strict=True)) for row in rows])


def make_app(path: Path) -> web.Application:
    """Make the application that stores at ``path``."""
    app = web.Application(client_max_size=64 << 20)
    app[DATABASE] = open_database(path)
    app.add_routes([web.post("/messages", receive), web.get("/messages", listing)])
    return app


async def main(path: Path, port: int = 0, host: str = "127.0.0.1") -> None:
    """Run until stopped."""
    runner = web.AppRunner(make_app(path), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    sys.stdout.write(f"http://{host}:{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]) if sys.argv[2:] else 0, *sys.argv[3:4]))
