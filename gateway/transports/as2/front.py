"""The door for AS2: tolerant, on a port of its own, one request a connection, then it is closed.

aiohttp refuses what real products send, rightly: behind a proxy such leniency could make two requests of one. Here nobody reads a
second request from a connection, so there is nothing to smuggle into. Put no other service behind this port.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from typing import Any, BinaryIO

import h11
import structlog

from gateway.as2.headers import Headers
from gateway.transports.as2.body import Bounds, Gone, take_body, take_head
from gateway.transports.as2.head import BadRequest, Head
from gateway.transports.as2.tls import Door

log = structlog.get_logger("gateway.transports.as2")

_LINGER_SECONDS = 2.0
_WATCH_SECONDS = 1.0
_BACKLOG = 512
_WHAT = "This is an AS2 receiver (RFC 4130) of partner-gateway; documents are sent to it by POST.\n"


@dataclass(slots=True)
class Request:
    """A request that has come whole. ``head`` are the bytes of its head as they came, ``body`` its bytes without chunks.

    The spool is closed when the handler has answered. ``client_certificate`` is the DER of what the client showed over TLS.
    """

    method: str
    target: str
    head: bytes
    headers: Headers
    body: BinaryIO
    size: int
    remote: str
    client_certificate: bytes | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. Its length, date and the end of the connection are said by the front."""

    status: int
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""

    def __post_init__(self) -> None:
        """Refuse a header that would break out of its line."""
        for pair in self.headers:
            if any(mark in text for text in pair for mark in "\r\n\0"):
                raise ValueError(f"a line break stands in the header {pair[0]!r} of an answer")

    @classmethod
    def text(cls, status: int, words: str, *headers: tuple[str, str]) -> Reply:
        """Make an answer for people."""
        return cls(status, (("Content-Type", "text/plain; charset=utf-8"), *headers), words.encode())


Handler = Callable[[Request], Awaitable[Reply]]
# Told of what was refused before it was a request: status, reason, address of the client.
Refused = Callable[[int, str, str], Awaitable[None]]


