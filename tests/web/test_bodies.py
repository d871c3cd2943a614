"""Bodies are bounded in size and in time, whatever a client says about their length; nothing is unpacked."""

import asyncio
import gzip
import sqlite3
import zlib

import pytest

from gateway.web import app, bodies
from tests.support.house import ERP_KEY, SUPPLIER_KEY, gateway
from tests.support.x12 import invoice
from tests.web.raw import request, talk

SMALL = {"limits": {"transmission_mb": 1, "erp_message_mb": 1}}
DOORS = [
    pytest.param("/api/v1/documents", SUPPLIER_KEY, "application/edi-x12", id="partner"),
    pytest.param("/api/v1/erp/messages", ERP_KEY, "application/json", id="erp"),
]
CHUNKED = "Transfer-Encoding: chunked"


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _nothing_kept(folder):
    assert list((folder / "data" / "vault" / "staging").iterdir()) == []
    with sqlite3.connect(folder / "data" / "ledger.db") as ledger:
        assert ledger.execute("select count(*) from transmissions").fetchone() == (0,)


@pytest.mark.parametrize(("path", "key", "kind"), DOORS)
async def test_a_length_over_the_bound_is_refused_before_a_byte_is_read(tmp_path, path, key, kind):
    async with gateway(tmp_path, settings=SMALL) as house:
        head = request("POST", path, key, f"Content-Type: {kind}", f"Content-Length: {200 << 20}")
        answer = await talk(house.address, head)
        assert (answer.status, answer.json()["type"]) == (413, "urn:gateway:problem:too-large")
        assert "1048576 bytes" in answer.json()["detail"]
        _nothing_kept(tmp_path)


@pytest.mark.parametrize(("path", "key", "kind"), DOORS)
async def test_a_body_without_a_length_is_refused_where_it_crosses_the_bound(tmp_path, path, key, kind):
    async with gateway(tmp_path, settings=SMALL) as house:
        sent = 0

        async def endless():
            nonlocal sent
            while True:
                sent += 1 << 16
                yield _chunk(b"x" * (1 << 16))

        answer = await talk(house.address, request("POST", path, key, f"Content-Type: {kind}", CHUNKED), then=endless())
        assert (answer.status, answer.json()["type"]) == (413, "urn:gateway:problem:too-large")
        assert sent > 1 << 20
        _nothing_kept(tmp_path)


async def test_a_body_of_just_the_bound_is_taken(tmp_path):
    async with gateway(tmp_path, settings=SMALL) as house:
        body = invoice().encode().ljust(1 << 20, b"\n")
        assert (await house.send(body)).status == 202
        assert (await house.send(body + b"\n")).status == 413
        await house.settle()
        assert len(house.erp.messages) == 1


async def test_a_body_in_chunks_is_the_same_body(tmp_path):
    async with gateway(tmp_path) as house:
        data = invoice().encode()
        parts = [_chunk(data[n : n + 7]) for n in range(0, len(data), 7)]
        head = request("POST", "/api/v1/documents", SUPPLIER_KEY, "Content-Type: application/edi-x12", CHUNKED)
        first = await talk(house.address, head, *parts, b"0\r\n\r\n")
        assert (first.status, first.json()["duplicate"]) == (202, False)
        again = await (await house.send(data)).json()
        assert (again["id"], again["duplicate"]) == (first.json()["id"], True)


@pytest.mark.parametrize(("path", "key", "kind"), DOORS)
async def test_a_packed_body_is_refused_and_not_unpacked(tmp_path, path, key, kind):
    async with gateway(tmp_path, settings=SMALL) as house:
        for encoding in ("gzip", "deflate", "br", "zstd", "GZIP", "identity, gzip"):
            bomb = (zlib.compress if encoding == "deflate" else gzip.compress)(b"\0" * (8 << 20))
            headers = (f"Content-Type: {kind}", f"Content-Encoding: {encoding}", f"Content-Length: {len(bomb)}")
            answer = await talk(house.address, request("POST", path, key, *headers), bomb)
            assert (answer.status, answer.json()["type"]) == (415, "urn:gateway:problem:content-encoding"), encoding
            assert answer.json()["detail"].endswith("Send it without Content-Encoding.")
        _nothing_kept(tmp_path)


async def test_identity_is_no_encoding(tmp_path):
    async with gateway(tmp_path) as house:
        assert (await house.send(invoice(), Content_Encoding="identity")).status == 202


@pytest.mark.parametrize(("path", "key", "kind"), DOORS)
async def test_a_body_that_stops_coming_is_given_up(tmp_path, monkeypatch, path, key, kind):
    monkeypatch.setattr(bodies, "IDLE_SECONDS", 0.2)
    async with gateway(tmp_path) as house:
        head = request("POST", path, key, f"Content-Type: {kind}", "Content-Length: 1000", close=False)
        answer = await talk(house.address, head, b"ISA*00*")
        assert (answer.status, answer.json()["type"]) == (408, "urn:gateway:problem:too-slow")
        assert answer.headers["connection"] == "close"
        _nothing_kept(tmp_path)


