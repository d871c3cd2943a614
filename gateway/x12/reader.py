"""Reads bytes into the parts of interchanges, one transaction set in memory at a time.

Knows envelopes (ISA GS ST SE GE IEA TA1) and nothing of what a set means. Delimiters are read anew at every ISA. Nothing
is skipped: white space and junk between interchanges come out as `Debris`, segments between sets as `Stray` (blank ones too),
and a set whose SE is missing comes out with ``closed=False``. Serves X12.5 and X12.6.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gateway.errors import X12Error
from gateway.x12.buffer import CHUNK, NOISE, Buffer, Limits
from gateway.x12.capitals import TAG, raised_group, raised_interchange
from gateway.x12.delimiters import WINDOW, as_text, read_header
from gateway.x12.model import (
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
from gateway.x12.pieces import BLANK, has_breaks, without_breaks

# Control characters are separators of some. In lower case it takes more to be an ISA than to be a word of some remark.
_ISA = re.compile(r"ISA(?=[^A-Za-z0-9 \t\r\n])|(?<![A-Za-z0-9])isa(?=([^A-Za-z0-9 \t\r\n])[A-Za-z0-9]{2}\1)")
_KEPT = 8  # Bytes that may be the beginning of an ISA.
_MARK = "ï»¿"  # The UTF-8 byte order mark, seen as Latin-1.
_TAGS = ("GS", "ST", "SE", "GE", "IE", "TA")
# A line may break within an identifier, and some write it in lower case: both are said, neither hides a segment.
_ENVELOPE = frozenset(
    {"IS", "is", "BI", "BD", *_TAGS, *map(str.lower, _TAGS), *(tag[0] + end for tag in _TAGS for end in "\r\n")}
)
_FIRST_WINDOW = 1 << 12  # Small interchanges are many; only a long one is worth cutting in large steps.
_WINDOW_AFTER_BINARY = 1 << 8  # More binary data may follow, behind which all would be cut once more.


class Reader:
    """Iterate over the parts of the interchanges in ``chunks``.

    Raises X12Error when there is no ISA at all, when an ISA can't be understood, or over a limit; parts read before are kept.
    """

    def __init__(self, chunks: Iterable[bytes], limits: Limits | None = None) -> None:
        self._buffer = Buffer(chunks, limits or Limits())

    def __iter__(self) -> Iterator[Part]:
        found = False
        while True:
            yield from self._skip_to_isa()
            if not self._buffer.text:
                break
            found = True
            yield from self._interchange()
        if not found:
            raise X12Error("No ISA segment was found: this is not an X12 interchange. Send the file as it was made.")

    def _skip_to_isa(self) -> Iterator[Debris]:
        """Yield what stands before the next ISA, and leave the ISA at the head of the buffer."""
        buffer = self._buffer
        junk_at, junk = buffer.offset, 0
        while True:
            match = _ISA.search(buffer.text)
            if match is None and buffer.fill(len(buffer.text) or 1):
                if len(buffer.text) > buffer.limits.segment_bytes:
                    junk += len(buffer.text) - _KEPT
                    buffer.drop(len(buffer.text) - _KEPT)
                continue
            end = match.start() if match else len(buffer.text)
            text = buffer.text[:end]
            buffer.drop(end)
            if junk + end:
                # Files that were put together have a mark each.
                blank = not junk and not text.replace(_MARK, "").strip(BLANK)
                yield Debris(junk_at, junk + end, text[:80], blank)
            return

    def _interchange(self) -> Iterator[Part]:
        buffer = self._buffer
        buffer.fill(WINDOW - len(buffer.text))
        try:
            header = read_header(buffer.text, 0)
        except X12Error as error:
            error.offset += buffer.offset
            raise
        # No-break spaces stand for blanks in files that went through a word processor.
        values = (without_breaks(as_text(value)).strip(BLANK + "\xa0") for value in header.elements[:15])
        elements, small = raised_interchange((*values, header.elements[15]))
        oddities = (*header.oddities, *((TAG,) if buffer.text[0] == "i" else ()), *small)
        start = InterchangeStart(buffer.offset, header.end, elements, header.delimiters, oddities)
        yield start
        buffer.drop(header.end)
        for count, part in enumerate(_Interchange(buffer, start).parts()):
            if count > buffer.limits.interchange_parts:
                raise X12Error("An interchange holds too many groups and sets. Split it.", offset=part.offset)
            yield part


class _Interchange:
    """Cuts one interchange into groups and sets."""

    def __init__(self, buffer: Buffer, start: InterchangeStart) -> None:
        self.buffer = buffer
        self.start = start
        self.marks = start.delimiters
        self.group: GroupStart | None = None
        self.body: list[str] = []  # The pieces of the open set.
        self.body_at = 0
        self.used = 0
        self.window = _FIRST_WINDOW
        self.done = False

    def parts(self) -> Iterator[Part]:
        while not self.done:
            pieces = self.buffer.take(self.marks, self.window)
            self.window = min(2 * self.window, CHUNK)
            if not pieces:
                yield from self._end(None, self.buffer.offset, 0)
                return
            yield from self._cut(pieces)
            self._check_size()
            self.buffer.drop(self.used)

    def _cut(self, pieces: list[str]) -> Iterator[Part]:
        """Sort ``pieces`` into sets; ``used`` says how many bytes of them are done with."""
        used, step = 0, self.buffer.step
        for piece in pieces:
            tag = piece[:2]
            if tag[:1] <= " ":
                tag = piece.lstrip(BLANK)[:2]
            if tag not in _ENVELOPE and self.body:  # Nearly all of them: this is the hot path.
                self.body.append(piece)
                used += len(piece) + step
                continue
            self.used = used
            at = self.buffer.offset + used
            if tag not in _ENVELOPE:
                yield from self._ordinary(piece, at)
            elif tag in ("BI", "BD"):
                whole = self.buffer.binary(piece, self.marks, used) or piece
                yield from self._ordinary(whole, at)
                if whole != piece:
                    self.used += len(whole) + step
                    self.window = _WINDOW_AFTER_BINARY
                    return  # The data held terminators: the rest is cut anew.
            elif tag in ("IS", "is") and _ISA.match(piece.lstrip(BLANK)):
                yield from self._end(None, at, 0)
                return
            elif tag == "IE" and (glued := self._glued(piece)):
                yield from self._envelope(piece[:glued], at, 0)
                self.used += glued
                return
            else:
                yield from self._envelope(piece, at, step)
            used += len(piece) + step
            if self.done:
                break
        self.used = used

    def _glued(self, piece: str) -> int:
        """Return where in an IEA without terminator the next ISA begins, blanks before it included; 0 where none does."""
        if not piece.lstrip(BLANK).startswith("IEA" + self.marks.element):
            return 0
        match = _ISA.search(piece)
        return len(piece[: match.start()].rstrip(NOISE)) if match else 0

    def _ordinary(self, piece: str, at: int) -> Iterator[Part]:
        if self.body:
            self.body.append(piece)
        elif piece.strip(BLANK):
            yield Stray(at, len(piece) + self.buffer.step, piece.strip(BLANK)[:80], self.start)
        else:
            yield Stray(at, len(piece) + self.buffer.step, "", self.start)

    def _envelope(self, piece: str, at: int, step: int) -> Iterator[Part]:
        """Handle a segment whose first two letters may be those of an envelope segment; ``step`` bytes end it."""
        fields, oddities = self._fields(piece)
        length = len(piece) + step
        match fields[0]:
            case "SE" if self.body:
                self.body.append(piece)
                yield self._close_set(at + length, closed=True)
            case "ST":
                yield from self._break_set(at)
                self.body, self.body_at = [piece], at
            case "GS":
                yield from self._break_group(at)
                elements, small = raised_group(fields[1:])
                self.group = GroupStart(at, length, elements, self.start, (*oddities, *small))
                yield self.group
            case "GE":
                yield from self._break_set(at)
                if self.group is None:
                    yield Stray(at, length, piece.strip(BLANK)[:80], self.start)
                else:
                    yield GroupEnd(at, length, fields[1:], self.group, oddities)
                    self.group = None
            case "IEA":
                yield from self._end(fields[1:], at, length, oddities)
            case "TA1" if not self.body:
                yield InterchangeAcknowledgment(at, length, fields[1:], self.start, oddities)
            case _:
                yield from self._ordinary(piece, at)

    def _fields(self, piece: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the fields of a segment of the envelope, and what is odd about how it is written."""
        text, oddities = piece.strip(BLANK), []
        if has_breaks(text):
            text = without_breaks(text)
            oddities.append("break")
        tag, *values = text.split(self.marks.element)
        if tag.islower():
            oddities.append(TAG)
        return (tag.upper(), *(as_text(value).strip(BLANK) for value in values)), tuple(oddities)

    def _check_size(self) -> None:
        if len(self.body) > self.buffer.limits.set_segments:
            raise X12Error("A transaction set has too many segments. Split it.", offset=self.body_at)

    def _close_set(self, end: int, *, closed: bool) -> TransactionSet:
        self._check_size()
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

    def _end(
        self, fields: tuple[str, ...] | None, at: int, length: int, oddities: tuple[str, ...] = ()
    ) -> Iterator[Part]:
        yield from self._break_group(at)
        yield InterchangeEnd(at, length, fields, self.start, oddities)
        self.done = True


def read(data: bytes | Iterable[bytes], limits: Limits | None = None) -> Iterator[Part]:
    """Read bytes, whole or in chunks, into parts. See `Reader` for what is raised."""
    return iter(Reader([data] if isinstance(data, bytes) else data, limits))
