"""A stretch of bytes in memory or in a seekable binary file, which can be cut further without copying. Knows no format."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO, cast

BLOCK = 65536


class Slice:
    """Bytes ``start`` to ``end`` of ``source``. The source must stay open and unchanged while the slice is in use.

    Every read seeks first, so that several slices may share one file; but not several threads.
    """

    __slots__ = ("_source", "end", "start")

    def __init__(self, source: bytes | BinaryIO, start: int = 0, end: int | None = None) -> None:
        self._source = source
        self.start = start
        if end is None:
            end = len(source) if isinstance(source, bytes) else source.seek(0, 2)
        self.end = max(start, end)

    def __len__(self) -> int:
        return self.end - self.start

    def part(self, start: int, end: int | None = None) -> Slice:
        """Return bytes ``start`` to ``end`` of this slice as a slice of its own."""
        stop = self.end if end is None else min(self.end, self.start + end)
        return Slice(self._source, min(self.start + start, self.end), stop)

    def at(self, offset: int, size: int) -> bytes:
        """Return up to ``size`` bytes from ``offset``; fewer where the slice ends, none beyond it."""
        first = self.start + offset
        size = min(size, self.end - first)
        if size <= 0:
            return b""
        if isinstance(self._source, bytes):
            return self._source[first : first + size]
        self._source.seek(first)
        found = self._source.read(size)
        while len(found) < size:
            more = self._source.read(size - len(found))
            if not more:
                break
            found += more
        return found

    def read(self) -> bytes:
        """Return all of it; for what is known to be small."""
        return self.at(0, len(self))

    def chunks(self, size: int = BLOCK) -> Iterator[bytes]:
        """Give all of it in blocks of ``size`` bytes."""
        if isinstance(self._source, bytes) and len(self) <= size:
            if len(self):
                yield self.at(0, len(self))
            return
        for offset in range(0, len(self), size):
            yield self.at(offset, size)

    def source(self, in_memory: int = BLOCK) -> bytes | BinaryIO:
        """Return it as bytes when it has at most ``in_memory`` of them or lies in memory, else as a file of its own."""
        if isinstance(self._source, bytes) or len(self) <= in_memory:
            return self.read()
        return cast(BinaryIO, _File(self))

    def find(self, needle: bytes, offset: int = 0) -> int:
        """Return where ``needle`` begins at or behind ``offset``, or -1."""
        if isinstance(self._source, bytes):
            found = self._source.find(needle, self.start + offset, self.end)
            return found - self.start if found >= 0 else -1
        while offset + len(needle) <= len(self):
            window = self.at(offset, BLOCK + len(needle) - 1)
            found = window.find(needle)
            if found >= 0:
                return offset + found
            offset += BLOCK
        return -1


class _File(io.RawIOBase):
    """A slice as a file that begins at 0."""

    def __init__(self, of: Slice) -> None:
        self._slice, self._at = of, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = max(0, offset + (0, self._at, len(self._slice))[whence])
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        found = self._slice.at(self._at, len(self._slice) if size is None or size < 0 else size)
        self._at += len(found)
        return found
