"""Shows a segment as it was sent, and marks the place in it that a fault is about: a line of carets below the line.

What can't be printed is shown as a dot, one character for one, so that the carets stand where they belong. Serves
everybody who prints an explanation; knows no fault.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.x12.delimiters import Delimiters

WIDTH = 110  # What is longer is cut around the mark.
_BEFORE = 40  # Characters kept before the mark of a long segment.
_CUT = "..."


@dataclass(frozen=True, slots=True)
class Marked:
    """A segment as text, and which of its characters are marked: ``length`` of them from ``start``."""

    text: str
    start: int
    length: int

    @property
    def carets(self) -> str:
        """The line that belongs below the text."""
        return " " * self.start + "^" * self.length

    def parts(self) -> tuple[str, str, str]:
        """What stands before the mark, the marked characters, and what stands behind them."""
        end = self.start + self.length
        return self.text[: self.start], self.text[self.start : end], self.text[end:]


def written(fields: Sequence[str], marks: Delimiters) -> str:
    """Return a segment as it is sent, its terminator included where that can be printed."""
    return printable(marks.element.join(fields)) + (marks.segment if marks.segment.isprintable() else "")


def printable(text: str) -> str:
    """Return text with a dot for each character that has no shape."""
    return text if text.isprintable() else "".join(mark if mark.isprintable() else "\u00b7" for mark in text)


def mark_element(
    fields: Sequence[str], marks: Delimiters, number: int = 0, component: int = 0, repetition: int = 0
) -> Marked:
    """Show ``fields`` and mark element ``number`` (0 the identifier), or a component or repetition of it.

    Where the element is empty or was not sent the mark stands at the place where it belongs.
    """
    text = written(fields, marks)
    if number >= len(fields):
        return _cut(text, len(printable(marks.element.join(fields))), 1)
    start = sum(len(value) + len(marks.element) for value in fields[:number])
    value = fields[number]
    for part, separator in ((repetition, marks.repetition), (component, marks.component)):
        if not part or not separator:
            continue
        pieces = value.split(separator)
        if part > len(pieces):
            start, value = start + len(value), ""
            break
        start += sum(len(piece) + len(separator) for piece in pieces[: part - 1])
        value = pieces[part - 1]
    return _cut(text, min(start, len(text)), max(len(value), 1))


def mark_all(text: str) -> Marked:
    """Show bytes that are no segment, all of them marked."""
    shown = printable(text)
    return _cut(shown, 0, max(len(shown), 1))


def _cut(text: str, start: int, length: int) -> Marked:
    """Keep what can be read at a glance."""
    if len(text) <= WIDTH:
        return Marked(text, start, min(length, max(len(text) - start, 1)))
    first = max(0, start - _BEFORE)
    lead = _CUT if first else ""
    kept = text[first : first + WIDTH]
    tail = _CUT if first + WIDTH < len(text) else ""
    start += len(lead) - first
    return Marked(lead + kept + tail, start, max(1, min(length, len(lead) + len(kept) - start)))
