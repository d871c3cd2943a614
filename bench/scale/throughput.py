"""Documents a second and CPU a document, beside the bare limit of the same database."""

import asyncio
import sqlite3
import tempfile
from pathlib import Path

from bench.pipeline import AT_ONCE, invoice
from bench.scale.gateway import Cost, running
from bench.scale.limit import bare_postgres, bare_sqlite
from bench.scale.stores import Bench, say
from bench.x12 import target

_FIRST = 100_000_000
KINDS: dict[str, int | None] = {
    "SQLite, one process": None,
    "PostgreSQL, one process": 0,
    "PostgreSQL, 1 worker": 1,
    "PostgreSQL, 2 workers": 2,
}


def throughput(bench: Bench) -> None:
    """Measure and print."""
    found: dict[str, Cost] = {}
    documents = [invoice(_FIRST + number) for number in range(bench.documents)]
    try:
        bodies = _ours(bench, documents, found)
        _limits(bench, documents, bodies, found)
    finally:
        _show(bench, len(documents[0]), found)


def _ours(bench: Bench, documents: list[bytes], found: dict[str, Cost]) -> list[bytes]:
    """Measure the gateway, turn about; return what it posted."""
    bodies: list[bytes] = []
    for turn in range(bench.turns):
        for name, workers in KINDS.items():
            url = bench.new_database() if workers is not None else ""
            with tempfile.TemporaryDirectory() as folder:
                cost = asyncio.run(_trip(Path(folder), documents, url, workers or 0, bench.server.pid if url else None))
                with sqlite3.connect(Path(folder) / "erp.db") as erp:
                    rows = erp.execute("select body from messages order by key desc").fetchmany(len(documents))
                assert len(rows) == len(documents), f"the ERP has {len(rows)} of {len(documents)} documents"
                bodies = [row[0] for row in rows]
            found[name] = cost.best(found.get(name))
            say(f"throughput, turn {turn + 1} of {bench.turns}: {name} {cost.rate:.0f}/s, CPU {cost.cpu:.2f} ms each")
            if url:
                bench.drop(url)
    return bodies


async def _trip(folder: Path, documents: list[bytes], url: str, workers: int, server: int | None) -> Cost:
    async with running(folder, url, workers, server) as gateway:
        return await gateway.take(documents)


def _limits(bench: Bench, documents: list[bytes], bodies: list[bytes], found: dict[str, Cost]) -> None:
    url = bench.new_database()
    for turn in range(bench.turns):
        with tempfile.TemporaryDirectory() as folder:
            found["bare SQLite"] = bare_sqlite(Path(folder), documents, bodies).best(found.get("bare SQLite"))
        with tempfile.TemporaryDirectory() as folder:
            cost = bare_postgres(Path(folder), documents, bodies, url, bench.server.pid)
            found["bare PostgreSQL"] = cost.best(found.get("bare PostgreSQL"))
        say(f"throughput, turn {turn + 1} of {bench.turns}: bare limits")
    bench.drop(url)


def _show(bench: Bench, size: int, found: dict[str, Cost]) -> None:
    print(f"\nThroughput: {bench.documents} invoices of {size} bytes, {AT_ONCE} at once, best of {bench.turns} turns")
    print(f"{'':26}{'documents/s':>12}{'CPU ms each':>13}{'x bare':>8}{'database CPU ms':>17}", flush=True)
    for name, cost in found.items():
        limit = found.get(f"bare {name.removeprefix('bare ').partition(',')[0]}")
        ratio = f"{cost.cpu / limit.cpu:8.2f}" if limit is not None else " " * 8
        print(f"{name:26}{cost.rate:12.0f}{cost.cpu:13.3f}{ratio}{cost.server:17.3f}")
    for name, most in (("SQLite, one process", 2), ("PostgreSQL, one process", 3), ("PostgreSQL, 1 worker", 3)):
        limit = found.get(f"bare {name.partition(',')[0]}")
        if name in found and limit is not None:
            target(f"{name}: CPU, times the bare limit", found[name].cpu / limit.cpu, most, most=True)
    if {"PostgreSQL, 1 worker", "PostgreSQL, 2 workers"} <= found.keys():
        times = found["PostgreSQL, 2 workers"].rate / found["PostgreSQL, 1 worker"].rate
        target("two workers, times one (needs a core that is free)", times, 1.6)
