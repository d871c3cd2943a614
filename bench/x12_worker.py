"""One measurement of our engine, in a process of its own: prints as JSON what it took.

.venv/bin/python -m bench.x12_worker split|validate|acknowledge|translate FILE
"""

import gc
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TypeAlias

CHUNK = 1 << 16
Work: TypeAlias = Callable[[Iterable[bytes]], bool]
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def chunks(path: Path) -> Iterator[bytes]:
    """Yield a file in pieces."""
    with path.open("rb") as file:
        yield from iter(lambda: file.read(CHUNK), b"")


def settle() -> None:
    """Keep the collector from walking what stays, as the gateway does when it has started (`gateway.server`)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def split() -> Work:
    """Cut segments and elements, keep nothing: the bare limit of Python."""

    def work(data: Iterable[bytes]) -> bool:
        rest = ""
        for chunk in data:
            pieces = (rest + chunk.decode("latin-1")).split("~")
            rest = pieces.pop()
            for piece in pieces:
                piece.split("*")
        return True

    return work


def judge() -> Work:
    """Read and validate: every set, every envelope."""
    from gateway.x12.envelope import JudgedSet, examine
    from gateway.x12.reader import read
    from gateway.x12.validator import validate

    def work(data: Iterable[bytes]) -> bool:
        clean = True
        for item in examine(read(data), validate):
            if isinstance(item, JudgedSet):
                clean &= item.judgment.accepted
        return clean

    return work


def acknowledge() -> Work:
    """Read, validate, and write the 997 of each interchange."""
    from gateway.x12.acknowledgment import AcknowledgmentStyle, answers_needed
    from gateway.x12.answer import answering_interchange
    from gateway.x12.envelope import JudgedInterchange, examine
    from gateway.x12.reader import read
    from gateway.x12.validator import validate
    from gateway.x12.writer import write

    def answer(item: JudgedInterchange, number: int) -> bytes:
        groups, style = answers_needed(item.groups), AcknowledgmentStyle()
        made = answering_interchange(
            item, groups, style, ta1=False, number=number, next_group_number=lambda: number, written_at=NOW
        )
        return write(made)

    def work(data: Iterable[bytes]) -> bool:
        clean, numbers = True, count(1)
        for item in examine(read(data), validate):
            if isinstance(item, JudgedInterchange):
                clean &= b"~AK5*R" not in answer(item, next(numbers))
        return clean

    return work


def translate() -> Work:
    """Read, validate, and make the canonical message of each good set."""
    from gateway.configuration import Files, profile_library
    from gateway.x12.envelope import JudgedSet, examine
    from gateway.x12.reader import read
    from gateway.x12.validator import validate

    def work(data: Iterable[bytes]) -> bool:
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

    return work


KINDS: dict[str, Callable[[], Work]] = {
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
    work, path = KINDS[sys.argv[1]](), Path(sys.argv[2])
    settle()
    cpu, wall = time.process_time(), time.perf_counter()
    clean = work(chunks(path))
    took = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "clean": clean}
    print(json.dumps({**took, "memory": peak()}))


if __name__ == "__main__":
    main()
