"""Reads BER front to back from bytes or a binary file, holding one block of it. Knows no structure of any standard.

The reader walks: ``peek`` tells the next tag, ``enter`` and ``leave`` go into a value and out of it, ``element`` takes a small
value into memory, ``octets`` gives a large string in blocks, however it is cut into pieces. Everything else raises MalformedCMS.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from gateway.as2 import der
from gateway.as2.ber import DEPTH, Element, header, malformed

BLOCK = 65536
ELEMENT = 1 << 18  # The largest value that is taken into memory: a certificate, all recipients, all signers.
FEW, SMALL = 100_000, 64  # More values than FEW must have SMALL bytes each on average, or reading them takes too long.
_HEADER = 16  # More than tag and length can take.
_UNBOUNDED = 1 << 62

Source = bytes | BinaryIO


class Stream:
    """A place in a BER message, with the values that it lies in."""

    __slots__ = ("_at", "_base", "_buffer", "_file", "_frames", "_values")

    def __init__(self, source: Source) -> None:
        """Begin at the beginning of bytes, or where a file stands."""
        self._file = None if isinstance(source, bytes) else source
        self._buffer = source if isinstance(source, bytes) else b""
        self._at = self._base = self._values = 0
        self._frames: list[tuple[int, bool]] = [
            (_UNBOUNDED, False)
        ]  # Where the value ends at the latest; whether an END ends it.

    @property
    def position(self) -> int:
        """How many bytes were read."""
        return self._base + self._at

    def _fill(self, size: int) -> None:
        """Have ``size`` bytes at hand, or all there are."""
        missing = self._at + size - len(self._buffer)
        if missing <= 0 or self._file is None:
            return
        pieces = [self._buffer[self._at :]]
        while missing > 0:
            piece = self._file.read(max(BLOCK, missing))
            if not piece:
                break
            pieces.append(piece)
            missing -= len(piece)
        self._base += self._at
        self._at = 0
        self._buffer = b"".join(pieces)

    def _header(self) -> tuple[int, int, int]:
        """Read tag and length of the next value without going there: the tag, the size of both, the size of the body or -1."""
        self._fill(_HEADER)
        self._values += 1
        if self._values > FEW and self._values * SMALL > self.position:
            raise malformed("it is cut into too many pieces")
        bound = self._frames[-1][0]
        tag, body, stop = header(self._buffer, self._at, _UNBOUNDED)
        if body > len(self._buffer) or (body if stop < 0 else stop) + self._base > bound:
            raise malformed("it ends too early")
        return tag, body - self._at, stop - body if stop >= 0 else -1

    def peek(self) -> int | None:
        """Return the tag of the next value, or None when the present value has no more."""
        bound, open_ended = self._frames[-1]
        if self._base + self._at >= bound:
            if open_ended:
                raise malformed("it ends too early")
            return None
        self._fill(2)
        if open_ended and self._buffer[self._at : self._at + 2] == der.END:
            return None
        if self._at >= len(self._buffer):
            if len(self._frames) == 1:
                return None
            raise malformed("it ends too early")
        return (
            header(self._buffer, self._at, _UNBOUNDED)[0]
            if self._buffer[self._at] & 0x1F == 0x1F
            else self._buffer[self._at]
        )

    def enter(self, tag: int, name: str) -> None:
        """Go into the next value, which must have the tag; ``name`` is what the standard calls it."""
        found, size, body = self._header()
        if found != tag:
            raise malformed(f"{name} has tag {found:#x} instead of {tag:#x}")
        self._push(size, body)

    def _push(self, size: int, body: int) -> None:
        if len(self._frames) > DEPTH:
            raise malformed(f"values nest deeper than {DEPTH}")
        self._at += size
        self._frames.append((self._frames[-1][0], True) if body < 0 else (self.position + body, False))

    def leave(self) -> None:
        """Go behind the value that was entered last, over whatever of it was not read."""
        bound, open_ended = self._frames[-1]
        if open_ended:
            while self.peek() is not None:
                self.skip()
            self._at += 2
        else:
            self._pass(bound - self.position)
        self._frames.pop()

    def element(self, limit: int = ELEMENT) -> Element:
        """Take the next value into memory; raises MalformedCMS when it has more than ``limit`` bytes."""
        _tag, size, body = self._header()
        if body > limit:
            raise malformed(f"a value is longer than {limit} bytes")
        self._fill(size + body if body >= 0 else limit)
        end = min(len(self._buffer), self._frames[-1][0] - self._base, self._at + size + limit)
        found = Element(self._buffer, self._at, end)
        self._at = found.end
        return found

    def octets(self, number: int | None = None) -> Iterator[bytes]:
        """Give an OCTET STRING, or one tagged ``[number]`` instead, in blocks; pieces may nest (X.690 8.7.3)."""
        whole = der.OCTETS if number is None else 0x80 | number
        tag, size, body = self._header()
        if tag & ~0x20 != whole:
            raise malformed(f"a string has tag {tag:#x}")
        if tag == whole:
            self._at += size
            yield from self._take(body)
            return
        outside = len(self._frames)
        self._push(size, body)
        while len(self._frames) > outside:
            piece = self.peek()
            if piece is None:
                self.leave()
                continue
            _tag, size, body = self._header()
            if piece == der.OCTETS:
                self._at += size
                yield from self._take(body)
            elif piece == der.OCTETS | 0x20:
                self._push(size, body)
            else:
                raise malformed(f"a piece of a string has tag {piece:#x}")

    def _take(self, size: int) -> Iterator[bytes]:
        """Give the next ``size`` bytes in blocks."""
        while size > 0:
            if self._at >= len(self._buffer):
                if self._file is None:
                    raise malformed("it ends too early")
                self._base += self._at
                self._at = 0
                self._buffer = self._file.read(BLOCK)
                if not self._buffer:
                    raise malformed("it ends too early")
            block = self._buffer[self._at : self._at + min(size, BLOCK)]
            self._at += len(block)
            size -= len(block)
            yield block

    def skip(self) -> None:
        """Go behind the next value."""
        outside = len(self._frames)
        while True:
            if self.peek() is not None:
                _tag, size, body = self._header()
                if body < 0:
                    self._push(size, body)
                else:
                    self._at += size
                    self._pass(body)
            elif len(self._frames) > outside:
                self._at += 2  # Only values of indefinite length are gone into here.
                self._frames.pop()
            else:
                raise malformed("it ends too early")
            if len(self._frames) == outside:
                return

    def _pass(self, size: int) -> None:
        """Go ``size`` bytes ahead: by seeking when the file can, so that a large value costs nothing."""
        at_hand = len(self._buffer) - self._at
        if size > at_hand + BLOCK and self._file is not None and self._file.seekable():
            here = self._file.tell()
            if self._file.seek(0, 2) - here < size - at_hand:
                raise malformed("it ends too early")
            self._file.seek(here + size - at_hand)
            self._base += self._at + size
            self._at, self._buffer = 0, b""
            return
        for _block in self._take(size):
            pass
