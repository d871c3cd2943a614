"""From accept to stored at the ERP on SQLite and on PostgreSQL with one and two workers, beside the bare limit of PostgreSQL.

    .venv/bin/python -m bench.scale [--documents N]

The bare limit is one insert and one update for each document, each committed by itself, on as many connections as the gateway
has writers, with the same durability. All run against the same server and the same kind of reference ERP, one after the other.
CPU is that of the gateway's processes, not of the database or the ERP.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg

from bench.machine import machine
from bench.pipeline import AT_ONCE, configure, invoice, start_erp
from gateway.bootstrap import EVERYTHING, RECEIVERS, House, Roles, build
from gateway.ledger.engine import make_engine
from gateway.logs import set_up_logs
from gateway.pipeline.inbound.receive import Submission, receive
from gateway.server import settle_memory
from gateway.settings import Environment, load_settings
from gateway.stamps import new_tracking_id
from tests.support.postgres import own_server

WRITERS = 8


def cpu_of(process: int) -> float:
    """Return the CPU seconds that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def trip(folder: Path, documents: list[bytes], url: str, workers: int) -> tuple[float, float]:
    """Take everything in and wait until the ERP has it; return wall and CPU seconds of all processes of the gateway."""
    erp_process, erp = start_erp(folder, "erp")
    configure(folder / "config", erp)
    variables = os.environ | {
        "GATEWAY_CONFIG_DIR": str(folder / "config"),
        "GATEWAY_DATABASE_URL": url,
        "GATEWAY_PORT": "0",
    }
    roles: Roles = RECEIVERS if workers else EVERYTHING
    sys.stderr = (folder / "log").open("w", encoding="utf-8")
    set_up_logs("json", "info")
    places = {"config_dir": folder / "config", "data_dir": folder / "data", "database_url": url}
    house = await build(load_settings(Environment(**places)), roles)
    others = []
    try:
        for number in range(workers):
            more = variables | {
                "GATEWAY_DATA_DIR": str(folder / f"w{number}"),
                "GATEWAY_VAULT": str(folder / "data" / "vault"),
            }
            log = (folder / f"log{number}").open("w")
            others.append(subprocess.Popen([sys.executable, "-m", "gateway", "work"], env=more, stderr=log, stdout=log))
        here = asyncio.create_task(house.worker.run()) if not workers else None
        for number in range(20 * max(1, workers)):  # So that every worker has compiled what it needs.
            await accept(house, invoice(900_000_000 + number))
        await drained(house, others)
        await asyncio.sleep(1)
        settle_memory()
        before = time.process_time() + sum(cpu_of(each.pid) for each in others)
        began = time.perf_counter()
        gate = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(accept(house, data, gate) for data in documents))
        await drained(house, others)
        wall = time.perf_counter() - began
        cpu = time.process_time() + sum(cpu_of(each.pid) for each in others) - before
        if here is not None:
            house.worker.stop()
            await here
        return wall, cpu
    finally:
        sys.stderr = sys.__stderr__
        for each in others:
            each.terminate()
            each.wait()
        await house.close()
        erp_process.terminate()
        erp_process.wait()


async def accept(house: House, data: bytes, gate: asyncio.Semaphore | None = None) -> None:
    """Take one document in."""
    async with gate or asyncio.Semaphore(1):
        stage = house.world.vault.stage()
        await stage.write(data)
        partner = house.configuration().directory.partners["supplier"]
        await receive(Submission("rest", await stage.finish(), new_tracking_id(), partner), house.world)


async def drained(house: House, others: list[subprocess.Popen[bytes]]) -> None:
    """Wait until nothing is due any more."""
    while house.worker.busy or (await house.views.counts())["steps"]:
        assert all(each.poll() is None for each in others), "a worker has ended by itself"
        await asyncio.sleep(0.25)  # Asking costs CPU too.


def bare(url: str, documents: list[bytes]) -> tuple[float, float]:
    """Insert each document and update it, each in a commit of its own."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table bare (id int primary key, body bytea, state text)")

    def part(start: int) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            for number in range(start, len(documents), WRITERS):
                connection.execute("insert into bare values (%s, %s, 'received')", (number, documents[number]))
                connection.execute("update bare set state = 'delivered' where id = %s", (number,))

    wall, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(part, range(WRITERS)))
    return time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    """Run all and print the ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=1000)
    count = parser.parse_args().documents
    documents = [invoice(number) for number in range(1, count + 1)]
    rows: dict[str, tuple[float, float]] = {}
    with own_server({"max_connections": "200", "shared_buffers": "256MB"}) as server:
        server.start()
        rows["bare PostgreSQL"] = bare(f"{server.url}/postgres", documents)
        kinds = {
            "SQLite, one process": None,
            "PostgreSQL, one process": 0,
            "  1 worker apart": 1,
            "  2 workers apart": 2,
        }
        for name, workers in kinds.items():
            url = ""
            if workers is not None:
                with psycopg.connect(f"{server.url}/postgres", autocommit=True) as connection:
                    connection.execute(f"create database run{workers}")
                url = f"{server.url}/run{workers}".replace("postgresql:", "postgresql+psycopg:")
                make_engine(url).dispose()
            with tempfile.TemporaryDirectory() as folder:
                rows[name] = asyncio.run(trip(Path(folder), documents, url, workers or 0))
            print(f"{name.strip()} done", file=sys.stderr)
    limit = rows["bare PostgreSQL"][1]
    print(f"{machine()}; {count} invoices of {len(documents[0])} bytes, {AT_ONCE} at once")
    print(f"{'':26}{'documents/s':>12}{'CPU ms each':>13}{'ratio':>8}")
    for name, (wall, cpu) in rows.items():
        print(f"{name:26}{count / wall:12.0f}{1000 * cpu / count:13.3f}{cpu / limit:8.2f}")


if __name__ == "__main__":
    main()
