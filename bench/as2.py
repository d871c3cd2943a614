"""AS2 beside pyas2lib and the bare work, and an AS2 server beside django-pyas2, in one run on one machine.

    .venv/bin/python -m bench.as2 [--turns N] [--without-server] [--seconds N]

The bare limit is what nobody can do without: one RSA-2048 signature and one RSA encryption to build; RSA decryption, verification
and the signature of the receipt to receive; SHA-256, AES-256-CBC, and zlib level 6 over the bytes. Every measurement is a process
of its own that sends to itself; CPU time counts, the best of several turns. Targets are printed beside figures and nothing is
asserted. The peers live in an environment of their own (`make peers`).
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.as2_identity import write_identity
from bench.as2_server import servers
from bench.machine import machine
from bench.x12 import ROOT, target

PEERS = ROOT / ".venv-peers" / "bin" / "python"
KB, MB = 1 << 10, 1_000_000
# Size in bytes, zlib or not, turns for ours and the limit, turns for pyas2lib (0: not at all).
CASES = [
    (4 * KB, False, 300, 50), (4 * KB, True, 300, 50), (MB, False, 30, 5), (MB, True, 10, 3),
    (50 * MB, False, 3, 1), (50 * MB, True, 1, 1), (1000 * MB, False, 1, 0),
]  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """CPU seconds to build and to receive with receipt, and the peak memory in KiB."""

    build: float
    receive: float
    memory: int

    @property
    def both(self) -> float:
        """A message there and its receipt back."""
        return self.build + self.receive


def say(text: str) -> None:
    """Tell a person who waits what is going on."""
    print(text, file=sys.stderr, flush=True)


def run(command: list[object]) -> Figure:
    """Run one measurement."""
    done = subprocess.run([str(word) for word in command], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stderr[-3000:]}")
    return Figure(**json.loads(done.stdout.splitlines()[-1]))


def best(command: list[object], turns: int) -> Figure:
    """Run a measurement several times; the least CPU time counts."""
    found = [run(command) for _ in range(turns)]
    return Figure(
        min(each.build for each in found), min(each.receive for each in found), max(each.memory for each in found)
    )


def shown(size: int, compress: bool) -> str:
    name = f"{size // KB} KB" if size < MB else f"{size // MB} MB" if size < 1000 * MB else "1 GB"
    return f"{name}, zlib" if compress else name


def measure(folder: Path, turns: int) -> dict[tuple[int, bool], dict[str, Figure]]:
    """Measure every case with each engine, turn about."""
    found: dict[tuple[int, bool], dict[str, Figure]] = {}
    for size, compress, often, peers in CASES:
        say(shown(size, compress))
        words = [size, int(compress)]
        one = turns if size < 1000 * MB else 1
        row: dict[str, Figure] = {}
        for kind in ("limit", "ours"):
            command = [sys.executable, "-m", "bench.as2_worker", kind, *words, often, folder]
            row[kind] = best(command, one)
        if peers:
            row["pyas2lib"] = run([PEERS, ROOT / "bench" / "as2_peers" / "run_pyas2lib.py", *words, peers, folder])
        found[size, compress] = row
    return found


def show(found: dict[tuple[int, bool], dict[str, Figure]]) -> None:
    """Print the table of the engines."""
    print(f"\n{'':26}{'build ms':>10}{'receive ms':>12}{'both, x limit':>15}{'peak MB':>9}")
    for (size, compress), row in found.items():
        for name, figure in row.items():
            ratio = figure.both / row["limit"].both
            print(
                f"{shown(size, compress) + ': ' + name:26}{figure.build * 1000:10.2f}{figure.receive * 1000:12.2f}"
                f"{ratio:15.2f}{figure.memory / 1024:9.0f}"
            )


def compare(found: dict[tuple[int, bool], dict[str, Figure]]) -> None:
    """Print the ratios beside the targets of the project."""
    print("\nTargets")
    for size, compress in ((4 * KB, False), (4 * KB, True), (50 * MB, False), (50 * MB, True)):
        row = found[size, compress]
        name = shown(size, compress)
        target(f"{name}: there and back, times the limit", row["ours"].both / row["limit"].both, 2, most=True)
        if size == 4 * KB:
            target(f"{name}: there and back, pyas2lib times ours", row["pyas2lib"].both / row["ours"].both, 10)
    memory = found[1000 * MB, False]["ours"].memory / found[MB, False]["ours"].memory
    target("peak memory at 1 GB, times that at 1 MB", memory, 1.2, most=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="AS2 beside others.")
    parser.add_argument(
        "--turns", type=int, default=3, help="how often ours and the limit are measured; the best counts"
    )
    parser.add_argument("--without-server", action="store_true", help="the engines only")
    parser.add_argument("--without-engine", action="store_true", help="the servers only")
    parser.add_argument("--messages", type=int, default=1000, help="messages to each server at each number of clients")
    asked = parser.parse_args()
    if not PEERS.exists():
        raise SystemExit("The peers are not installed. Run: make peers")
    print(machine())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_identity(folder)
        if not asked.without_engine:
            found = measure(folder, asked.turns)
            show(found)
            compare(found)
        if not asked.without_server:
            servers(folder, PEERS, asked.messages, say)


if __name__ == "__main__":
    main()