@pytest.mark.parametrize(("path", "key", "kind"), DOORS)
async def test_a_body_that_drips_is_given_up_in_the_end(tmp_path, monkeypatch, path, key, kind):
    monkeypatch.setattr(bodies, "WHOLE_SECONDS", 0.5)
    async with gateway(tmp_path) as house:

        async def drip():
            while True:
                await asyncio.sleep(0.02)
                yield _chunk(b"x")

        answer = await talk(house.address, request("POST", path, key, f"Content-Type: {kind}", CHUNKED), then=drip())
        assert (answer.status, answer.json()["type"]) == (408, "urn:gateway:problem:too-slow")
        _nothing_kept(tmp_path)


@pytest.mark.parametrize(("path", "key", "kind"), DOORS)
async def test_a_body_that_is_framed_wrong_is_refused(tmp_path, monkeypatch, path, key, kind):
    # The parser of aiohttp that is written in C tells nobody who waits for the rest: only the bound in time ends it.
    monkeypatch.setattr(bodies, "IDLE_SECONDS", 0.5)
    async with gateway(tmp_path) as house:
        head = request("POST", path, key, f"Content-Type: {kind}", CHUNKED)

        async def nonsense():
            await asyncio.sleep(0.2)  # The request is being served by now.
            yield b"this is no length\r\n\r\n"

        answer = await talk(house.address, head, b"5\r\nISA*0\r\n", then=nonsense())
        assert answer.status in (400, 408)
        assert "nothing of it was kept" in answer.json()["detail"]
        _nothing_kept(tmp_path)


@pytest.mark.parametrize(("path", "key", "kind"), DOORS)
async def test_a_client_that_hangs_up_in_the_middle_leaves_nothing(tmp_path, path, key, kind):
    async with gateway(tmp_path) as house:
        host, _, port = house.address.removeprefix("http://").partition(":")
        _reader, writer = await asyncio.open_connection(host, int(port))
        # Over 64 KiB, so that a file has been begun for it.
        writer.write(request("POST", path, key, f"Content-Type: {kind}", "Content-Length: 900000") + b"x" * 300_000)
        await writer.drain()
        staging = tmp_path / "data" / "vault" / "staging"
        if kind != "application/json":
            await house.until(lambda: list(staging.iterdir()))
        writer.close()
        await writer.wait_closed()
        await house.until(lambda: not list(staging.iterdir()))
        _nothing_kept(tmp_path)
        assert (await house.send(invoice())).status == 202


async def test_nobody_without_a_key_gets_a_body_read(tmp_path):
    async with gateway(tmp_path) as house:
        for path, kind in (("/api/v1/documents", "application/edi-x12"), ("/api/v1/erp/messages", "application/json")):
            head = request("POST", path, "wrong", f"Content-Type: {kind}", f"Content-Length: {50 << 20}")
            answer = await talk(house.address, head)
            assert answer.status == 401, "answered while the body has not even begun"


async def test_a_head_that_never_ends_is_hung_up_on(tmp_path, monkeypatch):
    monkeypatch.setitem(app._HANDLER, "keepalive_timeout", 0.3)
    async with gateway(tmp_path) as house:
        host, _, port = house.address.removeprefix("http://").partition(":")
        for begun in (b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(begun)
            async with asyncio.timeout(20):
                assert await reader.read() == b""
            writer.close()


async def test_who_asks_whether_to_send_is_told_before_it_does(tmp_path):
    async with gateway(tmp_path, settings=SMALL) as house:
        kind, data = "Content-Type: application/edi-x12", invoice().encode()
        head = ("POST", "/api/v1/documents", SUPPLIER_KEY, kind, f"Content-Length: {len(data)}")
        host, _, port = house.address.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(request(*head, "Expect: 100-continue"))
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(data)
        assert (await reader.readline()).startswith(b"HTTP/1.1 202")
        writer.close()
        # Who is refused anyhow is told so instead, and keeps its body.
        refused = ("POST", "/api/v1/documents", "wrong", kind, "Content-Length: 10", "Expect: 100-continue")
        assert (await talk(house.address, request(*refused))).status == 401
        large = ("POST", "/api/v1/documents", SUPPLIER_KEY, kind, f"Content-Length: {9 << 20}", "Expect: 100-continue")
        assert (await talk(house.address, request(*large))).status == 413
        answer = await talk(house.address, request(*head, "Expect: the-unexpected"), data)
        assert (answer.status, answer.json()["type"]) == (417, "urn:gateway:problem:expectation-failed")
