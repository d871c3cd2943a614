"""How long a document takes from accept to stored at the ERP, at a steady rate."""

import asyncio
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from bench.pipeline import invoice
from bench.scale.gateway import Gateway, running
from bench.scale.stores import Bench, say
from gateway.ledger.tables import events

_SECONDS = 20
_FIRST = 200_000_000
KINDS: dict[str, int | None] = {"SQLite, one process": None, "PostgreSQL, one process": 0, "PostgreSQL, 1 worker": 1}


def latency(bench: Bench) -> None:
    """Measure and print."""
    print(f"\nLatency from accept to stored at the ERP: {bench.rate} documents a second for {_SECONDS} seconds")
    print(f"{'':26}{'median ms':>12}{'p99 ms':>10}{'longest ms':>12}{'CPU ms each':>13}", flush=True)
    for name, workers in KINDS.items():
        say(f"latency: {name}")
        url = bench.new_database() if workers is not None else ""
        with tempfile.TemporaryDirectory() as folder:
            took, cpu = asyncio.run(_trip(Path(folder), bench.rate, url, workers or 0))
        took.sort()
        shown = (took[len(took) // 2], took[len(took) * 99 // 100], took[-1])
        print(f"{name:26}{shown[0]:12.1f}{shown[1]:10.1f}{shown[2]:12.1f}{cpu:13.2f}", flush=True)
        if url:
            bench.drop(url)


async def _trip(folder: Path, rate: int, url: str, workers: int) -> tuple[list[float], float]:
    async with running(folder, url, workers) as gateway:
        begun: dict[str, datetime] = {}
        cpu, start = gateway.cpu(), time.perf_counter()

        async def one(number: int) -> None:
            at = datetime.now(UTC)
            begun[await gateway.accept(invoice(_FIRST + number))] = at

        tasks = []
        for number in range(rate * _SECONDS):
            await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
            tasks.append(asyncio.create_task(one(number)))
        await asyncio.gather(*tasks)
        await gateway.drained()
        ended = await _delivered(gateway)
        assert begun.keys() <= ended.keys(), "not every document was delivered"
        took = [(ended[name] - at) / timedelta(milliseconds=1) for name, at in begun.items()]
        return took, (gateway.cpu() - cpu) * 1000 / len(took)


async def _delivered(gateway: Gateway) -> dict[str, datetime]:
    """Return when the ERP's answer for each document had come, by tracking id."""
    query = sa.select(events.c.tracking_id, events.c.at).where(events.c.type == "document.delivered")
    rows = await gateway.house.database.read(lambda connection: connection.execute(query).all())
    return {row.tracking_id: row.at for row in rows}
