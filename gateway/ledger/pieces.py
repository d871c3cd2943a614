"""Pieces of work that wait for a transaction. Several may share one: each is kept or undone, and answered, by itself."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gateway.pipeline.ports import UnitOfWork
from gateway.pipeline.task import Task


@dataclass(slots=True, eq=False)
class Piece:
    """One piece of work, who waits for it, and what it came to. It runs in the context of who asked for it."""

    work: Callable[[UnitOfWork], Any]
    future: asyncio.Future[Any]
    task: Task | None = None  # The step whose outcome it is.
    context: contextvars.Context = field(default_factory=contextvars.copy_context)
    result: Any = None
    error: BaseException | None = None

    def run(self, uow: UnitOfWork) -> None:
        """Do the work and keep its result."""
        self.result = self.context.run(self.work, uow)

    def answer(self) -> None:
        """Tell who waits. Whoever has gone away is told nothing; what was committed stays committed."""
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)
