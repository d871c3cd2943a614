"""Finds the delimiters that an ISA declares. Serves X12.5 (interchange control) and X12.6 (basic syntax).

Text here is Latin-1: one character is one byte, so that nothing is lost and every index is a byte offset. A delimiter may be
two or three bytes: terminators beyond ASCII became that when somebody saved the file as UTF-8.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gateway.errors import X12Error

ISA_LENGTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)
WINDOW = 400  # A padded ISA has 106 bytes; wrapped and over-long ones that still name 16 elements fit in this.
_NEXT_SEGMENT = re.compile(r"(?:GS|TA1|IEA|ISB|ISE)[^A-Za-z0-9\s]")
_COMMON_IN_DATA = "-.,/ "  # What some senders put into ISA11 and then use in numbers and texts.


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The four separators of an interchange, as Latin-1 text. ``repetition`` is empty before 004020."""

    element: str = "*"
    component: str = ">"
    segment: str = "~"
    repetition: str = ""

    def all(self) -> tuple[str, ...]:
        """Those that are in force."""
        return tuple(mark for mark in (self.element, self.component, self.segment, self.repetition) if mark)

    def as_text(self) -> Delimiters:
        """The same in characters: what UTF-8 spreads over several bytes becomes one character again."""
        return Delimiters(*(_decode(mark) for mark in (self.element, self.component, self.segment, self.repetition)))


@dataclass(frozen=True, slots=True)
class Header:
    """A read ISA: its 16 elements as they stand, the delimiters, the index behind its terminator, and what is odd."""

    elements: tuple[str, ...]
    delimiters: Delimiters
    end: int
    oddities: tuple[str, ...]


def unit_at(text: str, index: int) -> str:
    """Return the character at ``index`` of Latin-1 ``text``: one byte, or the two or three of a UTF-8 sequence."""
    first = ord(text[index])
    size = 2 if 0xC2 <= first <= 0xDF else 3 if 0xE0 <= first <= 0xEF else 1
    tail = text[index + 1 : index + size]
    if len(tail) == size - 1 and all(0x80 <= ord(mark) <= 0xBF for mark in tail):
        return text[index : index + size]
    return text[index]


def read_header(text: str, start: int) -> Header:
    """Read the ISA that begins at ``start``; at least WINDOW bytes, or all there are, must follow.

    Raises X12Error (TA105 022) when 16 elements can't be told apart, or (TA105 004) when no terminator can be.
    """
    if len(text) < start + 20:
        raise X12Error("The data end inside the ISA segment. Send the whole file again.", note_code="023", offset=start)
    separator = unit_at(text, start + 3)
    parts = text[start + 3 + len(separator) : start + WINDOW].split(separator, 15)
    if len(parts) < 16:
        raise X12Error(
            f"The ISA segment has {len(parts)} elements of 16. Check that its element separator, here"
            f" {_decode(separator)!r}, stands in no value.",
            note_code="022",
            offset=start,
        )
    rest = parts[15]
    component, terminator, taken = _tail(rest, start)
    elements = (*parts[:15], component)
    repetition = _repetition(elements, (separator, component, terminator))
    marks = Delimiters(separator, component, terminator, repetition)
    end = start + 3 + len(separator) + sum(map(len, parts[:15])) + 15 * len(separator) + taken
    return Header(elements, marks, end, tuple(_oddities(elements, marks)))


def _tail(rest: str, start: int) -> tuple[str, str, int]:
    """Split what follows ISA15: component separator, terminator, and how many bytes both take."""
    if not rest:
        raise X12Error("The data end inside the ISA segment. Send the whole file again.", note_code="023", offset=start)
    first = unit_at(rest, 0)
    if len(rest) == len(first) or _ends_segments(first, rest):
        return "", first, len(first)  # ISA16 is missing; what stands in its place ends the segment.
    second = unit_at(rest, len(first))
    if second == "\r" and rest[len(first) + 1 : len(first) + 2] == "\n":
        # CR LF as terminator: LF ends the segment, and CR before it is noise. Files that mix both read the same.
        return first, "\n", len(first) + 2
    if second.isalnum() and len(second) == 1 and ord(second) < 128:
        raise X12Error(
            f"No segment terminator can be told behind ISA16: {_decode(second)!r} stands there."
            " Pad ISA01 to ISA15 to their full length and send again.",
            note_code="004",
            offset=start,
        )
    return first, second, len(first) + len(second)


def _ends_segments(mark: str, rest: str) -> bool:
    """Tell whether the first character behind ISA15 is the terminator already: a segment follows it, here or later."""
    behind = rest[len(mark) :]
    if _NEXT_SEGMENT.match(behind):
        return True
    noise = len(behind) - len(behind.lstrip("\r\n "))
    return bool(
        noise and _NEXT_SEGMENT.match(behind, noise) and re.search(re.escape(mark) + r"\s*(?:ST|TA1|IEA)", behind)
    )


def _repetition(elements: tuple[str, ...], others: tuple[str, ...]) -> str:
    """Return the repetition separator of ISA11: from version 00402 on, and only where it can't be part of a value."""
    mark = elements[10].strip()
    if not mark or len(mark) > 3 or mark[0].isalnum() or mark in _COMMON_IN_DATA or mark in others:
        return ""
    return mark if elements[11].strip() >= "00402" else ""


def _oddities(elements: tuple[str, ...], marks: Delimiters) -> list[str]:
    """Name what is not as X12.5 has it: lengths (``length:06``) and delimiters (``equal``, ``letter``)."""
    found = [
        f"length:{number:02d}"
        for number, (value, length) in enumerate(zip(elements, ISA_LENGTHS, strict=True), start=1)
        if len(_decode(value)) != length
    ]
    distinct = marks.all()
    if len(set(distinct)) < len(distinct):
        found.append("equal")
    if any((mark.isalnum() and len(mark) == 1 and ord(mark) < 128) or mark == " " for mark in distinct):
        found.append("letter")
    return found


def _decode(mark: str) -> str:
    """Show Latin-1 text as the characters that were meant."""
    try:
        return mark.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return mark
