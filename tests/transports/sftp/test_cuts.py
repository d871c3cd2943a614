"""A connection that breaks at any byte hands in nothing that the client did not close, and loses nothing that was answered.

A relay stands between client and server and cuts the line after so many bytes. Afterwards the client sends again, as its owner
would, and everything is there once.
"""

import asyncio
import os
from contextlib import asynccontextmanager

import asyncssh
import pytest

from tests.support.house import gateway
from tests.support.sftp import account, client, connected, mailbox, port_of
from tests.support.x12 import invoice

PROOF = bool(os.environ.get("GATEWAY_PROOF"))


@asynccontextmanager
async def relay(port: int, limit: int | None):
    """A port that leads to ``port`` and breaks after ``limit`` bytes of the client."""
    passed = [0]

    async def pump(reader, writer, counted):
        try:
            while data := await reader.read(1 << 16):
                if counted and limit is not None and passed[0] + len(data) >= limit:
                    writer.write(data[: limit - passed[0]])
                    break
                passed[0] += len(data) if counted else 0
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass

    async def join(reader, writer):
        there, back = await asyncio.open_connection("127.0.0.1", port)
        ways = [asyncio.create_task(pump(reader, back, True)), asyncio.create_task(pump(there, writer, False))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        await back.drain()
        for each in (writer, back):
            each.close()
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)

    server = await asyncio.start_server(join, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], passed
    finally:
        server.close()


async def upload(keys, port, name, text):
    options = {"username": "supplier", "client_keys": [keys.key()], "known_hosts": None, "config": None}
    async with asyncssh.connect("127.0.0.1", port, **options) as connection:
        sftp = await connection.start_sftp_client()
        async with sftp.open(f"inbound/{name}.part", "wb") as file:
            for begin in range(0, len(text), 100):
                await file.write(text[begin : begin + 100].encode())
        await sftp.rename(f"inbound/{name}.part", f"inbound/{name}")


async def test_cut_anywhere_nothing_half_is_taken_in_and_sent_again_all_is_there_once(tmp_path, keys):
    async with mailbox(tmp_path, keys) as house:
        async with relay(port_of(house), None) as (port, passed):
            await upload(keys, port, "0.edi", invoice(1000))
            whole = passed[0]
        # Every class of boundary: in the banner, the key exchange, the login, each packet of the upload, and around its end.
        step = 7 if PROOF else 307
        cuts = [*range(5, whole, step), *range(max(whole - 60, 0), whole, 5 if PROOF else 20)]
        for number, cut in enumerate(cuts, start=1):
            async with relay(port_of(house), cut) as (port, _):
                with pytest.raises((OSError, asyncssh.Error)):
                    async with asyncio.timeout(20):
                        await upload(keys, port, f"{number}.edi", invoice(number))
            await upload(keys, port_of(house), f"{number}.edi", invoice(number))
            if not number % 10:
                await house.settle()
        await house.settle()
        numbers = [body["invoice_number"] for body in house.erp.bodies("invoice")]
        assert len(numbers) == len(set(numbers))
        assert set(numbers) == {"INV1000", *(f"INV{number}" for number in range(1, len(cuts) + 1))}
        assert not (await house.get("/api/v1/cases"))["items"]


async def test_many_connections_at_once_each_with_its_upload(tmp_path, keys):
    count = 200 if PROOF else 25
    async with mailbox(tmp_path, keys, sessions=500) as house:
        gate = asyncio.Event()

        async def one(number):
            async with client(house, keys, login_timeout=120) as sftp:
                await gate.wait()
                async with sftp.open(f"inbound/{number}.edi", "wb") as file:
                    await file.write(invoice(number).encode())
                return len(house.house.listeners[-1]._logins)

        tasks = [asyncio.create_task(one(number)) for number in range(count)]
        receiver = house.house.listeners[-1]
        await house.until(lambda: len([login for login in receiver._logins if login.visitor]) == count, 120)
        gate.set()
        await asyncio.gather(*tasks)
        await house.until(lambda: len(house.erp.bodies("invoice")) == count, 120)


async def test_many_small_files_over_one_connection(tmp_path, keys):
    count = 10_000 if PROOF else 60
    async with mailbox(tmp_path, keys) as house, client(house, keys) as sftp:
        for number in range(count):
            async with sftp.open(f"inbound/{number}.edi", "wb") as file:
                await file.write(invoice(number).encode())
        await house.until(lambda: len(house.erp.bodies("invoice")) == count, 600)
        await house.settle(600)
        waiting = [name for name in await sftp.listdir("outbound") if name[0] != "."]
        assert len(waiting) == count
        for name in waiting[:20]:
            await sftp.get(f"outbound/{name}", tmp_path / "got")
        assert len([name for name in await sftp.listdir("outbound") if name[0] != "."]) == count - 20


async def test_a_large_file_goes_both_ways_without_being_held_in_memory(tmp_path, keys):
    megabytes = 1024 if PROOF else 24
    settings = {"sftp": {"port": 0}, "limits": {"transmission_mb": 2048}}

    def resident() -> int:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20

    async with gateway(tmp_path, account(keys), settings=settings) as house, connected(house, keys) as connection:
        sftp = await connection.start_sftp_client()
        chunk = b"no interchange at all\n" * 47_663
        before = most = resident()
        async with sftp.open("inbound/large.txt", "wb") as file:
            for _ in range(megabytes):
                await file.write(chunk)
                most = max(most, resident())
        await house.settle(300)
        assert "large.txt" in await sftp.listdir("rejected")
        size = (await sftp.stat("rejected/large.txt")).size
        assert size == megabytes * len(chunk)
        async with sftp.open("rejected/large.txt", "rb") as file:
            for offset in range(0, size, 1 << 20):
                data = await file.read(1 << 20, offset)
                assert data == (chunk + chunk)[offset % len(chunk) :][: len(data)]
                most = max(most, resident())
        # Client and server share this process, and asyncssh holds some windows of data for each.
        assert most - before < 160
