"""From accept to stored at the ERP, beside the bare limit: one insert and one POST for each document.

    .venv/bin/python -m bench.pipeline [--documents N]

Both run against the same reference ERP in a process of its own, one after the other, three times; the best of each counts.
CPU time is that of the process that does the work, not of the ERP.
"""

import argparse
import asyncio
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
import sqlalchemy as sa
import yaml

from bench.machine import machine
from gateway.bootstrap import House, build
from gateway.ledger.engine import make_engine
from gateway.logs import set_up_logs
from gateway.pipeline.inbound.receive import Submission, receive
from gateway.pipeline.ports import Blob
from gateway.server import settle_memory
from gateway.settings import Environment, load_settings
from gateway.stamps import new_tracking_id

AT_ONCE = 64


def invoice(number: int) -> bytes:
    """Make an 810 with 8 lines (29 segments), as a supplier's system would send it."""
    lines = "".join(
        f"IT1*{line}*{line * 10}*EA*{line}.25*PE*BP*B-{number}{line}*VP*V-{line}~PID*F****Part number {line} of a series~"
        for line in range(1, 9)
    )
    body = (
        f"BIG*20261121*INV{number:08d}*20261101*PO{number:08d}~REF*DP*042~N1*RE*Bench Supplier*92*77~N3*1 Main Street~"
        f"N4*Duluth*MN*55802*US~ITD*01*3*2**10**30~DTM*011*20261120~{lines}TDS*{number % 100000 + 1000}~CTT*8~"
    )
    count = body.count("~") + 2
    return (
        f"ISA*00*          *00*          *ZZ*BENCHSUPPLIER  *ZZ*BENCHBUYER     *261121*0800*U*00401*{number:09d}*0*P*>~"
        f"GS*IN*BENCHSUPPLIER*BENCHBUYER*20261121*0800*{number}*X*004010~ST*810*0001~{body}SE*{count}*0001~"
        f"GE*1*{number}~IEA*1*{number:09d}~"
    ).encode()


def start_erp(folder: Path, name: str) -> tuple[subprocess.Popen[str], str]:
    """Start the reference ERP; return it and its address."""
    command = [sys.executable, "-m", "gateway.demo.erp", str(folder / f"{name}.db")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def configure(folder: Path, erp: str) -> None:
    """Write a configuration with one supplier."""
    (folder / "partners").mkdir(parents=True, exist_ok=True)
    texts = {
        "gateway.yaml": {"erps": {"main": {"kind": "http", "url": f"{erp}/messages", "at_once": AT_ONCE}}},
        "partners/own.yaml": {"name": "Bench", "identities": [{"qualifier": "ZZ", "id": "BENCHBUYER"}]},
        "partners/supplier.yaml": {
            "partner": "supplier",
            "name": "Supplier",
            "identities": [{"qualifier": "ZZ", "id": "BENCHSUPPLIER"}],
            "channels": {"rest": {}},
            "agreements": [{"document": "810", "direction": "inbound", "role": "buyer"}],
        },
    }
    for name, data in texts.items():
        (folder / name).write_text(yaml.safe_dump(data), encoding="utf-8")


async def ours(folder: Path, erp: str, documents: list[bytes]) -> tuple[float, float]:
    """Accept, judge, acknowledge, translate, deliver; return wall and CPU seconds."""
    configure(folder / "config", erp)
    sys.stderr = (folder / "log").open("w", encoding="utf-8")  # Log lines as `gateway serve` writes them.
    set_up_logs("json", "info")
    house = await build(load_settings(Environment(config_dir=folder / "config", data_dir=folder / "data")))
    partner = house.configuration().directory.partners["supplier"]
    worker = asyncio.create_task(house.worker.run())
    gate = asyncio.Semaphore(AT_ONCE)

    async def accept(data: bytes) -> None:
        async with gate:
            stage = house.world.vault.stage()
            await stage.write(data)
            blob: Blob = await stage.finish()
            await receive(Submission("rest", blob, new_tracking_id(), partner), house.world)

    # A first document, so that compiled profiles and definitions are not counted.
    await accept(invoice(999_999_999))
    await drained(house)
    settle_memory()
    wall, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(accept(data) for data in documents))
    await drained(house)
    took = time.perf_counter() - wall, time.process_time() - cpu
    house.worker.stop()
    await worker
    await house.close()
    sys.stderr = sys.__stderr__
    return took


async def drained(house: House) -> None:
    """Wait until nothing is due any more."""
    while house.worker.busy or (await house.views.counts())["steps"]:
        await asyncio.sleep(0.01)


async def bare(folder: Path, erp: str, documents: list[bytes], bodies: list[bytes]) -> tuple[float, float]:
    """Insert the bytes, commit, post the canonical body: what nobody can do without."""
    engine = make_engine(f"sqlite:///{folder / 'bare.db'}")
    table = sa.Table(
        "documents",
        sa.MetaData(),
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("body", sa.LargeBinary()),
        sa.Column("state", sa.String(20)),
    )
    table.metadata.create_all(engine)
    gate = asyncio.Semaphore(AT_ONCE)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        with engine.connect() as connection:

            async def one(number: int, data: bytes, body: bytes) -> None:
                async with gate:
                    with connection.begin():
                        connection.execute(sa.insert(table), {"id": str(number), "body": data, "state": "received"})
                    headers = {"Idempotency-Key": str(number), "Content-Type": "application/json"}
                    async with session.post(f"{erp}/messages", data=body, headers=headers) as response:
                        await response.read()
                        assert response.status < 300

            await one(-1, documents[0], bodies[0])
            wall, cpu = time.perf_counter(), time.process_time()
            await asyncio.gather(*(one(n, d, b) for n, (d, b) in enumerate(zip(documents, bodies, strict=True))))
            return time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    """Run both and print the ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=2000)
    count = parser.parse_args().documents
    documents = [invoice(number) for number in range(1, count + 1)]
    best: dict[str, tuple[float, float]] = {}
    for turn in range(3):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            process, erp = start_erp(folder, "erp-ours")
            try:
                took = asyncio.run(ours(folder, erp, documents))
            finally:
                process.terminate()
                process.wait()
            best["gateway"] = min(best.get("gateway", took), took, key=lambda pair: pair[1])
            rows = sqlite3.connect(folder / "erp-ours.db").execute("select body from messages").fetchall()
            assert len(rows) == count + 1, f"the ERP has {len(rows)} of {count + 1} documents"
            bodies = [row[0] for row in rows[:count]]
            process, erp = start_erp(folder, "erp-bare")
            try:
                took = asyncio.run(bare(folder, erp, documents, bodies))
            finally:
                process.terminate()
                process.wait()
            best["bare insert + POST"] = min(best.get("bare insert + POST", took), took, key=lambda pair: pair[1])
        print(f"turn {turn + 1} of 3 done", file=sys.stderr)
    limit = best["bare insert + POST"][1]
    print(f"{machine()}; {count} invoices of {len(documents[0])} bytes, {AT_ONCE} at once, SQLite, one process")
    print(f"{'':24}{'documents/s':>12}{'CPU ms each':>13}{'ratio':>8}")
    for name, (wall, cpu) in best.items():
        print(f"{name:24}{count / wall:12.0f}{1000 * cpu / count:13.3f}{cpu / limit:8.2f}")


if __name__ == "__main__":
    main()
