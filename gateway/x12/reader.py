"""Reads bytes into the parts of interchanges, one transaction set in memory at a time.

Knows envelopes (ISA GS ST SE GE IEA TA1) and nothing of what a set means. Delimiters are read anew at every ISA. Nothing
is skipped: white space and junk between interchanges come out as `Debris`, segments between sets as `Stray`, and a set whose
SE is missing comes out with ``closed=False``. Serves X12.5 and X12.6.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gateway.errors import X12Error
from gateway.x12.delimiters import WINDOW, Delimiters, Header, read_header
from gateway.x12.model import (
    BLANK,
    Debris,
    GroupEnd,
    GroupStart,
    InterchangeAcknowledgment,
    InterchangeEnd,
    InterchangeStart,
    Part,
    Stray,
    TransactionSet,
)

_ISA = re.compile(r"ISA(?=[^A-Za-z0-9\s])")
_MARK = "ï»¿"  # The UTF-8 byte order mark, seen as Latin-1.
_ENVELOPE = frozenset({"IS", "GS", "ST", "SE", "GE", "IE", "TA", "BI", "BD"})
CHUNK = 1 << 16
_FIRST_WINDOW = 1 << 12  # Small interchanges are many; only a long one is worth cutting in large steps.
_BINARY_LENGTH_AT = {"BIN": 1, "BDS": 2}  # Which element says how many bytes of data follow it.


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what is kept in memory."""

    segment_bytes: int = 1 << 20
    set_segments: int = 2_000_000
    binary_bytes: int = 64 << 20


class Reader:
    """Iterate over the parts of the interchanges in ``chunks``.

    Raises X12Error when there is no ISA at all, when an ISA can't be understood, or over a limit; parts read before are kept.
    """

    def __init__(self, chunks: Iterable[bytes], limits: Limits | None = None) -> None:
        self._chunks = iter(chunks)
        self._limits = limits or Limits()
        self._text = ""  # Not yet consumed, as Latin-1.
        self._at = 0  # Offset of its first byte.
        self.step = 1

    def __iter__(self) -> Iterator[Part]:
        found = False
        while True:
            yield from self._skip_to_isa()
            if not self._text:
                break
            found = True
            yield from self._interchange()
        if not found:
            raise X12Error("No ISA segment was found: this is not an X12 interchange. Send the file as it was made.")

    # Input

    def _fill(self) -> bool:
        """Append the next chunk; tell whether there was one."""
        for chunk in self._chunks:
            if chunk:
                self._text += chunk.decode("latin-1")
                return True
        return False

    def _drop(self, count: int) -> None:
        self._text = self._text[count:]
        self._at += count

    # Between interchanges

    def _skip_to_isa(self) -> Iterator[Debris]:
        """Yield what stands before the next ISA, and leave the ISA at the head of the buffer."""
        junk_at, junk = self._at, 0
        while True:
            match = _ISA.search(self._text)
            if match is None and self._fill():
                if len(self._text) > self._limits.segment_bytes:
                    junk += len(self._text) - 4
                    self._drop(len(self._text) - 4)
                continue
            end = match.start() if match else len(self._text)
            text = self._text[:end]
            self._drop(end)
            if junk + end:
                blank = not junk and not text.removeprefix(_MARK if junk_at == 0 else "").strip(BLANK)
                yield Debris(junk_at, junk + end, text[:80], blank)
            return

    def _header(self) -> Header:
        while len(self._text) < WINDOW and self._fill():
            pass
        try:
            return read_header(self._text, 0)
        except X12Error as error:
            error.offset += self._at
            raise

    # Within an interchange

    def _interchange(self) -> Iterator[Part]:
        header = self._header()
        # No-break spaces, one byte or two, stand for blanks in files that went through a word processor.
        elements = (*(value.strip(BLANK + "\xa0\xc2") for value in header.elements[:15]), header.elements[15])
        start = InterchangeStart(self._at, header.end, elements, header.delimiters, header.oddities)
        yield start
        self._drop(header.end)
        yield from _Interchange(self, start).parts()

    def take(self, marks: Delimiters, window: int) -> list[str]:
        """Return complete pieces from about the next ``window`` bytes without consuming them; none at the end of the data.

        ``step`` says afterwards how many bytes of terminator follow each piece: none behind an unterminated last one.
        """
        self.step = len(marks.segment)
        scanned = 0
        while (found := self._text.find(marks.segment, scanned)) < 0:
            scanned = max(0, len(self._text) - self.step + 1)
            if len(self._text) > self._limits.segment_bytes:
                raise X12Error(
                    f"A segment is longer than {self._limits.segment_bytes} bytes. Check its terminator.",
                    offset=self._at,
                )
            if not self._fill():
                # The last segment may lack its terminator: many files end that way.
                last = self._text.rstrip(BLANK + "\x1a\0")
                self.step = 0
                return [last] if last else []
        cut = max(found, self._text.rfind(marks.segment, 0, window))
        return self._text[:cut].split(marks.segment)

    def consume(self, count: int) -> None:
        """Drop ``count`` bytes."""
        self._drop(count)

    @property
    def offset(self) -> int:
        """Offset of the first byte not consumed."""
        return self._at

    def binary(self, piece: str, marks: Delimiters, before: int) -> str | None:
        """Return the whole BIN or BDS segment that begins ``before`` bytes into the buffer, or None when it is no such one.

        Its length element counts the data bytes, in which terminators are allowed.
        """
        place = _BINARY_LENGTH_AT.get(piece.lstrip(BLANK)[:3])
        fields = piece.split(marks.element, (place or 0) + 1)
        if place is None or len(fields) < place + 2 or not fields[place].isdigit():
            return None
        size = int(fields[place])
        if size > self._limits.binary_bytes:
            raise X12Error(f"Binary data of {size} bytes are over the bound.", offset=self._at + before)
        whole = sum(len(part) + len(marks.element) for part in fields[: place + 1]) + size
        while len(self._text) < before + whole + len(marks.segment) and self._fill():
            pass
        if self._text[before + whole :].startswith(marks.segment):
            return self._text[before : before + whole]
        return None  # The length is wrong: read it like any segment, and let the validator say so.

    @property
    def set_segments(self) -> int:
        """The bound on segments in a set."""
        return self._limits.set_segments


