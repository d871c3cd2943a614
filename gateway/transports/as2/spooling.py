"""Places for large bodies that are closed at the end of what they were made for, and not when somebody happens to look."""

from __future__ import annotations

from types import TracebackType
from typing import BinaryIO

from gateway.as2.content import NewSpool


class Spools:
    """Makes spools within a ``with`` statement, and closes them behind it."""

    def __init__(self, new_spool: NewSpool) -> None:
        self._new_spool = new_spool
        self._made: list[BinaryIO] = []

    def __call__(self) -> BinaryIO:
        """Make one."""
        made = self._new_spool()
        self._made.append(made)
        return made

    def __enter__(self) -> Spools:
        """Begin."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Close what was made."""
        for each in self._made:
            each.close()
