"""What the worker asks of whoever knows what is due."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from gateway.pipeline.task import Task


class Queue(Protocol):
    """Hands out what is due: each step to one worker at a time, of a lane only the first."""

    async def run(self, work: Callable[[Task], Awaitable[None]]) -> None:
        """Hand steps to ``work``, several at a time, until `stop`; then let what runs come to its end."""

    def wake(self, tasks: Sequence[Task]) -> None:
        """Take over steps that were just committed in this process."""

    def stop(self) -> None:
        """Hand out no further step."""

    @property
    def busy(self) -> int:
        """How many steps run or wait in memory."""
