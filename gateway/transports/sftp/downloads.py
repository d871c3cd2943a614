"""Bytes on their way out: read in any order, and noted, so that a fetched file is told from one that was looked into."""

from __future__ import annotations

import errno
import os
from typing import Protocol

from gateway.transports.sftp.uploads import Ranges

_AHEAD = 1 << 20  # One look into the vault serves many requests: clients ask for 32 KB at a time.


class Content(Protocol):
    """Kept bytes that can be read piece by piece."""

    size: int

    async def read(self, offset: int, size: int) -> bytes:
        """Return some bytes."""


class Download:
    """An open file of which nothing can be changed."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.size = content.size
        self._given = Ranges()
        self._ahead = b""
        self._ahead_at = 0

    async def read(self, offset: int, size: int) -> bytes:
        """Return the bytes at a place; none behind the end."""
        if offset >= self.size:
            return b""
        size = min(size, self.size - offset)
        begin = offset - self._ahead_at
        if not (begin >= 0 and begin + size <= len(self._ahead)):
            self._ahead = await self.content.read(offset, max(size, _AHEAD))
            self._ahead_at, begin = offset, 0
        data = self._ahead[begin : begin + size]
        self._given.add(offset, offset + len(data))
        return data

    @property
    def complete(self) -> bool:
        """Whether every byte was given."""
        return self._given.covers(self.size)


def without_holes(size: int, offset: int, whence: int) -> int:
    """Say where data are: asyncssh seeks so when a client asks for the holes of a file. There are none."""
    if offset >= size:
        raise OSError(errno.ENXIO, "there is nothing behind the end")
    return size if whence == os.SEEK_HOLE else offset
