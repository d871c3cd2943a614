"""An ERP on loopback that does what a test tells it, and a connector that talks to it."""

from collections import deque
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from gateway.bootstrap import new_span_id
from gateway.erp.http import HttpErp
from gateway.pipeline.ports import Delivery

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


class Server:
    """An ERP that does what ``answers`` say, one after the other; each makes a response of a request."""

    def __init__(self):
        self.requests = []
        self.answers = deque()
        self.url = ""

    async def receive(self, request):
        self.requests.append((request.path, request.headers.copy(), await request.read()))
        if not self.answers:
            return web.json_response({"reference": "R-1"}, status=201)
        answer = self.answers.popleft()
        if isinstance(answer, tuple):
            status, headers = answer
            return web.Response(status=status, headers=headers, text="told to")
        return await answer(request)


@asynccontextmanager
async def running(**settings):
    server = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/messages"
    given = {"key": None, "timeout_seconds": 10, "rate": None, "at_once": 16, "as_xml": False, "new_span": new_span_id}
    try:
        async with aiohttp.ClientSession() as session:
            yield server, HttpErp("main", server.url, session, **(given | settings))
    finally:
        await runner.cleanup()


def delivery(number=1, attempt=1, body=b'{"header":{},"body":{}}', kind="invoice"):
    return Delivery(f"doc-{number}", body, kind, "supplier", f"INV{number}", TRACE, attempt)
