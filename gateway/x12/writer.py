"""Writes interchanges: the twin of `gateway.x12.reader`. Segments in, bytes out; counts and padding are done here.

A value that holds a delimiter or a control character would break the interchange: it is refused, or the character is
replaced where the agreement names a replacement. Serves X12.5 and X12.6.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias

from gateway.errors import TranslationError
from gateway.x12.delimiters import Delimiters

Value: TypeAlias = str | tuple[str, ...]  # A tuple holds the components of a composite.
OutSegment: TypeAlias = Sequence[Value]


class Echo(str):
    """A copy of what a partner sent. What can't be written is left out of it: an answer must not fail on the question."""

    __slots__ = ()


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
    writer = _Writer(replace(style, delimiters=_with_repetition(style.delimiters, interchange.version)))
    writer.isa(interchange)
    for acknowledgment in interchange.acknowledgments:
        writer.segment(acknowledgment)
    for group in interchange.groups:
        writer.group(group, interchange.written_at)
    writer.segment(("IEA", str(len(interchange.groups)), _number(interchange.control_number, "IEA02", 9)))
    return writer.bytes()


def _with_repetition(marks: Delimiters, version: str) -> Delimiters:
    """Return delimiters with a repetition separator from version 00402 on, and without one before.

    From then on ISA11 has to be one: who reads the old U as a separator cuts words in two.
    """
    if version < "00402":
        return replace(marks, repetition="")
    return replace(marks, repetition=marks.repetition or next(mark for mark in "^!`&" if mark not in marks.all()))


class _Writer:
    def __init__(self, style: Style) -> None:
        self.style = style
        self.marks = style.delimiters
        self.forbidden = "".join(self.marks.all())
        self.lines: list[str] = []
        _check_style(style)

    def bytes(self) -> bytes:
        end = self.marks.segment + ("\n" if self.style.newline and self.marks.segment not in "\r\n" else "")
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
        when = out.written_at
        padded = ["ISA", "00", " " * 10, "00", " " * 10]
        for (qualifier, name), number in ((out.sender, 6), (out.receiver, 8)):
            padded += [self.fixed(qualifier, number - 1, 2), self.clean(name, "ISA", number).ljust(15)]
            if not name or len(padded[-1]) > 15:
                raise TranslationError(
                    f"An interchange id has 1 to 15 characters, not {name!r}.", path=f"ISA{number:02d}", value=name
                )
        padded += [f"{when:%y%m%d}", f"{when:%H%M}", self.marks.repetition or "U", self.fixed(out.version, 12, 5)]
        padded += [_number(out.control_number, "ISA13", 9), "1" if out.wants_acknowledgment else "0"]
        padded += [self.fixed(out.usage, 15, 1), self.marks.component]
        self.lines.append(self.marks.element.join(padded))

    def fixed(self, value: str, number: int, length: int) -> str:
        """Return an ISA element that has to have exactly ``length`` characters, or raise TranslationError."""
        if len(value) != length:
            place = f"ISA{number:02d}"
            raise TranslationError(f"{place} has {length} characters, not {value!r}.", path=place, value=value)
        return self.clean(value, "ISA", number)

    def group(self, group: OutgoingGroup, when: datetime) -> None:
        """Write GS, the sets and GE."""
        date = f"{when:%Y%m%d}" if group.version[:6] >= "004010" else f"{when:%y%m%d}"
        number = _number(group.control_number, "GS06", 1)
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
        if isinstance(value, Echo):
            return "".join(mark for mark in value if " " <= mark <= "~" and mark not in self.forbidden)
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


def _number(number: int, path: str, digits: int) -> str:
    """Write a control number, which has nine digits at most."""
    if not 0 <= number <= 999_999_999:
        raise TranslationError(f"A control number has 1 to 9 digits, not {number}.", path=path, value=str(number))
    return f"{number:0{digits}d}"


def _check_style(style: Style) -> None:
    """Raise TranslationError for delimiters that could not be told apart from one another or from data."""
    marks = style.delimiters.all()
    unfit = [mark for mark in marks if len(mark) != 1 or mark.isalnum() or mark == " "]
    if unfit or len(set(marks)) < len(marks) or not style.delimiters.component:
        raise TranslationError(
            f"The delimiters {', '.join(map(repr, marks))} can't serve: each is one mark, no letter, digit or blank,"
            " and no two are the same. Correct the delimiters in the agreement."
        )
    stand_in = style.replacement
    if stand_in and (
        any(mark in stand_in for mark in marks) or not stand_in.isprintable() or not _fits(stand_in, style.charset)
    ):
        raise TranslationError(
            f"The replacement {stand_in!r} can't be written itself. Name another one in the agreement.", value=stand_in
        )


def _fits(mark: str, charset: str) -> bool:
    try:
        mark.encode(charset)
    except UnicodeEncodeError:
        return False
    return True
