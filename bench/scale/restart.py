"""A start with many steps that are due: how soon the first document is at the ERP, and how much memory it takes."""

import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from bench.pipeline import configure, invoice, start_erp
from bench.scale.gateway import environment
from bench.scale.stores import Bench, peak_memory, say
from bench.x12 import target
from gateway.bootstrap import House, build
from gateway.pipeline.inbound.receive import Submission, store, transmission_of
from gateway.pipeline.ports import UnitOfWork
from gateway.settings import Environment, load_settings
from gateway.stamps import new_tracking_id

_FIRST = 500_000_000
_TOGETHER = 500  # Submissions in a transaction, while the ledger is filled.
_RUNS_SECONDS = 15.0
_PATIENCE = 180.0


def restart(bench: Bench) -> None:
    """Measure and print."""
    print(f"\nA start with steps that are due; the gateway then runs for {_RUNS_SECONDS:.0f} seconds")
    print(f"{'':26}{'due':>10}{'first document s':>18}{'documents/s':>13}{'peak memory MB':>16}", flush=True)
    for name in ("SQLite", "PostgreSQL"):
        found = {}
        for due in (1, bench.due):
            url = bench.new_database() if name == "PostgreSQL" else ""
            with tempfile.TemporaryDirectory() as folder:
                asyncio.run(_leave(Path(folder), url, due))
                found[due] = _start(Path(folder), url)
            first, rate, memory = found[due]
            shown = f"{rate:13.0f}" if due > 1 else " " * 13
            print(f"{name:26}{due:10,}{first:18.2f}{shown}{memory:16,}", flush=True)
            if url:
                bench.drop(url)
        few, many = found[1], found[bench.due]
        target(f"{name}: memory, times that of a start with nothing to do", many[2] / few[2], 1.5, most=True)


async def _leave(folder: Path, url: str, due: int) -> None:
    """Take documents in, and stop before any is read."""
    configure(folder / "config", "http://127.0.0.1:9")
    house = await build(load_settings(Environment(**environment(folder, url))))
    for begin in range(0, due, _TOGETHER):
        numbers = range(begin, min(begin + _TOGETHER, due))
        submissions = [await _submission(house, invoice(_FIRST + number)) for number in numbers]
        await house.world.ledger.tx(partial(_store, house=house, submissions=submissions))
        if begin % 10_000 == 0:
            say(f"restart: {begin:,} of {due:,} taken in")
    await house.close()


async def _submission(house: House, data: bytes) -> Submission:
    stage = house.world.vault.stage()
    await stage.write(data)
    partner = house.configuration().directory.partners["supplier"]
    return Submission("rest", await stage.finish(), new_tracking_id(), partner)


def _store(uow: UnitOfWork, *, house: House, submissions: list[Submission]) -> None:
    for each in submissions:
        store(uow, submission=each, transmission=transmission_of(each, house.world), world=house.world)


def _start(folder: Path, url: str) -> tuple[float, float, int]:
    """Start the gateway; return the seconds to the first document, documents a second from then on, and the peak memory."""
    erp, address = start_erp(folder, "erp")
    configure_anew(folder, address)
    where = environment(folder, url) | {"port": 0}
    variables = os.environ | {f"GATEWAY_{name.upper()}": str(value) for name, value in where.items()}
    command = [sys.executable, "-m", "gateway", "work" if url else "serve"]
    began = time.monotonic()
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, env=variables, stdout=log, stderr=log)
    try:
        with sqlite3.connect(folder / "erp.db", timeout=30) as database:
            while not _count(database):
                assert process.poll() is None, (folder / "log").read_text()[-2000:]
                assert time.monotonic() - began < _PATIENCE, "no document came"
                time.sleep(0.02)
            first = time.monotonic() - began
            time.sleep(_RUNS_SECONDS)
            rate = _count(database) / (time.monotonic() - began - first)
        return first, rate, peak_memory(process.pid)
    finally:
        for each in (process, erp):
            each.terminate()
            each.wait()


def configure_anew(folder: Path, address: str) -> None:
    """Write the address of an ERP that was started later into the configuration."""
    path = folder / "config" / "gateway.yaml"
    path.write_text(path.read_text().replace("http://127.0.0.1:9", address), encoding="utf-8")


def _count(database: sqlite3.Connection) -> int:
    return int(database.execute("select count(*) from messages").fetchone()[0])
