"""Answers of partners' servers that an HTTP library may stumble over, byte by byte on a socket."""

import asyncio
import os
from contextlib import asynccontextmanager

import pytest

from gateway.as2.capture import read_capture
from gateway.as2.message import Keys, Policy, unpack
from gateway.as2.slices import Slice
from tests.as2.exchange import spool
from tests.stories.test_as2_out import order, receipt_of
from tests.support.as2 import OWN_KEY, THEIR_KEY, as2_house
from tests.support.identities import identity, pinned

INTERIM = b"HTTP/1.1 102 Processing\r\n\r\n"


@asynccontextmanager
async def server(answer):
    """A server on a socket: ``answer`` makes of the request all bytes that go back."""

    async def handle(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        size = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        writer.write(await answer(head + await reader.readexactly(size)))
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/as2?partner=acme"
    finally:
        listening.close()
        await listening.wait_closed()


@pytest.mark.parametrize(
    ("interim", "status"),
    [(b"", b"200"), (INTERIM, b"200 OK"), (INTERIM * 3, b"202 Accepted"), (b"", b'200 "quoted"')],
    ids=["no reason", "102", "102 thrice and 202", "quoted reason"],
)
async def test_trap_26_interim_answers_and_every_2xx_are_taken(tmp_path, interim, status):
    houses = {}

    async def answer(request):
        headers, body = read_capture(Slice(request), None, len(request))
        keys = Keys([identity(THEIR_KEY)], [pinned(OWN_KEY)])
        found = unpack(headers, body, keys, Policy(), random=os.urandom, new_spool=spool)
        written = houses["partner"].receipt_for(found)
        head = interim + b"HTTP/1.1 " + status + b"\r\nX-Folded: one\r\n\ttwo\r\n"
        return head + written.headers.to_bytes() + b"\r\n" + written.body

    async with server(answer) as url, as2_house(tmp_path, {"send": {"url": url}}) as (house, partner):
        houses["partner"] = partner
        await order(house)
        await house.settle()
        assert (await receipt_of(house)).state == "delivered"
