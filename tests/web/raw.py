"""HTTP written by hand over a socket, for what no client library would send."""

import asyncio
import json
from collections.abc import AsyncIterable


class Answer:
    """A response as it came: status, headers (lower-case names) and body."""

    def __init__(self, head: bytes) -> None:
        first, *lines = head.decode("latin-1").strip().split("\r\n")
        self.status = int(first.split(" ")[1])
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        self.body = b""

    def json(self):
        return json.loads(self.body)


async def talk(address: str, *parts: bytes, then: AsyncIterable[bytes] | None = None) -> Answer:
    """Send parts one after the other, then those of ``then`` as long as no answer has come; give the first answer."""
    host, _, port = address.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    answering = asyncio.create_task(_answer(reader))
    try:
        for part in parts:
            writer.write(part)
        if then is not None:
            async for part in then:
                if answering.done():
                    break
                writer.write(part)
                await asyncio.wait({answering}, timeout=0)
        async with asyncio.timeout(30):
            return await answering
    finally:
        answering.cancel()
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> Answer:
    head = await reader.readuntil(b"\r\n\r\n")
    found = Answer(head)
    found.body = await reader.readexactly(int(found.headers["content-length"]))
    return found


def request(method: str, path: str, key: str, *headers: str, close: bool = True) -> bytes:
    """The head of a request, with its empty line."""
    lines = [f"{method} {path} HTTP/1.1", "Host: gateway", f"Authorization: Bearer {key}", *headers]
    if close:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
