"""Throughput, latency and volume of the gateway on SQLite and PostgreSQL, as ratios within one run.

    .venv/bin/python -m bench.scale [--part throughput latency volume restart] [--documents N] [--sizes N,N,N] [--due N]

- throughput: from accept to stored at the ERP, beside the bare limit of the same database (`bench.scale.limit`);
- latency: the same at a steady rate, median and 99th percentile;
- volume: the cost of a document and of a search when the ledger holds more and more (`bench.scale.fill`);
- restart: a start with many steps that are due: time to the first document, and memory.

CPU time is that of the gateway's processes; that of the database's own processes stands beside it. Each figure is the best of
several turns, because others work on the machine too. A part that fails does not keep the others from being printed.
"""

import argparse
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

from bench.machine import load, machine
from bench.scale.latency import latency
from bench.scale.restart import restart
from bench.scale.stores import Bench, say
from bench.scale.throughput import throughput
from bench.scale.volume import volume
from gateway.logs import set_up_logs
from tests.support.postgres import own_server

PARTS: dict[str, Callable[[Bench], None]] = {
    "throughput": throughput,
    "latency": latency,
    "volume": volume,
    "restart": restart,
}
# As a small server is set up; everything is flushed to disk at each commit.
OPTIONS = {"max_connections": "200", "shared_buffers": "512MB", "max_wal_size": "8GB"}


def main() -> None:
    """Run the parts that were asked for; each prints its table as soon as it has it."""
    parser = argparse.ArgumentParser(description="The gateway beside the bare limit of its database.")
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--documents", type=int, default=1000, help="documents a turn")
    parser.add_argument("--turns", type=int, default=3, help="turns of each measurement; the best counts")
    parser.add_argument("--rate", type=int, default=40, help="documents a second, for the latency")
    parser.add_argument(
        "--sizes", default="10000,100000,1000000", help="documents that the ledger holds, for the volume"
    )
    parser.add_argument("--due", type=int, default=100_000, help="steps that are due at the restart")
    asked = parser.parse_args()
    sizes = sorted(int(size) for size in asked.sizes.split(","))
    failed = []
    print(f"{machine()}; {load()}", flush=True)
    # Log lines are written as `gateway serve` writes them; only the end of them is of interest, and only when something fails.
    with tempfile.NamedTemporaryFile("w+", suffix=".log") as sys.stderr, own_server(OPTIONS) as server:
        set_up_logs("json", "info")
        server.start()
        bench = Bench(server, asked.documents, asked.turns, asked.rate, sizes, asked.due)
        for part in asked.part:
            try:
                PARTS[part](bench)
            except (Exception, KeyboardInterrupt):  # Who loses patience with one part may want the next one.
                sys.stderr.flush()
                say(f"{Path(sys.stderr.name).read_text()[-2000:]}\n{traceback.format_exc()}")
                failed.append(part)
    sys.stderr = sys.__stderr__
    print(f"\n{load()}")
    if failed:
        say(f"not measured to the end: {', '.join(failed)}")
        sys.exit(1)


if __name__ == "__main__":
    main()
