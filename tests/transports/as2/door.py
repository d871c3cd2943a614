"""A front on a free port of loopback, and a client that writes bytes as they stand."""

import asyncio
import contextlib
import tempfile
from dataclasses import dataclass, field

from gateway.transports.as2.body import Bounds
from gateway.transports.as2.front import Front, Reply

TIGHT = Bounds(body_bytes=1 << 20, head_seconds=5, idle_seconds=5)


@dataclass
class Seen:
    """What a handler got, kept for looking at."""

    requests: list = field(default_factory=list)
    bodies: list = field(default_factory=list)
    spools: list = field(default_factory=list)
    reply: Reply = field(default_factory=lambda: Reply(200, (("Content-Type", "text/plain"),), b"thanks"))

    async def __call__(self, request):
        self.requests.append(request)
        self.bodies.append(request.body.read())
        return self.reply

    def spool(self):
        made = tempfile.TemporaryFile()  # noqa: SIM115 - the front closes it
        self.spools.append(made)
        return made


@contextlib.asynccontextmanager
async def opened(handler=None, **more):
    """Open a front with tight bounds; give it and what its handler saw."""
    seen = Seen()
    front = Front(handler or seen, seen.spool, **({"bounds": TIGHT} | more))
    await front.start()
    try:
        yield front, seen
    finally:
        await front.stop(within=5)


def port_of(front):
    return int(front.address.rpartition(":")[2].partition("/")[0])


async def knock(front, *parts: bytes, eof: bool = False, pause: float = 0.02, tls=None, host="127.0.0.1") -> bytes:
    """Send parts with a pause between them and return everything that comes back until the connection ends."""
    reader, writer = await asyncio.open_connection(
        host, port_of(front), ssl=tls, server_hostname="localhost" if tls else None
    )
    try:
        for index, part in enumerate(parts):
            if index:
                await asyncio.sleep(pause)
            writer.write(part)
        if eof:
            writer.write_eof()
        async with asyncio.timeout(30):
            with contextlib.suppress(ConnectionError):
                return await reader.read()
            return b""
    finally:
        writer.close()


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def post(body=b"hello", *lines: str, version="1.1", path="/as2", length=True, end="\r\n") -> bytes:
    """A POST as a plain client writes it, with further lines in its head."""
    head = [f"POST {path} HTTP/{version}", "Host: gateway", "AS2-From: ACME", *lines]
    if length:
        head.append(f"Content-Length: {len(body)}")
    return (end.join(head) + end + end).encode("latin-1") + body