class Front:
    """Listens, reads one request from each connection within the bounds, and answers with what ``handler`` returns."""

    def __init__(
        self,
        handler: Handler,
        spool: Callable[[], BinaryIO],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        path: str = "/as2",
        tls: Door | None = None,
        bounds: Bounds = Bounds(),  # noqa: B008
        refused: Refused | None = None,
    ) -> None:
        self._handler = handler
        self._spool = spool
        self._where = (host, port)
        self._path = path
        self._tls = tls
        self._bounds = bounds
        self._refused = refused
        self._servers: list[asyncio.Server] = []
        self._watching: asyncio.Task[None] | None = None
        self._talks: set[asyncio.Task[None]] = set()
        self._from: Counter[str] = Counter()

    async def start(self) -> None:
        """Begin to listen; raise OSError when the address is taken."""
        host, port = self._where
        self._servers = [await self._listen(host=host, port=port)]
        if self._tls is not None:
            self._watching = asyncio.create_task(self._watch(self._tls))

    async def _listen(self, **where: Any) -> asyncio.Server:
        if self._tls is None:
            return await asyncio.start_server(self._accept, **where, backlog=_BACKLOG)
        # A handshake that never ends counts as a head that never comes.
        patience = self._bounds.head_seconds
        return await asyncio.start_server(
            self._accept, **where, backlog=_BACKLOG, ssl=self._tls.context, ssl_handshake_timeout=patience
        )

    async def _watch(self, door: Door) -> None:
        """Follow changes of certificates: new connections get the new context, on the same sockets, and none is refused."""
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            if await asyncio.to_thread(door.refresh):
                await self.renew()

    async def renew(self) -> None:
        """Accept new connections with the context that the door has now."""
        before = self._servers
        sockets = [each.dup() for server in before for each in server.sockets]
        self._servers = [await self._listen(sock=each) for each in sockets]
        for server in before:
            server.close()

    @property
    def address(self) -> str:
        """Where it listens, as an address for people."""
        host, port = self._servers[0].sockets[0].getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        return f"{'https' if self._tls is not None else 'http'}://{shown}:{port}{self._path}"

    async def stop(self, within: float = 10.0) -> None:
        """Take no more connections; let those that are open come to their end for ``within`` seconds."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        for server in self._servers:
            server.close()
        if self._talks:
            await asyncio.wait(set(self._talks), timeout=within)
        for talk in set(self._talks):
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        remote = str((writer.get_extra_info("peername") or ("unknown",))[0])
        full = len(self._talks) >= self._bounds.connections
        full = full or self._from[remote] >= self._bounds.connections_per_address
        if len(self._talks) >= 2 * self._bounds.connections:
            writer.transport.abort()  # So many that even a refusal of each would be too much.
            return
        self._talks.add(task)
        self._from[remote] += 1
        try:
            await self._talk(reader, writer, remote, full=full)
        except (ConnectionError, ssl.SSLError):
            pass  # The client has left; what it sent whole was handled.
        except asyncio.CancelledError:
            log.warning("as2_connection_cut", remote=remote)  # By `stop`, which waits no longer: the task ends here.
        finally:
            self._talks.discard(task)
            self._from[remote] -= 1
            if not self._from[remote]:
                del self._from[remote]
            writer.transport.abort()  # Where it is closed already, this does nothing.

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, remote: str, *, full: bool
    ) -> None:
        method = "POST"
        try:
            if full:
                raise BadRequest(503, "Too many connections are open. Send it again in a minute.")
            head, rest = await take_head(reader, self._bounds)
            method = head.method
            reply = await self._answer(head, rest, reader, writer, remote)
        except Gone:
            return
        except BadRequest as error:
            log.warning("as2_request_refused", status=error.status, reason=error.detail, remote=remote)
            later = (("Retry-After", "60"),) if error.status == HTTPStatus.SERVICE_UNAVAILABLE else ()
            reply = Reply.text(error.status, error.detail + "\n", *later)
            if self._refused is not None and not full:
                await self._refused(error.status, error.detail, remote)
        except Exception:
            log.exception("as2_request_failed", remote=remote)
            reply = Reply.text(500, "The gateway met an error of its own; nothing was accepted. Send it again.\n")
        writer.write(_written(reply, method))
        writer.transport.set_write_buffer_limits(high=0)  # From now on drain waits until all of it is on its way.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._bounds.idle_seconds):
                await writer.drain()
        await _part(reader, writer)

    async def _answer(
        self, head: Head, rest: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, remote: str
    ) -> Reply:
        """Answer what needs no handler, or read the body and ask the handler."""
        if head.path.rstrip("/") != self._path.rstrip("/"):
            return Reply.text(404, f"There is nothing at this path. Send AS2 messages to {self._path}\n")
        if head.method == "HEAD":
            return Reply(200)
        if head.method == "GET":
            return Reply.text(200, _WHAT)
        if head.method != "POST":
            return Reply.text(405, "AS2 messages are sent by POST.\n", ("Allow", "POST, GET, HEAD"))
        if head.bodiless:
            raise BadRequest(411, "The request doesn't say how long its body is. Send Content-Length, or chunked.")
        connection = h11.Connection(h11.SERVER)
        connection.receive_data(head.normal())
        connection.next_event()
        spool = self._spool()
        try:
            if head.waits and not rest and (head.length or 0) <= self._bounds.body_bytes:
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            size = await take_body(head, rest, reader, connection, spool, self._bounds)
            shown = writer.get_extra_info("ssl_object")
            certificate = shown.getpeercert(binary_form=True) if shown is not None else None
            return await self._handler(
                Request(head.method, head.target, head.raw, head.headers, spool, size, remote, certificate)
            )
        finally:
            spool.close()


def _written(reply: Reply, method: str) -> bytes:
    """Write an answer; the answer to HEAD has length 0 and no body, as AS2 products expect of the address for receipts."""
    bodiless = method == "HEAD" or reply.status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
    body = b"" if bodiless else reply.body
    phrase = HTTPStatus(reply.status).phrase
    lines = [f"HTTP/1.1 {reply.status} {phrase}"]
    lines += [f"{name}: {value}" for name, value in reply.headers]
    lines += [f"Date: {formatdate(usegmt=True)}", "Server: partner-gateway", "Connection: close"]
    if reply.status != HTTPStatus.NO_CONTENT:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body


async def _part(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """End the connection so that the client gets all of the answer.

    What still comes is read for a moment: closing over unread bytes resets the connection, and could take the answer from the
    client that sent two bytes more than it had said.
    """
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(_LINGER_SECONDS):
            if writer.can_write_eof():
                writer.write_eof()
                while await reader.read(1 << 16):
                    pass
            writer.close()
            await writer.wait_closed()
