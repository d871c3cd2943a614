"""Bytes of one file on their way in, written in any order: in memory while small, then in a file of our own.

Which bytes came is noted: a file with a gap in it is never taken for complete. Knows neither partner nor protocol.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

from gateway.errors import Conflict, TooLarge

SMALL = 64 << 10
_CHUNK = 1 << 20


class Ranges:
    """Which bytes there are, as ranges that don't touch. Most files have one."""

    def __init__(self, end: int = 0) -> None:
        self._ranges: list[tuple[int, int]] = [(0, end)] if end else []

    def add(self, begin: int, end: int) -> None:
        """Add the bytes from ``begin`` to before ``end``."""
        if begin >= end:
            return
        if self._ranges and self._ranges[-1][1] == begin:
            self._ranges[-1] = (self._ranges[-1][0], end)
            return
        apart = [each for each in self._ranges if each[1] < begin or each[0] > end]
        touching = [each for each in self._ranges if not (each[1] < begin or each[0] > end)]
        joined = (min([begin, *(a for a, _ in touching)]), max([end, *(b for _, b in touching)]))
        self._ranges = sorted([*apart, joined])

    def cut(self, size: int) -> None:
        """Forget what lies behind ``size``."""
        self._ranges = [(begin, min(end, size)) for begin, end in self._ranges if begin < size]

    def covers(self, size: int) -> bool:
        """Tell whether every byte before ``size`` is there."""
        return size == 0 or self.first_gap >= size

    @property
    def first_gap(self) -> int:
        """Where the first byte is missing."""
        return self._ranges[0][1] if self._ranges and self._ranges[0][0] == 0 else 0

    def __len__(self) -> int:
        return len(self._ranges)


_MOST_RANGES = 10_000  # Whoever leaves more gaps than that sends no file.


class Upload:
    """One file that is written. ``path`` is where it lies once it is large or has to outlive its connection."""

    def __init__(self, path: Path, limit: int) -> None:
        self.path = path
        self.size = 0
        self.problem = ""
        self.replaced = False
        self._limit = limit
        self._memory: bytearray | None = bytearray()
        self._file = -1
        self._there = Ranges()
        self._hash = hashlib.sha256()
        self._hashed = 0

    @classmethod
    def found(cls, path: Path, limit: int) -> Upload:
        """Go on with a file that lies at ``path`` since earlier."""
        made = cls(path, limit)
        made._memory = None
        made.size = path.lstat().st_size
        made._there = Ranges(made.size)
        return made

    def write(self, offset: int, data: bytes) -> int:
        """Put bytes at a place; return by how many the file grew. Raises TooLarge, Conflict and OSError."""
        end = offset + len(data)
        if self.replaced:
            raise Conflict("Another connection has begun this file anew. Upload it again under a name of its own.")
        if end > self._limit:
            self.problem = f"it is larger than the bound of {self._limit} bytes"
            raise TooLarge(f"The file is larger than the bound of {self._limit} bytes. Split it, or ask for more.")
        try:
            self._put(offset, data, end)
        except OSError as error:
            self.problem = f"a part of it could not be stored ({error.strerror})"
            raise
        self._there.add(offset, end)
        if len(self._there) > _MOST_RANGES:
            self.problem = "it has too many gaps"
            raise TooLarge("The file has too many gaps. Write it from its beginning to its end.")
        if offset == self._hashed:
            self._hash.update(data)
            self._hashed = end
        elif offset < self._hashed:
            self._hashed = -1  # Something was written anew: what was hashed no longer counts.
        grown = max(end - self.size, 0)
        self.size += grown
        return grown

    def _put(self, offset: int, data: bytes, end: int) -> None:
        if self._memory is not None and end > SMALL:
            self.spill()
        if self._memory is None:
            view = memoryview(data)
            while view:
                written = os.pwrite(self._handle(), view, offset)
                view, offset = view[written:], offset + written
        else:
            if offset > len(self._memory):
                self._memory.extend(bytes(offset - len(self._memory)))
            self._memory[offset:end] = data

    def spill(self) -> None:
        """Let the bytes lie in a file from now on."""
        if self._memory is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        try:
            view = memoryview(bytes(self._memory))
            while view:
                view = view[os.write(file, view) :]
        except OSError:
            os.close(file)
            self.path.unlink(missing_ok=True)
            raise
        self._file, self._memory = file, None

    def _handle(self) -> int:
        """Return the open file; it is opened again after a rest."""
        if self._file < 0:
            self._file = os.open(self.path, os.O_RDWR | os.O_NOFOLLOW)
        return self._file

    def rest(self) -> None:
        """Hold no file open while nobody writes."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def move(self, path: Path) -> None:
        """Let the file lie somewhere else."""
        if self._memory is None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.path.rename(path)
        self.path = path

    def truncate(self, size: int) -> int:
        """Cut or lengthen the file; return by how many bytes it grew (less than 0 where it was cut)."""
        if size > self._limit:
            raise TooLarge(f"The file is larger than the bound of {self._limit} bytes. Split it, or ask for more.")
        if self._memory is not None and size <= SMALL:
            self._memory[size:] = bytes(max(size - len(self._memory), 0))
        else:
            self.spill()
            os.ftruncate(self._handle(), size)
        self._there.cut(size)
        if self._hashed > size:
            self._hashed = -1
        grown, self.size = size - self.size, size
        return grown

    def read(self, offset: int, size: int) -> bytes:
        """Return bytes that were written."""
        if self._memory is not None:
            return bytes(self._memory[offset : offset + size])
        return os.pread(self._handle(), size, offset)

    def sync(self) -> None:
        """Make the bytes durable. Blocks: call it in a thread."""
        if self._memory is None:
            os.fsync(self._handle())

    @property
    def gap(self) -> int | None:
        """Where the first byte is missing; None when all are there."""
        return None if self._there.covers(self.size) else self._there.first_gap

    def digest(self) -> str:
        """Return the SHA-256. It was made on the way when the bytes came in their order; else this blocks."""
        if self._hashed == self.size:
            return self._hash.hexdigest()
        made, offset = hashlib.sha256(), 0
        while chunk := self.read(offset, _CHUNK):
            made.update(chunk)
            offset += len(chunk)
        return made.hexdigest()

    def close(self, *, keep: bool) -> None:
        """Let go of the file, and take it away unless it is kept."""
        self.rest()
        if self._memory is None and not keep and not self.replaced:
            with contextlib.suppress(OSError):
                self.path.unlink(missing_ok=True)
