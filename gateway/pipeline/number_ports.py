"""What the pipeline asks of the ledger about control numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from gateway.pipeline.task import Task


class NumberGiving(Protocol):
    """The part of a transaction that gives numbers: no gap, and no number twice."""

    def next_number(self, name: str, first: int, last: int) -> int:
        """Return the next number of the sequence ``name``; after ``last`` comes ``first``."""

    def do_last(self, name: str, work: Callable[[], list[Task]], following: list[Task]) -> None:
        """Do ``work`` at the end of the transaction; the steps that it returns become due, and are appended to ``following``.

        Until the commit nobody else gets a number of a sequence of which one was taken. So whoever needs numbers takes them last,
        and of several sequences in the order of ``name``, which keeps two transactions from waiting for one another.
        """
