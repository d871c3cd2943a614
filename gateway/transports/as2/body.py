"""Reads one request from a connection within its bounds: head, then body into a spool. Framing is h11's, after `head`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import BinaryIO

import h11

from gateway.transports.as2.head import END, BadRequest, Head, read_head

_PIECE = 1 << 16
_DIRECT = 1 << 20  # More bytes than these are written in a thread, so that a slow disk stops nobody else.


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much, how long and how many. ``slowest`` is in bytes a second, on the average after the first ``idle_seconds``."""

    head_bytes: int = 64 << 10
    body_bytes: int = 100 << 20
    head_seconds: float = 20.0
    idle_seconds: float = 60.0
    slowest: int = 512
    connections: int = 512
    connections_per_address: int = 256  # Partners behind one proxy or network share an address.


class Gone(Exception):
    """The client left before it had sent anything."""


async def take_head(reader: asyncio.StreamReader, bounds: Bounds) -> tuple[Head, bytes]:
    """Read a head, and return it with the bytes behind it that came along. Raises BadRequest, or Gone."""
    try:
        async with asyncio.timeout(bounds.head_seconds):
            return await _head(reader, bounds)
    except TimeoutError:
        raise BadRequest(408, "The head of the request did not come in time. Send it at once.") from None


async def _head(reader: asyncio.StreamReader, bounds: Bounds) -> tuple[Head, bytes]:
    seen = b""
    while True:
        piece = await reader.read(_PIECE)
        if not piece:
            if not seen:
                raise Gone
            raise BadRequest(400, "The request ends within its head. Send it whole.")
        # Empty lines before a request are left over from the one before, with some clients (RFC 9112 2.2).
        begin = max(len(seen) - 3, 0)
        seen = (seen + piece).lstrip(b"\r\n") if not seen else seen + piece
        end = END.search(seen, begin)
        size = end.end() if end is not None else len(seen)
        if size > bounds.head_bytes:
            raise BadRequest(431, f"The head is larger than {bounds.head_bytes} bytes. Send fewer or shorter fields.")
        if end is not None:
            return read_head(seen[:size]), seen[size:]


async def take_body(
    head: Head, rest: bytes, reader: asyncio.StreamReader, connection: h11.Connection, spool: BinaryIO, bounds: Bounds
) -> int:
    """Read the body into ``spool``, without its chunks, and return its size. Raises BadRequest."""
    if head.length is not None and head.length > bounds.body_bytes:
        raise _too_large(bounds)
    size, waiting, held = 0, [], 0
    async for data in _pieces(rest, reader, connection, bounds):
        size += len(data)
        if size > bounds.body_bytes:
            raise _too_large(bounds)
        waiting.append(data)
        held += len(data)
        if held >= _DIRECT:
            await asyncio.to_thread(spool.writelines, waiting)
            waiting, held = [], 0
    spool.writelines(waiting)
    spool.seek(0)
    return size


async def _pieces(
    rest: bytes, reader: asyncio.StreamReader, connection: h11.Connection, bounds: Bounds
) -> AsyncIterator[bytes]:
    """Yield the body as h11 takes it out of its framing."""
    loop = asyncio.get_running_loop()
    begun, came = loop.time(), len(rest)
    if rest:
        connection.receive_data(rest)
    while True:
        try:
            event = connection.next_event()
        except h11.RemoteProtocolError:
            raise BadRequest(
                400, "The body is not framed as its head says. Send it whole, with correct chunks."
            ) from None
        if isinstance(event, h11.Data):
            yield bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            return
        elif event is h11.NEED_DATA:
            spent = loop.time() - begun
            if spent > bounds.idle_seconds and came < (spent - bounds.idle_seconds) * bounds.slowest:
                raise _too_slow()
            try:
                async with asyncio.timeout(bounds.idle_seconds):
                    piece = await reader.read(_PIECE)
            except TimeoutError:
                raise _too_slow() from None
            came += len(piece)
            connection.receive_data(piece)


def _too_large(bounds: Bounds) -> BadRequest:
    return BadRequest(413, f"The body is larger than the {bounds.body_bytes} bytes that are taken here. Split it.")


def _too_slow() -> BadRequest:
    return BadRequest(408, "The body did not come in time. Send it again over a better line.")
