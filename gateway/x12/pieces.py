"""Turns what stands between two terminators into a segment: noise off, line breaks out, UTF-8 decoded, elements apart.

Text comes as Latin-1, one character a byte. A line break within a segment (some systems wrap at 80 columns) is no part of any
value, so it is left out here, always; that it was there is a fault all the same, and `line_breaks` finds it. Binary data stay
as they are. Serves X12.6 sections 3.3 (characters) and 3.6 (segments).
"""

from __future__ import annotations

from typing import TypeAlias

from gateway.x12.delimiters import Delimiters, as_text

BLANK = " \t\r\n"
BINARY_LENGTH_AT = {"BIN": 1, "BDS": 2}  # Which element says how many bytes of data follow it.

Segments: TypeAlias = list[list[str]]


def split_pieces(pieces: list[str], marks: Delimiters) -> tuple[Segments, Delimiters]:
    """Split raw pieces into segments of decoded elements, blank ones left out; return the marks that separate them too."""
    trim = str.strip if marks.segment in "\r\n" else str.lstrip
    texts = [text for piece in pieces if (text := trim(piece, BLANK))]
    together = "".join(texts)
    if "\n" in together or "\r" in together:
        texts = [text if is_binary(text) else without_breaks(text) for text in texts]
    in_bytes = marks.element
    if not together.isascii():
        texts, marks = _decoded(texts, marks)
    separator = marks.element
    segments = [text.split(separator) for text in texts]
    if "BIN" not in together and "BDS" not in together:
        return segments, marks
    # Of binary data the end counts too: a blank there is a byte like any other.
    raw = [text for piece in pieces if (text := piece.lstrip(BLANK))]
    whole = [split_binary(text, in_bytes) for text in raw]
    return [exact or segment for exact, segment in zip(whole, segments, strict=True)], marks


def split_binary(text: str, separator: str) -> list[str] | None:
    """Split a BIN or BDS segment, whose last element is data in which separators may stand; None for any other segment."""
    place = BINARY_LENGTH_AT.get(text[:3])
    if place is None or text[3 : 3 + len(separator)] != separator:
        return None
    return text.split(separator, place + 1)


def is_binary(text: str) -> bool:
    """Tell whether a segment holds binary data."""
    return text[:3] in BINARY_LENGTH_AT


def without_breaks(text: str) -> str:
    """Return ``text`` without CR and LF."""
    return text.replace("\r", "").replace("\n", "")


def has_breaks(text: str) -> bool:
    """Tell whether CR or LF stand in ``text``."""
    return "\n" in text or "\r" in text


def line_breaks(pieces: list[str], marks: Delimiters) -> list[tuple[int, int, str]]:
    """Return where lines break within segments: index of the segment, number of the element (0 the identifier), its value."""
    trim = str.strip if marks.segment in "\r\n" else str.lstrip
    found = []
    texts = (text for piece in pieces if (text := trim(piece, BLANK)))
    for index, text in enumerate(texts):
        if has_breaks(text) and not is_binary(text):
            values = enumerate(text.split(marks.element))
            found += [(index, number, as_text(without_breaks(value))) for number, value in values if has_breaks(value)]
    return found


def _decoded(texts: list[str], marks: Delimiters) -> tuple[list[str], Delimiters]:
    """Turn the segments of a set, but for binary data, into UTF-8 and the marks with them, or leave both as they are."""
    decoded = []
    for text in texts:
        if not text.isascii() and not is_binary(text):
            try:
                text = text.encode("latin-1").decode("utf-8")
            except UnicodeError:
                return texts, marks
        decoded.append(text)
    return decoded, marks.as_text()
