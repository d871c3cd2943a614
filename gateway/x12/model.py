"""What the reader yields: the parts of an interchange in the order in which they stand.

Every part says where it begins and how many bytes it takes; the lengths of all parts add up to the bytes read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from gateway.x12.delimiters import Delimiters
from gateway.x12.pieces import BINARY_LENGTH_AT, BLANK, Segments, line_breaks, split_binary, split_pieces

__all__ = [
    "BINARY_LENGTH_AT",
    "BLANK",
    "Debris",
    "GroupEnd",
    "GroupStart",
    "InterchangeAcknowledgment",
    "InterchangeEnd",
    "InterchangeStart",
    "Part",
    "Segments",
    "Stray",
    "TransactionSet",
    "element",
    "same_number",
    "split_binary",
    "whole_number",
]


@dataclass(slots=True)
class InterchangeStart:
    """An ISA: its 16 elements (blanks trimmed), the delimiters and what is odd about it."""

    offset: int
    length: int
    elements: tuple[str, ...]
    delimiters: Delimiters
    oddities: tuple[str, ...] = ()

    @property
    def sender(self) -> tuple[str, str]:
        """Qualifier and id of the sender (ISA05, ISA06)."""
        return self.elements[4], self.elements[5]

    @property
    def receiver(self) -> tuple[str, str]:
        """Qualifier and id of the receiver (ISA07, ISA08)."""
        return self.elements[6], self.elements[7]

    @property
    def version(self) -> str:
        """ISA12."""
        return self.elements[11]

    @property
    def control_number(self) -> str:
        """ISA13."""
        return self.elements[12]

    @property
    def wants_acknowledgment(self) -> bool:
        """Whether ISA14 asks for a TA1."""
        return self.elements[13] == "1"

    @property
    def usage(self) -> str:
        """ISA15: P production, T test, I information."""
        return self.elements[14]


@dataclass(slots=True)
class GroupStart:
    """A GS: its elements without the identifier. ``oddities`` name what is odd about how it is written."""

    offset: int
    length: int
    elements: tuple[str, ...]
    interchange: InterchangeStart
    oddities: tuple[str, ...] = ()

    def element(self, number: int) -> str:
        """Return GSnn, empty where absent."""
        return self.elements[number - 1] if len(self.elements) >= number else ""

    @property
    def functional_id(self) -> str:
        """GS01."""
        return self.element(1)

    @property
    def control_number(self) -> str:
        """GS06."""
        return self.element(6)

    @property
    def version(self) -> str:
        """GS08, such as ``004010VICS``."""
        return self.element(8)


@dataclass(slots=True)
class TransactionSet:
    """One transaction set, ST to SE, as raw pieces between terminators (Latin-1, noise included).

    ``closed`` is False when its SE is missing. ``group`` is None for a set outside of any group.
    """

    offset: int
    length: int
    pieces: list[str]
    interchange: InterchangeStart
    group: GroupStart | None
    closed: bool
    _segments: Segments | None = field(default=None, repr=False)
    _marks: Delimiters | None = field(default=None, repr=False, compare=False)
    _sent: dict[int, list[str]] = field(default_factory=dict, repr=False, compare=False)
    _head: list[str] | None = field(default=None, repr=False, compare=False)

    @property
    def segments(self) -> Segments:
        """The segments as lists of elements; ``[0]`` is the identifier. Blank segments and line breaks are left out."""
        if self._segments is None:
            self._segments, self._marks = split_pieces(self.pieces, self.interchange.delimiters)
        return self._segments

    def as_sent(self) -> Segments:
        """The segments as they were sent, whatever has been put right in them since."""
        if not self._sent:
            return self.segments
        return [self._sent.get(index, segment) for index, segment in enumerate(self.segments)]

    def put_right(self, index: int, number: int, value: str) -> None:
        """Read an element (0 the identifier) as ``value``, as a tolerance has it; `as_sent` still knows what came."""
        segment = self.segments[index]
        self._sent.setdefault(index, list(segment))
        segment[number] = value

    @property
    def id(self) -> str:
        """ST01."""
        return element(self._start, 1)

    @property
    def control_number(self) -> str:
        """ST02."""
        return element(self._start, 2)

    @property
    def _start(self) -> list[str]:
        """The ST. It alone is split as long as nobody asks for more: most sets are judged by their pieces."""
        if self._segments is not None:
            return self._segments[0]
        if self._head is None:
            self._head = split_pieces(self.pieces[:1], self.interchange.delimiters)[0][0]
        return self._head

    @property
    def version(self) -> str:
        """GS08, or a version made from ISA12 where there is no group."""
        if self.group is not None and self.group.version:
            return self.group.version
        return self.interchange.version.rjust(5, "0") + "0"

    @property
    def marks(self) -> Delimiters:
        """The delimiters in the characters of `segments`."""
        if self._marks is None:
            self._marks = split_pieces(self.pieces, self.interchange.delimiters)[1]
        return self._marks

    @property
    def cut_short(self) -> bool:
        """Whether the data end within its last segment, or behind it without terminator."""
        step = len(self.interchange.delimiters.segment)
        return not self.closed and self.length < sum(len(piece) + step for piece in self.pieces)

    def offsets(self) -> list[int]:
        """Byte offset of each of `segments` in the data read."""
        at, found = self.offset, []
        step = len(self.interchange.delimiters.segment)
        for piece in self.pieces:
            stripped = piece.lstrip(BLANK)
            if stripped:
                found.append(at + len(piece) - len(stripped))
            at += len(piece) + step
        return found

    def breaks(self) -> list[tuple[int, int, str]]:
        """Where lines break within a segment: index in `segments`, number of the element (0 the identifier), its value."""
        return line_breaks(self.pieces, self.interchange.delimiters)

    def blanks(self) -> list[tuple[int, int]]:
        """Where one terminator follows another: the position of the segment behind, and the byte offset."""
        position, at, found = 1, self.offset, []
        step = len(self.interchange.delimiters.segment)
        for piece in self.pieces:
            if piece.strip(BLANK):
                position += 1
            else:
                found.append((position, at))
            at += len(piece) + step
        return found


@dataclass(slots=True)
class InterchangeAcknowledgment:
    """A TA1 in an interchange: its elements without the identifier."""

    offset: int
    length: int
    elements: tuple[str, ...]
    interchange: InterchangeStart
    oddities: tuple[str, ...] = ()


@dataclass(slots=True)
class GroupEnd:
    """A GE (``elements`` as sent), or its absence (None)."""

    offset: int
    length: int
    elements: tuple[str, ...] | None
    group: GroupStart
    oddities: tuple[str, ...] = ()


@dataclass(slots=True)
class InterchangeEnd:
    """An IEA (``elements`` as sent), or its absence (None)."""

    offset: int
    length: int
    elements: tuple[str, ...] | None
    interchange: InterchangeStart
    oddities: tuple[str, ...] = ()


@dataclass(slots=True)
class Stray:
    """A segment where none may stand: in the interchange but outside of every transaction set."""

    offset: int
    length: int
    text: str
    interchange: InterchangeStart


@dataclass(slots=True)
class Debris:
    """Bytes outside of every interchange: ``blank`` (white space, byte order mark) or not."""

    offset: int
    length: int
    text: str
    blank: bool


Part: TypeAlias = (
    InterchangeStart
    | GroupStart
    | TransactionSet
    | InterchangeAcknowledgment
    | GroupEnd
    | InterchangeEnd
    | Stray
    | Debris
)


def element(segment: list[str], number: int) -> str:
    """Return element ``number`` of a segment, empty where absent."""
    return segment[number] if len(segment) > number else ""


def whole_number(text: str) -> int | None:
    """Return the number that ``text`` writes in at most 18 ASCII digits; None for any other text."""
    return int(text) if len(text) <= 18 and text.isascii() and text.isdigit() else None


def same_number(one: str, other: str) -> bool:
    """Tell whether two control numbers are the same but for leading zeros."""
    return bool(one and other) and one.lstrip("0") == other.lstrip("0")