class _Interchange:
    """Cuts one interchange into groups and sets."""

    def __init__(self, reader: Reader, start: InterchangeStart) -> None:
        self.reader = reader
        self.start = start
        self.marks = start.delimiters
        self.group: GroupStart | None = None
        self.body: list[str] = []  # The pieces of the open set.
        self.body_at = 0
        self.used = 0
        self.done = False

    def parts(self) -> Iterator[Part]:
        window = _FIRST_WINDOW
        while not self.done:
            pieces = self.reader.take(self.marks, window)
            window = min(2 * window, CHUNK)
            if not pieces:
                yield from self._end(None, self.reader.offset, 0)
                return
            yield from self._cut(pieces)
            if len(self.body) > self.reader.set_segments:
                raise X12Error("A transaction set has too many segments. Split it.", offset=self.body_at)
            self.reader.consume(self.used)

    def _cut(self, pieces: list[str]) -> Iterator[Part]:
        """Sort ``pieces`` into sets; ``used`` says how many bytes of them are done with."""
        self.used = 0
        for piece in pieces:
            at = self.reader.offset + self.used
            tag = piece[:2] if piece[:2] in _ENVELOPE else piece.lstrip(BLANK)[:2]
            if tag not in _ENVELOPE:
                if self.body:
                    self.body.append(piece)
                else:
                    yield from self._ordinary(piece, at)
            elif tag in ("BI", "BD"):
                whole = self.reader.binary(piece, self.marks, self.used) or piece
                yield from self._ordinary(whole, at)
                if whole != piece:
                    self.used += len(whole) + self.reader.step
                    return  # The data held terminators: the rest is cut anew.
            elif _ISA.match(piece.lstrip(BLANK)):
                yield from self._end(None, at, 0)
                return
            else:
                yield from self._envelope(piece, at)
            self.used += len(piece) + self.reader.step
            if self.done:
                return

    def _ordinary(self, piece: str, at: int) -> Iterator[Part]:
        if self.body:
            self.body.append(piece)
        elif piece.strip(BLANK):
            yield Stray(at, len(piece) + self.reader.step, piece.strip(BLANK)[:80], self.start)
        else:
            yield Debris(at, len(piece) + self.reader.step, "", True)

    def _envelope(self, piece: str, at: int) -> Iterator[Part]:
        """Handle a segment whose first two letters may be those of an envelope segment."""
        fields = tuple(value.strip(BLANK) for value in piece.strip(BLANK).split(self.marks.element))
        length = len(piece) + self.reader.step
        match fields[0]:
            case "SE" if self.body:
                self.body.append(piece)
                yield self._close_set(at + length, closed=True)
            case "ST":
                yield from self._break_set(at)
                self.body, self.body_at = [piece], at
            case "GS":
                yield from self._break_group(at)
                self.group = GroupStart(at, length, fields[1:], self.start)
                yield self.group
            case "GE":
                yield from self._break_set(at)
                if self.group is None:
                    yield Stray(at, length, piece.strip(BLANK)[:80], self.start)
                else:
                    yield GroupEnd(at, length, fields[1:], self.group)
                    self.group = None
            case "IEA":
                yield from self._end(fields[1:], at, length)
            case "TA1" if not self.body:
                yield InterchangeAcknowledgment(at, length, fields[1:], self.start)
            case _:
                yield from self._ordinary(piece, at)

    def _close_set(self, end: int, *, closed: bool) -> TransactionSet:
        done = TransactionSet(self.body_at, end - self.body_at, self.body, self.start, self.group, closed)
        self.body = []
        return done

    def _break_set(self, at: int) -> Iterator[Part]:
        if self.body:
            yield self._close_set(at, closed=False)

    def _break_group(self, at: int) -> Iterator[Part]:
        yield from self._break_set(at)
        if self.group is not None:
            yield GroupEnd(at, 0, None, self.group)
            self.group = None

    def _end(self, fields: tuple[str, ...] | None, at: int, length: int) -> Iterator[Part]:
        yield from self._break_group(at)
        yield InterchangeEnd(at, length, fields, self.start)
        self.done = True


def read(data: bytes | Iterable[bytes], limits: Limits | None = None) -> Iterator[Part]:
    """Read bytes, whole or in chunks, into parts. See `Reader` for what is raised."""
    chunks = (data[at : at + CHUNK] for at in range(0, len(data), CHUNK)) if isinstance(data, bytes) else data
    return iter(Reader(chunks, limits))
