"""Reads the body of a request: bounded in size and in time, whether its length was announced or not.

Nothing is decompressed: a few bytes of gzip can become gigabytes, and the bytes that count as evidence are those on the wire.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from gateway.web.problems import ProblemError

IDLE_SECONDS = 30.0  # A sender that says nothing for so long has gone.
WHOLE_SECONDS = 900.0  # 100 MB within this is 1 Mbit/s; who is slower holds a connection, not a conversation.

_SLOW = (
    "The body did not come in time, and nothing of it was kept. Send it again, over a faster line or in smaller parts."
)
_BROKEN = "The body broke off or is not framed as HTTP says, and nothing of it was kept. Send it again, whole."


async def chunks(request: web.Request, limit: int) -> AsyncIterator[bytes]:
    """Yield the body; raise ProblemError for one that is encoded, over ``limit`` bytes, broken off or too slow."""
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding != "identity":
        words = (
            f"The body is encoded as {encoding[:40]!r}, and nothing is unpacked here. Send it without Content-Encoding."
        )
        raise ProblemError(415, "content-encoding", "Encoded body", words)
    if request.content_length is not None and request.content_length > limit:
        raise _too_large(limit)
    await _ask_for_it(request)
    size = 0
    loop = asyncio.get_running_loop()
    until = loop.time() + WHOLE_SECONDS
    while True:
        try:
            async with asyncio.timeout_at(min(until, loop.time() + IDLE_SECONDS)):
                chunk = await request.content.readany()
        except TimeoutError:
            raise ProblemError(408, "too-slow", "Body too slow", _SLOW) from None
        except web.RequestPayloadError:
            raise ProblemError(400, "body-broken", "Broken body", _BROKEN) from None
        if not chunk:
            return
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        yield chunk


async def read(request: web.Request, limit: int) -> bytes:
    """Return the whole body, under the same bounds."""
    return b"".join([chunk async for chunk in chunks(request, limit)])


async def _ask_for_it(request: web.Request) -> None:
    """Tell a client that waits for it (RFC 9110 10.1.1) to send the body now. Who is refused never needs to send it."""
    expected = request.headers.get("Expect", "").lower()
    if expected == "100-continue" and request.version >= (1, 1):
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        # The answer itself has not begun: else an error from here on could not be told any more.
        request.writer.output_size = 0
    elif expected not in ("", "100-continue"):
        words = "This expectation can't be met. Send Expect: 100-continue, or none."
        raise ProblemError(417, "expectation-failed", "Expectation failed", words)


def _too_large(limit: int) -> ProblemError:
    words = f"The body is larger than the bound of {limit} bytes. Split it into several, or ask for a higher bound."
    return ProblemError(413, "too-large", "Body too large", words)
