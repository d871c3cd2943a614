"""What the reader yields: the parts of an interchange in the order in which they stand.

Every part says where it begins and how many bytes it takes; the lengths of all parts add up to the bytes read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from gateway.x12.delimiters import Delimiters

BLANK = " \t\r\n"

Segments: TypeAlias = list[list[str]]


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
    """A GS: its elements without the identifier."""

    offset: int
    length: int
    elements: tuple[str, ...]
    interchange: InterchangeStart

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

    @property
    def segments(self) -> Segments:
        """The segments as lists of elements; ``[0]`` is the identifier. Blank segments are left out."""
        if self._segments is None:
            self._segments = split_pieces(self.pieces, self.interchange.delimiters)
        return self._segments

    @property
    def id(self) -> str:
        """ST01."""
        return element(self.segments[0], 1)

    @property
    def control_number(self) -> str:
        """ST02."""
        return element(self.segments[0], 2)

    @property
    def version(self) -> str:
        """GS08, or a version made from ISA12 where there is no group."""
        if self.group is not None and self.group.version:
            return self.group.version
        return self.interchange.version.lstrip("0").rjust(3, "0") + "0"

    @property
    def marks(self) -> Delimiters:
        """The delimiters in the characters of `segments`."""
        marks = self.interchange.delimiters
        return marks if all(len(mark) == 1 for mark in marks.all()) else marks.as_text()

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


@dataclass(slots=True)
class InterchangeAcknowledgment:
    """A TA1 in an interchange: its elements without the identifier."""

    offset: int
    length: int
    elements: tuple[str, ...]
    interchange: InterchangeStart


@dataclass(slots=True)
class GroupEnd:
    """A GE (``elements`` as sent), or its absence (None)."""

    offset: int
    length: int
    elements: tuple[str, ...] | None
    group: GroupStart


@dataclass(slots=True)
class InterchangeEnd:
    """An IEA (``elements`` as sent), or its absence (None)."""

    offset: int
    length: int
    elements: tuple[str, ...] | None
    interchange: InterchangeStart


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


def split_pieces(pieces: list[str], marks: Delimiters) -> Segments:
    """Split raw pieces into segments of decoded elements."""
    if not all(map(str.isascii, pieces)):
        decoded = decode_pieces(pieces)
        if decoded is not pieces:
            pieces, marks = decoded, marks.as_text()
    separator = marks.element
    if marks.segment in "\r\n":
        return [piece.strip(BLANK).split(separator) for piece in pieces if piece and not piece.isspace()]
    return [piece.lstrip(BLANK).split(separator) for piece in pieces if piece and not piece.isspace()]


def decode_pieces(pieces: list[str]) -> list[str]:
    """Turn Latin-1 pieces into the UTF-8 they may be; what is no UTF-8 stays as it is, byte for byte a character."""
    try:
        return [piece.encode("latin-1").decode("utf-8") for piece in pieces]
    except UnicodeDecodeError:
        return pieces
