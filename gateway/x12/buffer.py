"""Holds the bytes of a transmission that are not yet consumed, and cuts them at terminators.

Text is Latin-1 here: one character is one byte. Knows no segment but those of binary data, whose length rules. Serves X12.6.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.errors import X12Error
from gateway.x12.delimiters import WINDOW, Delimiters
from gateway.x12.model import whole_number
from gateway.x12.pieces import BINARY_LENGTH_AT, BLANK, split_binary

CHUNK = 1 << 16
NOISE = BLANK + "\x1a\0"  # What old systems put behind the end of a file, the end mark of CP/M included.


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what is kept in memory."""

    segment_bytes: int = 1 << 20
    set_segments: int = 2_000_000
    binary_bytes: int = 64 << 20
    interchange_parts: int = 250_000  # Groups, sets, TA1s and stray segments: whoever judges keeps a verdict on each.


class Buffer:
    """``text`` is what was filled and not dropped; ``offset`` is where it begins in the data."""

    def __init__(self, chunks: Iterable[bytes], limits: Limits) -> None:
        self._chunks = (some[at : at + CHUNK] for some in chunks for at in range(0, len(some), CHUNK))
        self.limits = limits
        self.text = ""
        self.offset = 0
        self.step = 1

    def fill(self, wanted: int = 1) -> bool:
        """Append chunks until ``wanted`` more bytes are there; tell whether there were any."""
        made: list[str] = []
        while wanted > 0:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            made.append(chunk.decode("latin-1"))
            wanted -= len(chunk)
        self.text = "".join([self.text, *made])
        return bool(made)

    def drop(self, count: int) -> None:
        """Consume ``count`` bytes."""
        self.text = self.text[count:]
        self.offset += count

    def take(self, marks: Delimiters, window: int) -> list[str]:
        """Return complete pieces from about the next ``window`` bytes without consuming them; none at the end of the data.

        ``step`` says afterwards how many bytes of terminator follow each piece: none behind an unterminated last one.
        """
        self.step = len(marks.segment)
        scanned = 0
        while (found := self.text.find(marks.segment, scanned)) < 0:
            scanned = max(0, len(self.text) - self.step + 1)
            if len(self.text) > self.limits.segment_bytes:
                self._check_length(len(self.text), marks)
            if not self.fill(
                len(self.text) or 1
            ):  # Twice as much each time, so that a long segment is not copied often.
                # The last segment may lack its terminator: many files end that way.
                last = self.text.rstrip(NOISE)
                self.step = 0
                return [last] if last else []
        if found > self.limits.segment_bytes:
            self._check_length(found, marks)
        cut = max(found, self.text.rfind(marks.segment, 0, min(window, self.limits.segment_bytes)))
        return self.text[:cut].split(marks.segment)

    def _check_length(self, length: int, marks: Delimiters) -> None:
        """Raise X12Error when ``length`` is over the bound for the segment at the head of the buffer."""
        bound = self.limits.segment_bytes
        size = _binary_size(split_binary(self.text[:WINDOW].lstrip(BLANK), marks.element))
        if size is not None:
            bound = max(bound, min(size, self.limits.binary_bytes) + WINDOW)
        if length > bound:
            raise X12Error(f"A segment is longer than {bound} bytes. Check its terminator.", offset=self.offset)

    def binary(self, piece: str, marks: Delimiters, before: int) -> str | None:
        """Return the whole BIN or BDS segment that begins ``before`` bytes into the buffer, or None when it is no such one.

        Its length element counts the data bytes, in which terminators are allowed.
        """
        fields = split_binary(piece.lstrip(BLANK), marks.element)
        size = _binary_size(fields)
        if fields is None or size is None:
            return None
        if size > self.limits.binary_bytes:
            raise X12Error(f"Binary data of {size} bytes are over the bound.", offset=self.offset + before)
        whole = len(piece) - len(fields[-1]) + size
        self.fill(before + whole + len(marks.segment) - len(self.text))
        if self.text.startswith(marks.segment, before + whole):
            return self.text[before : before + whole]
        return None  # The length is wrong: read it like any segment, and let the validator say so.


def _binary_size(fields: list[str] | None) -> int | None:
    """Return how many bytes of data a binary segment announces."""
    if fields is None or len(fields) < BINARY_LENGTH_AT[fields[0]] + 2:
        return None
    return whole_number(fields[-2])
