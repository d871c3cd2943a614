"""Bytes on their way: put together from pieces without copying, or gathered in memory and, once large, in a spool."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, cast

from gateway.as2.errors import AS2Error, MalformedMIME
from gateway.as2.slices import BLOCK, Slice
from gateway.as2.transfer import base64_length, to_base64

IN_MEMORY = 1 << 18  # What is gathered beyond this goes into a spool.

# Makes an empty binary file that can be read, written and sought in, such as tempfile.SpooledTemporaryFile.
NewSpool = Callable[[], BinaryIO]


class Base64:
    """A slice that is written as base64, in lines of 76 characters with CRLF."""

    __slots__ = ("data",)

    def __init__(self, data: Slice) -> None:
        self.data = data

    def __len__(self) -> int:
        return base64_length(len(self.data))

    def chunks(self) -> Iterator[bytes]:
        """Give the text in blocks."""
        return to_base64(self.data.chunks())


Piece = bytes | Slice | Base64


class Content:
    """Pieces in order, which can be given as often as wanted; ``len`` is the number of bytes."""

    __slots__ = ("pieces",)

    def __init__(self, *pieces: Piece) -> None:
        self.pieces: tuple[Piece, ...] = pieces

    def __len__(self) -> int:
        return sum(map(len, self.pieces))

    def chunks(self) -> Iterator[bytes]:
        """Give all bytes in blocks."""
        for piece in self.pieces:
            if isinstance(piece, bytes):
                yield piece
            else:
                yield from piece.chunks()

    def read(self) -> bytes:
        """Return all bytes; for what is known to be small."""
        return b"".join(self.chunks())

    def source(self) -> bytes | BinaryIO:
        """Return it as bytes when it is small, else as a file that can be read once from front to back."""
        return self.read() if len(self) <= BLOCK else cast(BinaryIO, _Reading(self.chunks()))

    def compact(self) -> Content:
        """Return it as one piece in memory when it is small, so that giving it again costs nothing."""
        return Content(self.read()) if len(self) <= BLOCK else self


class _Reading(io.RawIOBase):
    """Blocks as a file."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._rest = chunks, b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Give a block as it comes, or the part of it that was asked for: who reads a file must take fewer bytes as well."""
        if size is None or size < 0:
            taken = b"".join((self._rest, *self._chunks))
            self._rest = b""
            return taken
        while not self._rest:
            following = next(self._chunks, None)
            if following is None:
                return b""
            self._rest = following
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken


class Sink:
    """Takes bytes, in memory while they are few, else in a spool; ``gathered`` gives them back as a slice.

    Raises ``error`` from ``write`` when more than ``limit`` bytes come.
    """

    def __init__(self, new_spool: NewSpool, limit: int, error: type[AS2Error] = MalformedMIME) -> None:
        self._new_spool, self._limit, self._error = new_spool, limit, error
        self._pieces: list[bytes] = []
        self._spool: BinaryIO | None = None
        self._size = 0

    @property
    def file(self) -> BinaryIO:
        """Itself as a file that can be written, which is all that is asked of one here."""
        return cast(BinaryIO, self)

    def write(self, data: bytes) -> int:
        """Take some bytes."""
        self._size += len(data)
        if self._size > self._limit:
            raise self._error(f"It grows beyond {self._limit} bytes. Ask for smaller messages, or allow larger ones.")
        if self._spool is None and self._size > IN_MEMORY:
            self._spool = self._new_spool()
            self._spool.write(b"".join(self._pieces))
            self._pieces.clear()
        if self._spool is None:
            self._pieces.append(data)
        else:
            self._spool.write(data)
        return len(data)

    def take(self, chunks: Iterable[bytes]) -> Slice:
        """Take every block and return all that was gathered."""
        for chunk in chunks:
            self.write(chunk)
        return self.gathered()

    def gathered(self) -> Slice:
        """Return what was written."""
        if self._spool is None:
            return Slice(b"".join(self._pieces))
        return Slice(self._spool, 0, self._size)
