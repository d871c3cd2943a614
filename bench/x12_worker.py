"""One measurement of our engine, in a process of its own: prints as JSON what it took.

.venv/bin/python -m bench.x12_worker split|validate|acknowledge|translate FILE
"""

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from gateway.configuration import Files, profile_library
from gateway.server import settle_memory
from gateway.x12.acknowledgment import AcknowledgmentStyle, answers_needed
from gateway.x12.answer import answering_interchange
from gateway.x12.envelope import JudgedInterchange, JudgedSet, examine
from gateway.x12.reader import read
from gateway.x12.validator import validate
from gateway.x12.writer import write

CHUNK = 1 << 16
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def chunks(path: Path) -> Iterator[bytes]:
    """Yield a file in pieces."""
    with path.open("rb") as file:
        yield from iter(lambda: file.read(CHUNK), b"")


def split(data: Iterable[bytes]) -> bool:
    """Cut segments and elements, keep nothing: the bare limit of Python."""
    rest = ""
    for chunk in data:
        pieces = (rest + chunk.decode("latin-1")).split("~")
        rest = pieces.pop()
        for piece in pieces:
            piece.split("*")
    return True


def judge(data: Iterable[bytes]) -> bool:
    """Read and validate: every set, every envelope."""
    clean = True
    for item in examine(read(data), validate):
        if isinstance(item, JudgedSet):
            clean &= item.judgment.accepted
    return clean


def acknowledge(data: Iterable[bytes]) -> bool:
    """Read, validate, and write the 997 of each interchange."""
    clean, number = True, count(1)
    for item in examine(read(data), validate):
        if isinstance(item, JudgedInterchange):
            groups = answers_needed(item.groups)
            own = next(number)
            answer = write(
                answering_interchange(
                    item,
                    groups,
                    AcknowledgmentStyle(),
                    ta1=False,
                    number=own,
                    next_group_number=lambda own=own: own,
                    written_at=NOW,
                )
            )
            clean &= answer.count(b"~AK5*A~") == sum(len(group.judgments) for group in groups)
    return clean


def translate(data: Iterable[bytes]) -> bool:
    """Read, validate, and make the canonical message of each good set."""
    clean, profiles = True, profile_library(Files())
    for item in examine(read(data), validate):
        if isinstance(item, JudgedSet):
            clean &= item.judgment.accepted
            if item.judgment.accepted:
                mapping = profiles.mapping(f"base/{item.judgment.set_id}", item.judgment.version)
                tree = item.judgment.tree
                assert mapping is not None and tree is not None
                mapping.to_canonical(tree, item.transaction.marks.component)
    return clean


KINDS: dict[str, Callable[[Iterable[bytes]], bool]] = {
    "split": split,
    "validate": judge,
    "acknowledge": acknowledge,
    "translate": translate,
}


def peak() -> int:
    """Return the peak memory of this process in KiB. ru_maxrss would count what the process that started it had."""
    with Path("/proc/self/status").open(encoding="ascii") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def main() -> None:
    """Measure once."""
    work, path = KINDS[sys.argv[1]], Path(sys.argv[2])
    settle_memory()
    cpu, wall = time.process_time(), time.perf_counter()
    clean = work(chunks(path))
    took = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "clean": clean}
    print(json.dumps({**took, "memory": peak()}))


if __name__ == "__main__":
    main()
