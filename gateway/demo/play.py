"""Plays the demonstration and checks it against what the reference ERP really stored."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp
from rich.console import Console
from rich.markup import escape

from gateway.demo import show
from gateway.demo.buying import ORDER, Buying
from gateway.demo.config import Addresses, Keys, write_as2_keys, write_configuration
from gateway.demo.documents import Stranger, strangers
from gateway.demo.over_sftp import SFTPSupplier, door_of
from gateway.demo.processes import DemoFailed, Processes, surroundings
from gateway.demo.warehouse import Warehouse

_SECONDS = 45
_RECEIPT_SECONDS = 15
_FINAL = {"delivered", "sent", "rejected", "reconciled", "duplicate", "set_aside", "parked"}


def play(*, keep: bool) -> int:
    """Play; return the exit code: 0 only when everything that went in was found where it belongs."""
    console = Console(highlight=False, soft_wrap=True)  # An address or a sum broken in two is none.
    folder = Path(tempfile.mkdtemp(prefix="gateway-demo-"))
    try:
        code = asyncio.run(_stoppable(console, folder, keep))
    except (DemoFailed, aiohttp.ClientError, OSError) as error:
        console.print(f"[red]the demonstration broke off: {escape(str(error) or type(error).__name__)}[/]")
        code = 1
    if code == 0 and not keep:
        shutil.rmtree(folder)
    else:
        sys.stderr.write(f"The logs and files of this run are in {folder}\n")
    return code


async def _stoppable(console: Console, folder: Path, keep: bool) -> int:
    """Play until the end or until SIGINT or SIGTERM, after which no process of the play is left."""
    playing = asyncio.create_task(_play(console, folder, keep))
    loop = asyncio.get_running_loop()
    stopped: list[int] = []

    def stop(number: int) -> None:
        if not stopped:  # A second one would break off the stopping itself.
            stopped.append(number)
            playing.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    await asyncio.wait({playing})
    if stopped and playing.cancelled():
        console.print("[yellow]stopped, and every process with it[/]")
        return 128 + stopped[0]
    return await playing


async def _play(console: Console, folder: Path, keep: bool) -> int:
    named = os.environ.get("GATEWAY_CORPUS", "../shared/corpus")
    good, bad = strangers(Path(named) if named else None)
    processes = Processes(folder)
    try:
        erp = await processes.start("erp", [sys.executable, "-m", "gateway.demo.erp", str(folder / "erp.db")])
        write_as2_keys(folder)
        door = _free_port()
        supplier = [
            sys.executable,
            "-m",
            "gateway.demo.supplier",
            f"http://127.0.0.1:{door}/as2",
            str(folder / "supplier"),
        ]
        addresses = Addresses(erp, await processes.start("supplier", supplier), door)
        keys = write_configuration(folder, addresses, [*good, bad])
        environment = {
            "GATEWAY_CONFIG_DIR": str(folder / "config"),
            "GATEWAY_DATA_DIR": str(folder / "data"),
            "GATEWAY_PORT": "0",
        }
        gateway = await processes.start("gateway", [sys.executable, "-m", "gateway", "serve"], environment)
        sftp = door_of(folder / "gateway.log")
        doors = f"gateway {gateway}, {addresses.as2}, sftp://127.0.0.1:{sftp}"
        console.print(f"{doors}   reference ERP {erp}   supplier {addresses.supplier}/as2\n")
        trip = _Trip(console, folder, gateway, erp, keys, good, bad, SFTPSupplier(processes, folder, sftp))
        trip.places = environment
        closing = [
            f"\nStill running: gateway {gateway}, reference ERP {erp}/messages",
            f"Operator key: {keys.operator}",
            f"Stop them with: kill {' '.join(map(str, processes.pids))}",
        ]
        result = await trip.run(closing if keep else [])
        if keep:
            processes.let_go()
        return result
    finally:
        await processes.stop()


class _Trip:
    """One run: what goes in, and what must come out."""

    def __init__(
        self,
        console: Console,
        folder: Path,
        gateway: str,
        erp: str,
        keys: Keys,
        good: list[Stranger],
        bad: Stranger,
        sftp: SFTPSupplier,
    ) -> None:
        self.console, self.folder = console, folder
        self.gateway, self.erp, self.keys = gateway, erp, keys
        self.good, self.bad = good, bad
        self.sftp = sftp
        self.places: dict[str, str] = {}

    async def run(self, closing: list[str]) -> int:
        headers = {"Authorization": f"Bearer {self.keys.operator}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            await self.sftp.start()
            await Buying(self.gateway, self.keys.planning, self.keys.procurement, session).buy()
            for number, stranger in enumerate(self.good):
                await (self._drop(stranger) if number % 2 else self._post(session, stranger))
            await self._post(session, self.bad)
            with self.console.status("goods on their way into the warehouse ..."):
                case = await Warehouse(self.gateway, self.keys.warehouse, session).count()
            with self.console.status("files on their way over SFTP ..."):
                seen = await self.sftp.ended()
            documents = await self._settled(session)
            stored = await self._stored(session)
            details = await self._confirmed(session, documents)
            thread = await self._thread(session)
        story = show.Story(case, thread, await self._told())
        return show.show(self.console, documents, details, stored, seen, len(self.good), story, closing)

    async def _thread(self, session: aiohttp.ClientSession) -> dict[str, Any]:
        """Return the whole thread of the order."""
        [order] = (await self._get(session, f"/api/v1/orders?order_number={ORDER}"))["items"]
        thread: dict[str, Any] = await self._get(session, order["location"])
        return thread

    async def _told(self) -> str:
        """Return the thread as the command shows it."""
        command = [sys.executable, "-m", "gateway", "order", "show", ORDER]
        run = await asyncio.create_subprocess_exec(
            *command, env=surroundings() | self.places, stdout=asyncio.subprocess.PIPE
        )
        out, _err = await run.communicate()
        if run.returncode:
            raise DemoFailed(f"gateway order show {ORDER} ended with {run.returncode}")
        return out.decode()

    async def _post(self, session: aiohttp.ClientSession, stranger: Stranger) -> None:
        headers = {"Content-Type": "application/edi-x12", "Authorization": f"Bearer {self._key(stranger)}"}
        async with session.post(f"{self.gateway}/api/v1/documents", data=stranger.data, headers=headers) as response:
            if response.status != 202:
                raise DemoFailed(f"the gateway did not take {stranger.name}: {await response.text()}")

    async def _drop(self, stranger: Stranger) -> None:
        """Put a file into the stranger's folder, as its transfer program would."""
        number = list(self.keys.strangers).index("*".join(stranger.sender)) + 1
        folder = self.folder / "data" / "in" / f"stranger{number}"
        await asyncio.to_thread(_write, folder, stranger)

    def _key(self, stranger: Stranger) -> str:
        return self.keys.strangers["*".join(stranger.sender)]

    async def _get(self, session: aiohttp.ClientSession, path: str) -> Any:
        async with session.get(self.gateway + path) as response:
            return await response.json()

    async def _stored(self, session: aiohttp.ClientSession) -> list[dict[str, Any]]:
        async with session.get(f"{self.erp}/messages") as response:
            stored: list[dict[str, Any]] = await response.json()
            return stored

    async def _settled(self, session: aiohttp.ClientSession) -> list[dict[str, Any]]:
        """Wait until everything has come to its end: the order's whole trip, every stranger, every acknowledgment."""
        until = time.monotonic() + _SECONDS
        documents: list[dict[str, Any]] = []
        with self.console.status("documents on their way ..."):
            while time.monotonic() < until:
                documents = (await self._get(session, "/api/v1/documents?limit=500"))["items"]
                if self._complete(documents):
                    return documents
                await asyncio.sleep(0.25)
        self.console.print(f"[red]not everything came to its end within {_SECONDS} s[/]")
        return documents

    async def _confirmed(self, session: aiohttp.ClientSession, documents: list[dict[str, Any]]) -> dict[str, Any]:
        """Return everything about each document, once every receipt that comes later has come."""
        until = time.monotonic() + _RECEIPT_SECONDS
        while True:
            details = {each["id"]: await self._get(session, f"/api/v1/documents/{each['id']}") for each in documents}
            states = {receipt["state"] for each in details.values() for receipt in each["receipts"]}
            if not states & {"waiting", "owed"} or time.monotonic() > until:
                return details
            await asyncio.sleep(0.25)

    def _complete(self, documents: list[dict[str, Any]]) -> bool:
        sets = [each["set"] for each in documents if each["partner"] == "supplier" and each["direction"] == "inbound"]
        theirs = {"997", "855", "856", "810"} <= set(sets)
        files = {each["transmission"] for each in documents if each["partner"].startswith("stranger")}
        acknowledged = all(
            each["acknowledgment"] in ("accepted", "rejected")
            for each in documents
            if each["set"] in ("830", "850") and each["direction"] == "outbound"
        )
        ended = all(each["state"] in _FINAL for each in documents)
        return theirs and acknowledged and ended and len(files) >= len(self.good) + 1


def _free_port() -> int:
    """Return a port for our AS2 door: the supplier must be told before the gateway runs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _write(folder: Path, stranger: Stranger) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{stranger.name}.part"
    part.write_bytes(stranger.data)
    part.rename(folder / (Path(stranger.name).stem + ".edi"))
