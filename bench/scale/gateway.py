"""A gateway that is measured: its receiver in this process, its worker here too or as many as wanted apart, and its ERP."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import sqlalchemy as sa

from bench.pipeline import AT_ONCE, configure, invoice, start_erp
from bench.scale.stores import cpu_of
from gateway.bootstrap import EVERYTHING, RECEIVERS, House, build
from gateway.ledger.tables import steps
from gateway.pipeline.inbound.receive import Submission, receive
from gateway.server import settle_memory
from gateway.settings import Environment, load_settings
from gateway.stamps import new_tracking_id

_WARM_UP = count(900_000_000)  # Numbers of documents that only warm up.
_PATIENCE = 120.0


@dataclass
class Gateway:
    """One that runs. ``server`` is the process of the database's own server, if it has one."""

    house: House
    workers: list[subprocess.Popen[bytes]]
    erp: Path
    server: int | None

    async def accept(self, data: bytes, gate: asyncio.Semaphore | None = None) -> str:
        """Take one document in; return its tracking id once it is stored."""
        tracking_id = new_tracking_id()
        async with gate or asyncio.Semaphore(1):
            stage = self.house.world.vault.stage()
            await stage.write(data)
            partner = self.house.configuration().directory.partners["supplier"]
            await receive(Submission("rest", await stage.finish(), tracking_id, partner), self.house.world)
        return tracking_id

    async def drained(self) -> None:
        """Wait until nothing is due any more."""
        until = time.monotonic() + _PATIENCE
        query = sa.select(steps.c.id).limit(1)
        while self.house.worker.busy or await self.house.database.read(lambda each: each.execute(query).first()):
            assert all(each.poll() is None for each in self.workers), "a worker has ended by itself"
            assert time.monotonic() < until, "steps stay due: see the log"
            await asyncio.sleep(0.05)  # Asking costs CPU too.

    async def take(self, documents: Iterable[bytes]) -> "Cost":
        """Take documents in, many at once, and wait until the ERP has them."""
        documents = list(documents)
        gate = asyncio.Semaphore(AT_ONCE)
        wall, own, server = time.perf_counter(), self.cpu(), self.server_cpu()
        await asyncio.gather(*(self.accept(data, gate) for data in documents))
        await self.drained()
        took, each = time.perf_counter() - wall, 1000 / len(documents)
        return Cost(len(documents) / took, (self.cpu() - own) * each, (self.server_cpu() - server) * each)

    def cpu(self) -> float:
        """CPU seconds of all processes of the gateway."""
        return time.process_time() + sum(cpu_of(each.pid) for each in self.workers)

    def server_cpu(self) -> float:
        """CPU seconds of the database's own processes."""
        return cpu_of(self.server, children=True) if self.server is not None else 0.0


@dataclass(frozen=True)
class Cost:
    """Documents a second, and CPU milliseconds a document: the gateway's, and the database server's."""

    rate: float
    cpu: float
    server: float

    def best(self, other: "Cost | None") -> "Cost":
        """The best of two turns, figure by figure."""
        if other is None:
            return self
        return Cost(max(self.rate, other.rate), min(self.cpu, other.cpu), min(self.server, other.server))


@asynccontextmanager
async def running(folder: Path, url: str = "", workers: int = 0, server: int | None = None) -> AsyncIterator[Gateway]:
    """Run a gateway that is warm, until the block ends."""
    process, erp = start_erp(folder, "erp")
    configure(folder / "config", erp)
    others: list[subprocess.Popen[bytes]] = []
    try:
        settings = load_settings(Environment(**environment(folder, url)))
        house = await build(settings, RECEIVERS if workers else EVERYTHING)
        others += [start_worker(folder, url, number) for number in range(workers)]
        here = asyncio.create_task(house.worker.run()) if not workers else None
        made = Gateway(house, others, folder / "erp.db", server)
        gate = asyncio.Semaphore(4)
        await asyncio.gather(*(made.accept(invoice(next(_WARM_UP)), gate) for _each in range(30 * max(1, workers))))
        await made.drained()
        settle_memory()
        yield made
        house.worker.stop()
        if here is not None:
            await here
        await house.close()
    finally:
        for each in others:
            each.terminate()
        for each in (*others, process):
            each.terminate()
            each.wait()


def environment(folder: Path, url: str) -> dict[str, object]:
    """Return where a gateway finds its things."""
    where: dict[str, object] = {"config_dir": folder / "config", "data_dir": folder / "data"}
    return where | ({"database_url": url.replace("postgresql:", "postgresql+psycopg:")} if url else {})


def start_worker(folder: Path, url: str, number: int) -> "subprocess.Popen[bytes]":
    """Start a worker in a process of its own."""
    where = environment(folder, url) | {
        "data_dir": folder / f"worker{number}",
        "vault": folder / "data" / "vault",
        "port": 0,
    }
    variables = {f"GATEWAY_{name.upper()}": str(value) for name, value in where.items()}
    with (folder / f"log{number}").open("w") as log:
        command = [sys.executable, "-m", "gateway", "work"]
        return subprocess.Popen(command, env=os.environ | variables, stderr=log, stdout=log)
