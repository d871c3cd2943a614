"""Real webhooks on loopback: each with its own manners."""

import asyncio
import json
from collections import deque
from contextlib import asynccontextmanager

from aiohttp import web


class Hook:
    """The subscriber's side; ``answers`` are taken one after the other: a status, or a coroutine function that answers."""

    def __init__(self):
        self.requests = []
        self.answers = deque()
        self.always = 204
        self.url = ""

    @property
    def events(self):
        return [json.loads(body) for _headers, body in self.requests]

    @property
    def ids(self):
        return [headers["webhook-id"] for headers, _body in self.requests]

    async def receive(self, request):
        self.requests.append((dict(request.headers), await request.read()))
        answer = self.answers.popleft() if self.answers else self.always
        if callable(answer):
            return await answer(request)
        return web.Response(status=answer)


@asynccontextmanager
async def hook():
    found = Hook()
    app = web.Application()
    app.add_routes([web.post("/events", found.receive)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/events"
    try:
        yield found
    finally:
        await runner.cleanup()


def redirect(where):
    """Answer with a redirect."""

    async def answer(_request):
        return web.Response(status=302, headers={"Location": where})

    return answer


def slowly(seconds, status=200):
    """Answer after a while."""

    async def answer(_request):
        await asyncio.sleep(seconds)
        return web.Response(status=status)

    return answer


def dripping(seconds):
    """Say 200 at once, and then go on talking for ever: a byte now and then."""

    async def answer(request):
        response = web.StreamResponse(status=200)
        await response.prepare(request)
        while True:
            await response.write(b".")
            await asyncio.sleep(seconds)

    return answer
