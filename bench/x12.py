"""Our X12 engine beside pyx12, mock-edi and a bare streamed split, on the same files of 850 and 856.

    .venv/bin/python -m bench.x12 [--large] [--without-peers] [--turns N]

Every measurement is a process of its own, so that memory is that of one engine and nobody warms anything up for another.
The peers are installed below build/ by the ordinary pip; pyx12 gets maps made from our definitions, and mock-edi its own
dictionary. CPU time counts, the best of several turns for ours; targets are printed beside figures and nothing is asserted.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.machine import machine
from bench.x12_files import write_file
from bench.x12_peers.pyx12_map import write_maps

ROOT = Path(__file__).parents[1]
PEERS = ROOT / "build" / "x12-peers"
SCRIPTS = ROOT / "bench" / "x12_peers"
PINNED = {"pyx12": "pyx12==4.0.0", "mock-edi": "mock-edi==0.9.0"}
OURS = ("split", "validate", "acknowledge", "translate")


@dataclass(frozen=True)
class Input:
    """A file to measure with."""

    name: str
    path: Path
    size: int
    segments: int


@dataclass(frozen=True)
class Figure:
    """What one engine took for one file. ``memory`` is the peak in KiB."""

    cpu: float
    memory: int
    clean: bool


def say(text: str) -> None:
    """Tell a person who waits what is going on."""
    print(text, file=sys.stderr, flush=True)


def environment(name: str) -> Path:
    """Return the Python of an environment that has one peer; made on the first run."""
    folder = PEERS / name
    python = folder / "bin" / "python"
    done = folder / "installed"
    if not done.exists():
        say(f"installing {PINNED[name]} into {folder}")
        venv.create(folder, with_pip=True, clear=True)
        quiet = ["--quiet", "--disable-pip-version-check"]
        subprocess.run([python, "-m", "pip", "install", *quiet, PINNED[name]], check=True)
        done.touch()
    return python


def run(command: list[Any]) -> Figure:
    """Run one measurement."""
    done = subprocess.run([str(word) for word in command], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stderr[-3000:]}")
    data = json.loads(done.stdout.splitlines()[-1])
    return Figure(data["cpu"], data["memory"], data["clean"])


def ours(kind: str, file: Input, turns: int) -> Figure:
    """Measure one of ours: the best of several turns."""
    say(f"{file.name}: {kind}")
    found = [run([sys.executable, "-m", "bench.x12_worker", kind, file.path]) for _ in range(turns)]
    return min(found, key=lambda figure: figure.cpu)


def peers(file: Input, maps: Path) -> dict[str, Figure]:
    """Measure the peers, once each."""
    say(f"{file.name}: pyx12, which takes its time")
    found = {"pyx12": run([environment("pyx12"), SCRIPTS / "run_pyx12.py", file.path, maps])}
    say(f"{file.name}: mock-edi")
    found["mock-edi"] = run([environment("mock-edi"), SCRIPTS / "run_mockedi.py", file.path])
    return found


def make_maps(folder: Path) -> Path:
    """Make maps of 850 and 856 for pyx12."""
    command = [environment("pyx12"), "-c", "import pyx12, os; print(os.path.dirname(pyx12.__file__))"]
    shipped = Path(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()) / "map"
    write_maps(shipped, folder, ["850", "856"])
    return folder


def make_file(folder: Path, set_id: str, megabytes: int, bad_each: int = 0) -> Input:
    """Write a file of so many megabytes."""
    size = megabytes * 1_000_000
    shown = f"{set_id}, {megabytes // 1000} GB" if megabytes >= 1000 else f"{set_id}, {megabytes} MB"
    name = shown + (f", 1 of {bad_each} sets faulty" if bad_each else "")
    path = folder / f"{set_id}-{megabytes}-{bad_each}.edi"
    say(f"{name}: writing")
    segments = write_file(path, set_id, size, bad_each)
    return Input(name, path, path.stat().st_size, segments)


def show(file: Input, found: dict[str, Figure]) -> None:
    """Print one table."""
    bare = found["split"].cpu
    print(f"\n{file.name} ({file.segments:,} segments, {file.size / 1e6:.1f} MB)")
    print(f"{'':14}{'CPU s':>9}{'segments/s':>13}{'MB/s':>9}{'peak MB':>9}{'x split':>9}  verdict")
    for name, figure in found.items():
        verdict = "clean" if figure.clean else "faults"
        print(
            f"{name:14}{figure.cpu:9.2f}{file.segments / figure.cpu:13,.0f}{file.size / figure.cpu / 1e6:9.2f}"
            f"{figure.memory / 1024:9.0f}{figure.cpu / bare:9.1f}  {verdict if name != 'split' else ''}"
        )


def target(name: str, value: float, wanted: float, *, most: bool = False) -> None:
    """Print a figure beside its target."""
    reached = value <= wanted if most else value >= wanted
    bound = "at most" if most else "at least"
    print(f"{name:62}{value:8.2f}   {bound} {wanted:g}   {'reached' if reached else 'MISSED'}")


def compare(file: Input, found: dict[str, Figure]) -> None:
    """Print the ratios of one file beside the targets of the project."""
    print(f"\nTargets, {file.name}")
    judged = found["validate"].cpu
    if "pyx12" in found:
        target("validation, times pyx12", found["pyx12"].cpu / judged, 40)
        target("translation, times pyx12's validation", found["pyx12"].cpu / found["translate"].cpu, 15)
        target("validation, times mock-edi", found["mock-edi"].cpu / judged, 8)
    target("validation, part of the bare split", found["split"].cpu / judged, 0.1)
    target("interchange to 997, times validation", found["acknowledge"].cpu / judged, 1.2, most=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Our X12 engine beside others.")
    parser.add_argument("--large", action="store_true", help="files of 1 GB too: ours and the split, some minutes")
    parser.add_argument("--without-peers", action="store_true", help="ours and the split only, no installation")
    parser.add_argument("--turns", type=int, default=3, help="how often ours is measured; the best counts")
    asked = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        maps = folder / "maps" if asked.without_peers else make_maps(folder / "maps")
        for set_id in ("850", "856"):
            measure(folder, set_id, maps, asked)


def measure(folder: Path, set_id: str, maps: Path, asked: argparse.Namespace) -> None:
    """Measure everything with one set."""
    middle: dict[str, Figure] = {}
    for megabytes in (1, 20):
        file = make_file(folder, set_id, megabytes)
        middle = {kind: ours(kind, file, asked.turns) for kind in OURS}
        if not asked.without_peers:
            middle |= peers(file, maps)
        show(file, middle)
    compare(file, middle)
    faulty = make_file(folder, set_id, 20, bad_each=100)
    slower = ours("validate", faulty, asked.turns)
    target("1 of 100 sets faulty, times a clean file", slower.cpu / middle["validate"].cpu, 2, most=True)
    if asked.large:
        large = make_file(folder, set_id, 1000)
        found = {kind: ours(kind, large, 1) for kind in OURS}
        show(large, found)
        for kind in OURS[1:]:
            more = found[kind].memory / middle[kind].memory
            target(f"peak memory of {kind} at 1 GB, times that at 20 MB", more, 1.1, most=True)
        large.path.unlink()


if __name__ == "__main__":
    main()
