"""SIGKILL at every commit while a partner uploads, and while we fetch from and deliver to its own server.

Each life is killed right before or right after one of its first commits. The partner's client repeats what was not answered, as
real ones do. In the end every invoice is at the ERP once, every file that the partner shall have is on its server once and whole,
and everything that it had put there for us is gone.
"""

import asyncio
import json
import os
import socket
import sqlite3
from itertools import cycle

import asyncssh

from tests.crash.lives import Lives
from tests.support.erp import Erp
from tests.support.house import supplier, write_config
from tests.support.sftp import Keys
from tests.support.sshd import KINDS, Sshd
from tests.support.x12 import elements, invoice

UPLOADS, FETCHED, ORDERS = 6, 4, 3


class Partner:
    """A client that repeats each upload until its rename is answered."""

    def __init__(self, keys: Keys, port: int) -> None:
        self.keys, self.port, self.waiting = keys, port, UPLOADS

    async def run(self) -> None:
        for number in range(1, UPLOADS + 1):
            while not await self._sent(number):
                await asyncio.sleep(0.02)
            self.waiting -= 1

    async def _sent(self, number: int) -> bool:
        options = {"username": "supplier", "client_keys": [self.keys.key()], "known_hosts": None, "config": None}
        try:
            async with (
                asyncio.timeout(20),
                asyncssh.connect("127.0.0.1", self.port, **options) as connection,
                connection.start_sftp_client() as sftp,
            ):
                async with sftp.open(f"inbound/{number}.edi.part", "wb") as file:
                    await file.write(invoice(number).encode())
                await sftp.posix_rename(f"inbound/{number}.edi.part", f"inbound/{number}.edi")
        except (OSError, asyncssh.Error, TimeoutError):
            return False
        return True


def order(number: int) -> dict:
    line = {
        "number": "1",
        "quantity": {"value": "5", "unit": "each"},
        "item_ids": [{"kind": "buyer_part", "value": "B-1"}],
    }
    head = {"order_number": f"OUT{number}", "purpose": "original", "order_type": "stand_alone"}
    body = head | {"ordered_on": "2026-11-21", "lines": [line]}
    return {"type": "purchase_order", "partner": "supplier", "body": body}


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def settings(port: int) -> dict:
    from gateway.web.keys import key_hash
    from tests.support.house import ERP_KEY

    return {"sftp": {"port": port}, "keys": [{"name": "erp", "role": "erp", "sha256": key_hash(ERP_KEY)}]}


async def orders(address: str) -> None:
    import aiohttp

    from tests.support.house import ERP_KEY

    async with aiohttp.ClientSession() as session:
        for number in range(1, ORDERS + 1):
            headers = {"Authorization": f"Bearer {ERP_KEY}", "Idempotency-Key": f"o{number}"}
            headers["Content-Type"] = "application/json"
            while True:
                try:
                    body = json.dumps(order(number))
                    async with session.post(f"{address}/api/v1/erp/messages", data=body, headers=headers) as response:
                        assert response.status == 202, await response.text()
                        break
                except (aiohttp.ClientError, ConnectionError):
                    await asyncio.sleep(0.02)


async def die(lives: Lives, goes_on) -> None:
    """Kill life after life, each a commit further than the one before while there is something to do."""
    for when, number in cycle((("before", 1), ("after", 1), ("before", 2), ("after", 2), ("before", 3), ("after", 3))):
        busy = goes_on()
        await lives.begin(when, number if busy else 1)
        quiet = 0
        while quiet < 3 and await lives.quiet_or_dead() == "quiet":
            quiet = 0 if goes_on() else quiet + 1
        if quiet == 3:
            await lives.end()
            return


def files(server: Sshd, folder: str) -> list[str]:
    return [path.name for path in (server.folder / folder).iterdir()]


def check_server(server: Sshd, answers: int) -> None:
    """The partner has one 997 for each interchange and one 850 for each order, all whole, and nothing half."""
    names = files(server, "in")
    assert all(name.endswith(".edi") for name in names), names
    texts = [(server.folder / "in" / name).read_text() for name in names]
    given = [int(elements(text, "AK1")[0][2]) for text in texts if "~ST*997*" in text]
    ordered = sorted(elements(text, "BEG")[0][3] for text in texts if "~ST*850*" in text)
    assert len(given) == len(set(given)) == answers
    assert ordered == sorted(f"OUT{number}" for number in range(1, ORDERS + 1))
    numbers = [elements(text, "ISA")[0][13] for text in texts]
    assert len(numbers) == len(set(numbers)), "an interchange was delivered twice"


if os.environ.get("GATEWAY_PROOF"):  # Each life has to look twice at the partner's server: that takes minutes.

    async def test_killed_at_every_commit_nothing_is_lost_or_delivered_twice_over_sftp(tmp_path):
        keys, erp, port = Keys(tmp_path / "keys"), Erp(), free_port()
        server = Sshd(keys, tmp_path / "server", KINDS[-1])
        server.make("in", "out")
        for number in range(101, 101 + FETCHED):
            server.put(f"out/{number}.edi", invoice(number))
        await server.start()
        await erp.start()
        text = server.text(
            fetch={"folder": server.path("out"), "every": "1s", "settle": "1s"},
            deliver={"folder": server.path("in"), "name": "{set}_{id}.edi"},
        )
        channel = {"server": text, "account": {"keys": [keys.line()], "sessions": 100}}
        partner = supplier(channels={"sftp": channel}, defaults={"transport": "sftp"})
        write_config(tmp_path / "config", erp.address, partner, gateway=settings(port))
        try:
            async with Lives.of(tmp_path, 128) as lives:
                uploading = Partner(keys, port)
                sending = asyncio.create_task(uploading.run())
                ordering = asyncio.create_task(orders(lives.address))
                try:
                    await die(lives, lambda: uploading.waiting or not ordering.done() or files(server, "out"))
                finally:
                    sending.cancel()
                    ordering.cancel()
                assert lives.killed > 8, f"only {lives.killed} lives were killed: this run proves little"
        finally:
            await erp.stop()
            await server.stop()
        numbers = sorted(body["invoice_number"] for body in erp.bodies("invoice"))
        expected = [*range(1, UPLOADS + 1), *range(101, 101 + FETCHED)]
        assert numbers == sorted(f"INV{number}" for number in expected)
        check_server(server, len(expected))
        ledger = sqlite3.connect(tmp_path / "data" / "ledger.db")
        assert ledger.execute("select count(*) from cases where closed_at is null").fetchone() == (0,)
        assert ledger.execute("select count(*) from steps where step != 'chase'").fetchone() == (0,)
        ledger.close()
