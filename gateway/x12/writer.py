"""Writes interchanges: the twin of `gateway.x12.reader`. Segments in, bytes out; counts and padding are done here.

A value that holds a delimiter or a control character would break the interchange: it is refused, or the character is
replaced where the agreement names a replacement. Serves X12.5 and X12.6.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from gateway.errors import TranslationError
from gateway.x12.delimiters import Delimiters

Value: TypeAlias = str | tuple[str, ...]  # A tuple holds the components of a composite.
OutSegment: TypeAlias = Sequence[Value]


@dataclass(frozen=True, slots=True)
class Style:
    """How a partner wants the bytes: delimiters, a line break behind each segment, and what stands for what may not be sent.

    ``charset`` is ``ascii``, ``latin-1`` or ``utf-8``. An empty ``replacement`` refuses what can't be written.
    """

    delimiters: Delimiters = field(default_factory=Delimiters)
    newline: bool = False
    replacement: str = ""
    charset: str = "ascii"


@dataclass(frozen=True, slots=True)
class OutgoingSet:
    """One set without ST and SE, which are written around it."""

    id: str
    control_number: str
    segments: Sequence[OutSegment]
    implementation: str = ""


@dataclass(frozen=True, slots=True)
class OutgoingGroup:
    """One group; ``version`` is GS08."""

    functional_id: str
    sender: str
    receiver: str
    control_number: int
    version: str
    sets: Sequence[OutgoingSet]


@dataclass(frozen=True, slots=True)
class OutgoingInterchange:
    """One interchange; ``version`` is ISA12. ``acknowledgments`` are TA1 segments, which stand before the groups."""

    sender: tuple[str, str]
    receiver: tuple[str, str]
    version: str
    control_number: int
    usage: str
    written_at: datetime
    groups: Sequence[OutgoingGroup] = ()
    acknowledgments: Sequence[OutSegment] = field(default=())
    wants_acknowledgment: bool = False


def write(interchange: OutgoingInterchange, style: Style | None = None) -> bytes:
    """Write one interchange; raise TranslationError for a value that cannot be written."""
    style = style or Style()
    writer = _Writer(style)
    writer.isa(interchange)
    for acknowledgment in interchange.acknowledgments:
        writer.segment(acknowledgment)
    for group in interchange.groups:
        writer.group(group, interchange.written_at)
    writer.segment(("IEA", str(len(interchange.groups)), f"{interchange.control_number:09d}"))
    return writer.bytes()


class _Writer:
    def __init__(self, style: Style) -> None:
        self.style = style
        self.marks = style.delimiters
        self.forbidden = "".join(self.marks.all())
        self.lines: list[str] = []

    def bytes(self) -> bytes:
        end = self.marks.segment + ("\n" if self.style.newline and self.marks.segment != "\n" else "")
        text = end.join(self.lines) + end
        try:
            return text.encode(self.style.charset)
        except UnicodeEncodeError as error:
            raise TranslationError(
                f"The character {text[error.start]!r} can't be written as {self.style.charset}."
                " Name a replacement in the agreement, or agree on charset utf-8.",
                value=text[error.start],
            ) from None

    def isa(self, out: OutgoingInterchange) -> None:
        """Write the ISA with every element padded to its fixed length."""
        marks = self.marks
        standard = marks.repetition if out.version >= "00402" and marks.repetition else "U"
        when = out.written_at
        padded = ["ISA", "00", " " * 10, "00", " " * 10]
        for qualifier, name in (out.sender, out.receiver):
            if len(name) > 15 or not name:
                raise TranslationError(
                    f"An interchange id has 1 to 15 characters, not {name!r}.", path="ISA06", value=name
                )
            padded += [qualifier, self.clean(name, "ISA", 6).ljust(15)]
        padded += [f"{when:%y%m%d}", f"{when:%H%M}", standard, out.version, f"{out.control_number:09d}"]
        padded += ["1" if out.wants_acknowledgment else "0", out.usage, marks.component]
        self.lines.append(marks.element.join(padded))

    def group(self, group: OutgoingGroup, when: datetime) -> None:
        """Write GS, the sets and GE."""
        date = f"{when:%Y%m%d}" if group.version[:6] >= "004010" else f"{when:%y%m%d}"
        number = str(group.control_number)
        head = (
            "GS",
            group.functional_id,
            group.sender,
            group.receiver,
            date,
            f"{when:%H%M}",
            number,
            "X",
            group.version,
        )
        self.segment(head)
        for transaction in group.sets:
            first = len(self.lines)
            self.segment(("ST", transaction.id, transaction.control_number, transaction.implementation))
            for segment in transaction.segments:
                self.segment(segment)
            count = len(self.lines) - first + 1
            self.segment(("SE", str(count), transaction.control_number))
        self.segment(("GE", str(len(group.sets)), number))

    def segment(self, values: OutSegment) -> None:
        """Write one segment; empty elements at its end are left out."""
        name = str(values[0])
        parts = [
            self.clean(value, name, index) if isinstance(value, str) else self.composite(value, name, index)
            for index, value in enumerate(values)
        ]
        while len(parts) > 1 and not parts[-1]:
            parts.pop()
        self.lines.append(self.marks.element.join(parts))

    def composite(self, components: Iterable[str], name: str, index: int) -> str:
        """Join components; empty ones at the end are left out."""
        parts = [self.clean(part, name, index) for part in components]
        while parts and not parts[-1]:
            parts.pop()
        return self.marks.component.join(parts)

    def clean(self, value: str, name: str, index: int) -> str:
        """Return ``value`` fit to be written, or raise TranslationError."""
        if value.isalnum() and value.isascii():
            return value
        if value.isprintable() and not any(mark in value for mark in self.forbidden):
            return value if self.style.replacement == "" else self._encodable(value)
        if not self.style.replacement:
            bad = next(mark for mark in value if mark in self.forbidden or not mark.isprintable())
            raise TranslationError(
                f"{name}{index:02d} holds {bad!r}, which this partner's interchanges use as a delimiter or can't carry."
                " Take it out, agree on other delimiters, or name a replacement in the agreement.",
                path=f"{name}{index:02d}",
                value=value,
            )
        kept = (self.style.replacement if mark in self.forbidden or not mark.isprintable() else mark for mark in value)
        return self._encodable("".join(kept))

    def _encodable(self, value: str) -> str:
        """Replace what the character set lacks."""
        try:
            value.encode(self.style.charset)
        except UnicodeEncodeError:
            charset, stand_in = self.style.charset, self.style.replacement
            return "".join(mark if _fits(mark, charset) else stand_in for mark in value)
        return value


def _fits(mark: str, charset: str) -> bool:
    try:
        mark.encode(charset)
    except UnicodeEncodeError:
        return False
    return True
