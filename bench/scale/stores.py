"""What the parts share: the databases that are measured, and the CPU time of processes."""

import os
import sys
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg

from tests.support.postgres_keeper import Server


@dataclass
class Bench:
    """What was asked for, and the server of PostgreSQL."""

    server: Server
    documents: int
    turns: int
    rate: int
    sizes: list[int]
    due: int
    _names: "count[int]" = field(default_factory=count)

    def new_database(self) -> str:
        """Make a database on the server; return its URL."""
        name = f"bench{next(self._names)}"
        with psycopg.connect(f"{self.server.url}/postgres", autocommit=True) as connection:
            connection.execute(f"create database {name}")
        return f"{self.server.url}/{name}"

    def drop(self, url: str) -> None:
        """Give the room of a database back."""
        with psycopg.connect(f"{self.server.url}/postgres", autocommit=True) as connection:
            connection.execute(f"drop database {url.rpartition('/')[2]} with (force)")


def say(text: str) -> None:
    """Tell a person who waits what is going on."""
    print(text, file=sys.__stderr__, flush=True)


def cpu_of(process: int, *, children: bool = False) -> float:
    """Return the CPU seconds of a process; with ``children`` those of its children too, also of those that have ended."""
    ticks = _ticks(process, ended=children)
    if children:
        listed = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
        ticks += sum(_ticks(int(child), ended=False) for child in listed.split())
    return ticks / os.sysconf("SC_CLK_TCK")


def _ticks(process: int, *, ended: bool) -> int:
    try:
        text = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return 0  # It has just ended, and its parent will say so.
    fields = text.rpartition(")")[2].split()
    return sum(int(each) for each in fields[11 : 15 if ended else 13])


def peak_memory(process: int) -> int:
    """Return the most memory in MB that a process had at once."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    raise OSError("no VmHWM in /proc")
