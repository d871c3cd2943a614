"""A gateway and a running django-pyas2, each with the other as partner, over real HTTP."""

import asyncio
import json
import socket
import sqlite3
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from tests.interop.as2.peer import PEERS, peers_python
from tests.support.as2 import OURS, OWN_KEY, THEIR_KEY, THEIRS, as2_supplier, own_as2, write_keys
from tests.support.house import gateway
from tests.support.identities import pem, private_pem

PROGRAM = PEERS / "django_partner.py"
# How django-pyas2 sends unless a test says otherwise: signed and encrypted, with a signed receipt in the answer.
AGREED = {
    "signature": "sha256", "encryption": "aes_256_cbc", "compress": False,
    "mdn": True, "mdn_mode": "SYNC", "mdn_sign": "sha256", "content_type": "application/EDI-X12",
}  # fmt: skip


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Django:
    """django-pyas2 in a folder of its own: every command is a process, its server too."""

    def __init__(self, folder: Path, port: int, gateway_url: str, agreed: dict[str, Any], key: str) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}/pyas2/as2receive"
        folder.mkdir()
        (folder / "own.pem").write_bytes(private_pem(key) + pem(key))
        (folder / "partner.pem").write_bytes(pem(OWN_KEY))
        said = {
            "own_name": THEIRS, "own_url": self.url, "own_key": str(folder / "own.pem"), "listen": f"127.0.0.1:{port}",
            "name": OURS, "url": gateway_url, "certificate": str(folder / "partner.pem"), "agreed": AGREED | agreed,
        }  # fmt: skip
        (folder / "partner.json").write_text(json.dumps(said))
        self.server: asyncio.subprocess.Process | None = None

    async def start(self, *words: str) -> asyncio.subprocess.Process:
        log = (self.folder / "log").open("ab")
        command = [str(peers_python()), str(PROGRAM), str(self.folder), *words]
        with log:
            return await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, stderr=log)

    async def run(self, *words: str) -> bytes:
        process = await self.start(*words)
        said, _ = await process.communicate()
        assert process.returncode == 0, (self.folder / "log").read_text()[-3000:]
        return said

    async def serve(self) -> None:
        self.server = await self.start("serve")
        host, port = self.url.split("/")[2].split(":")
        async with asyncio.timeout(60):
            while True:
                try:
                    _, writer = await asyncio.open_connection(host, int(port))
                except OSError:
                    assert self.server.returncode is None, (self.folder / "log").read_text()[-3000:]
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    return

    async def stop(self) -> None:
        if self.server is not None:
            self.server.kill()
            await self.server.communicate()

    async def send(self, data: bytes, name: str = "document.edi") -> dict[str, Any]:
        """Send a file with its own command, and return what it then knows of the message."""
        (self.folder / name).write_bytes(data)
        await self.run("send", name)
        return (await self.messages("OUT"))[-1]

    async def messages(self, direction: str) -> list[dict[str, Any]]:
        """Look into its database: what it knows of its messages and of the receipt for each, and what it stored of them."""
        with closing(sqlite3.connect(self.folder / "partner.sqlite3")) as database:
            database.row_factory = sqlite3.Row
            rows = database.execute(
                "select m.status, m.detailed_status, m.signed, m.encrypted, m.compressed, m.payload, r.status as receipt,"
                " r.signed as receipt_signed from pyas2_message m left join pyas2_mdn r on r.message_id = m.id"
                " where m.direction = ? order by m.id",
                (direction,),
            ).fetchall()
        return [dict(row) | {"payload": (self.folder / row["payload"]).read_text()} for row in rows]


@asynccontextmanager
async def houses(folder: Path, channel: dict[str, Any] | None = None, key: str = THEIR_KEY, **agreed: Any):
    """Run a gateway and django-pyas2; yield both. ``key`` is the one that django-pyas2 signs with."""
    write_keys(folder)
    ours, theirs = free_port(), free_port()
    address = f"http://127.0.0.1:{ours}/as2"
    django = Django(folder / "django", theirs, address, agreed, key)
    given = {"send": {"retry": ["1s", "1s"]}, "receive": {"reply_to": [django.url]}} | (channel or {})
    party = as2_supplier(django.url, given)
    try:
        await django.serve()
        async with gateway(folder, party, settings={"as2": {"port": ours}}, own={"as2": own_as2(address)}) as house:
            yield house, django
    finally:
        await django.stop()
