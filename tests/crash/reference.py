"""The reference ERP with its own database, in weather that a test makes. What counts is what its database holds."""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

from aiohttp import web

from gateway.demo.erp import DATABASE, make_app

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Weather = Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]


async def fair(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer as the reference ERP does."""
    return await handler(request)


class Stored(NamedTuple):
    """A message that the ERP has: which type about which purchase order, and how often it came under its key."""

    type: str
    partner: str
    order: str
    received: int


class ReferenceErp:
    """Runs on loopback, may go away and come back on the same port, and never forgets what it stored."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._port = 0
        self._runner: web.AppRunner | None = None
        self.weather: Weather = fair
        self.count = 0  # Messages that it stored.

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Open the door, the first time on a port of its own choice."""
        app = make_app(self._path)

        @web.middleware
        async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self.weather(request, self._counting(handler))

        app.middlewares.append(answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Go away."""
        if self._runner is not None:
            app = self._runner.app
            await self._runner.cleanup()
            app[DATABASE].close()
            self._runner = None

    def _counting(self, handler: Handler) -> Handler:
        async def store(request: web.Request) -> web.StreamResponse:
            answer = await handler(request)
            self.count += answer.status == 201
            return answer

        return store

    def stored(self) -> list[Stored]:
        """Return all messages in the order in which it stored them."""
        database = sqlite3.connect(self._path)
        try:
            rows = database.execute("select type, partner, body, received from messages order by rowid").fetchall()
        finally:
            database.close()
        return [Stored(kind, partner, _order(body), received) for kind, partner, body, received in rows]

    def twice(self) -> list[tuple[tuple[str, str], int]]:
        """Return which document stands there under two keys."""
        counted = Counter((row.type, row.order) for row in self.stored())
        return [each for each in counted.items() if each[1] > 1]


def _order(body: bytes) -> str:
    """Return the purchase order that a message is about, wherever its type puts the number."""
    found = re.search(r'"order_number": ?"([^"]+)"', json.dumps(json.loads(body)["body"]))
    assert found is not None, body
    return found[1]
