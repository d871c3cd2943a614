"""Finds the delimiters that an ISA declares. Serves X12.5 (interchange control) and X12.6 (basic syntax).

Text here is Latin-1: one character is one byte, so that nothing is lost and every index is a byte offset. A delimiter may be
two or three bytes: terminators beyond ASCII became that when somebody saved the file as UTF-8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.errors import X12Error
from gateway.x12.standards.versions import REPETITION_SINCE

ISA_LENGTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)
WINDOW = 400  # A padded ISA has 106 bytes; wrapped and over-long ones that still name 16 elements fit in this.
_NEXT_SEGMENT = re.compile(r"(?:GS|TA1|IEA|ISB|ISE)[^A-Za-z0-9 \t\r\n]")
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
        return Delimiters(*(as_text(mark) for mark in (self.element, self.component, self.segment, self.repetition)))


@dataclass(frozen=True, slots=True)
class Header:
    """A read ISA: its 16 elements as they stand, the delimiters, the index behind its terminator, and what is odd."""

    elements: tuple[str, ...]
    delimiters: Delimiters
    end: int
    oddities: tuple[str, ...]


def as_text(value: str) -> str:
    """Turn Latin-1 into the UTF-8 it may be; what is no UTF-8 stays as it is, byte for byte a character."""
    if value.isascii():
        return value
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


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
        raise _cut_short(start)
    separator = unit_at(text, start + 3)
    parts = text[start + 3 + len(separator) : start + WINDOW].split(separator, 15)
    if len(parts) < 16:
        if len(text) < start + sum(ISA_LENGTHS) + 3 + 16:
            raise _cut_short(start)
        raise X12Error(
            f"The ISA segment has {len(parts)} elements of 16. Check that its element separator, here"
            f" {as_text(separator)!r}, stands in no value.",
            note_code="022",
            offset=start,
        )
    rest = parts[15]
    component, terminator, taken = _tail(rest, separator, start)
    elements = (*parts[:15], component)
    repetition = _repetition(elements, (separator, component, terminator))
    marks = Delimiters(separator, component, terminator, repetition)
    end = start + 3 + len(separator) + sum(map(len, parts[:15])) + 15 * len(separator) + taken
    return Header(elements, marks, end, tuple(_oddities(elements, marks)))


def _cut_short(start: int) -> X12Error:
    return X12Error("The data end inside the ISA segment. Send the whole file again.", note_code="023", offset=start)


def _tail(rest: str, separator: str, start: int) -> tuple[str, str, int]:
    """Split what follows ISA15: component separator, terminator, and how many bytes both take."""
    if not rest:
        raise _cut_short(start)
    first = unit_at(rest, 0)
    if len(rest) == len(first) or _ends_segments(first, separator, rest):
        return "", first, len(first)  # ISA16 is missing; what stands in its place ends the segment.
    second = unit_at(rest, len(first))
    if second == "\r" and rest[len(first) + 1 : len(first) + 2] == "\n":
        # CR LF as terminator: LF ends the segment, and CR before it is noise. Files that mix both read the same.
        return first, "\n", len(first) + 2
    if second.isalnum() and len(second) == 1 and ord(second) < 128:
        raise X12Error(
            f"No segment terminator can be told behind ISA16: {as_text(second)!r} stands there."
            " Pad ISA01 to ISA15 to their full length and send again.",
            note_code="004",
            offset=start,
        )
    return first, second, len(first) + len(second)


def _ends_segments(mark: str, separator: str, rest: str) -> bool:
    """Tell whether the first character behind ISA15 is the terminator already: a segment follows it, here or later."""
    behind = rest[len(mark) :]
    if _NEXT_SEGMENT.match(behind):
        return True
    noise = len(behind) - len(behind.lstrip("\r\n "))
    if not noise or not _NEXT_SEGMENT.match(behind, noise):
        return False
    return re.search(re.escape(mark) + r"[ \t\r\n]*(?:ST|TA1|IEA)" + re.escape(separator), behind) is not None


def _repetition(elements: tuple[str, ...], others: tuple[str, ...]) -> str:
    """Return the repetition separator of ISA11: from version 00402 on, and only where it can't be part of a value."""
    mark = elements[10].strip(" \t\r\n")
    shown = as_text(mark)
    if len(shown) != 1 or shown.isalnum() or shown in _COMMON_IN_DATA or mark in others:
        return ""
    return mark if elements[11].strip() >= REPETITION_SINCE else ""


def _is_repetition_of(mark: str, marks: Delimiters, version: str) -> bool:
    """Tell whether ISA11 should separate repetitions and names a mark that has its work already."""
    return version >= REPETITION_SINCE and mark in (marks.element, marks.component, marks.segment)


def _oddities(elements: tuple[str, ...], marks: Delimiters) -> Iterator[str]:
    """Name what is not as X12.5 has it: lengths, breaks, delimiters (``length:06``, ``break:10``, ``equal:component``)."""
    for number, (value, length) in enumerate(zip(elements, ISA_LENGTHS, strict=True), start=1):
        whole = value.replace("\r", "").replace("\n", "") if number < 16 else value
        if whole != value:
            yield f"break:{number:02d}"
        if len(as_text(whole)) != length:
            yield f"length:{number:02d}"
    if marks.element == marks.segment:
        yield "equal:element"
    if marks.component in (marks.element, marks.segment):
        yield "equal:component"
    if _is_repetition_of(elements[10].strip(" \t\r\n"), marks, elements[11].strip()):
        yield "equal:repetition"
    for name in ("element", "component", "segment"):
        mark = getattr(marks, name)
        if mark == " " or (mark.isalnum() and mark.isascii()):
            yield f"letter:{name}"
