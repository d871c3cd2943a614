"""An ERP for tests: it stores each key once, as the reference ERP does, and can be told to fail."""

import hashlib
import json
from collections import deque
from collections.abc import Callable

from aiohttp import web


class Erp:
    """Runs on loopback; ``answers`` are statuses for the next requests, after which it behaves.

    ``judge``, where it is set, sees each body before and may give a status for it. ``rests`` are seconds for which it asks not
    to be called, one for each of the next requests.
    """

    def __init__(self) -> None:
        self.messages: dict[str, bytes] = {}
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: deque[int] = deque()
        self.rests: deque[str] = deque()
        self.judge: Callable[[bytes], int] | None = None
        self.address = ""
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> None:
        app = web.Application(client_max_size=64 << 20)
        app.add_routes([web.post("/messages", self._receive)])
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.address = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _receive(self, request: web.Request) -> web.Response:
        key, body = request.headers["Idempotency-Key"], await request.read()
        self.requests.append((key, dict(request.headers), body))
        if self.rests:
            return web.json_response({}, status=503, headers={"Retry-After": self.rests.popleft()})
        status = self.judge(body) if self.judge else 0
        status = status or (self.answers.popleft() if self.answers else 0)
        if status == 599:
            # It stored the message, and the answer was lost on the way.
            self.messages.setdefault(key, body)
            raise ConnectionResetError
        if status:
            return web.json_response({"error": "told to"}, status=status)
        known = self.messages.get(key)
        if known is not None and hashlib.sha256(known).digest() != hashlib.sha256(body).digest():
            return web.json_response({"error": "other body"}, status=409)
        self.messages[key] = body
        return web.json_response({"reference": f"ERP-{len(self.messages)}"}, status=201)

    def bodies(self, message_type: str) -> list[dict]:
        """The documents of one type that it has stored, in order."""
        found = [json.loads(body) for body in self.messages.values()]
        return [message["body"] for message in found if message["header"]["type"] == message_type]
