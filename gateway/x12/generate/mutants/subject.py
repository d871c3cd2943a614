"""A conforming document taken apart, so that one thing of it can be changed. Serves X12.5 and X12.6."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from gateway.x12.delimiters import Delimiters
from gateway.x12.faults import FaultCode
from gateway.x12.generate.chance import Chance
from gateway.x12.model import GroupEnd, GroupStart, InterchangeEnd, InterchangeStart, TransactionSet
from gateway.x12.pieces import BLANK, split_binary
from gateway.x12.reader import read
from gateway.x12.report import report
from gateway.x12.standards.definition import SetDefinition, Use
from gateway.x12.validator import look_closely

Row: TypeAlias = list[str]


@dataclass(frozen=True, slots=True)
class Expected:
    """A fault that a broken rule brings: its code and its place, as in `gateway.x12.faults.Fault`."""

    code: FaultCode
    segment: str = ""
    position: int = 0
    element: int = 0
    component: int = 0
    repetition: int = 0

    def __str__(self) -> str:
        place = f" seg {self.position} {self.segment}" if self.position else ""
        place += f"/{self.element:02d}" if self.element else ""
        place += f"-{self.component}" if self.component else ""
        return f"{self.code.ack_code} {self.code.slug}{place}".strip()


@dataclass(frozen=True, slots=True)
class Mutant:
    """A document with one rule broken. There is more than one fault only where the data end too early.

    ``guide`` is the line of a guide under which it is a fault; empty for what the standard itself forbids.
    """

    data: bytes
    rule: str
    faults: tuple[Expected, ...]
    guide: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """Bytes that come in the place of others: ``length`` bytes at ``offset``."""

    offset: int
    length: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Change:
    """What to edit, the faults that come of it, and the line of a guide that they take, if any."""

    edits: tuple[Edit, ...]
    faults: tuple[Expected, ...]
    guide: str = ""


@dataclass(slots=True)
class Subject:
    """One set of a conforming document, with what is around it."""

    data: bytes
    transaction: TransactionSet
    group: GroupStart
    definition: SetDefinition
    rows: list[Row]
    uses: list[Use]
    group_end: GroupEnd | None = None
    end: InterchangeEnd | None = None
    sets_in_group: int = 0
    noise: str = field(default="")

    @property
    def marks(self) -> Delimiters:
        """The delimiters, as Latin-1."""
        return self.transaction.interchange.delimiters

    def edited(self, edits: tuple[Edit, ...]) -> bytes:
        """Return the document with edits made."""
        data = self.data
        for edit in sorted(edits, key=lambda edit: edit.offset, reverse=True):
            data = data[: edit.offset] + edit.data + data[edit.offset + edit.length :]
        return data

    def written(self, rows: list[Row]) -> bytes:
        """Return segments as bytes."""
        end = self.marks.segment
        text = (end + self.noise).join(self.marks.element.join(row) for row in rows)
        return f"{text}{end}".encode("latin-1")

    def with_rows(self, rows: list[Row], *faults: Expected, count: int | None = None) -> Change:
        """Return the change to other segments, counted anew in SE01; ``count`` where not all of them count."""
        if rows[-1][0] == "SE":
            rows = [*rows[:-1], ["SE", str(count or len(rows)), *rows[-1][2:]]]
        return self.with_exact_rows(rows, *faults)

    def with_exact_rows(self, rows: list[Row], *faults: Expected) -> Change:
        """Return the change to other segments, whatever SE01 says."""
        data = self.written(rows)
        return Change((Edit(self.transaction.offset, self.transaction.length, data),), faults)

    def with_row(self, index: int, row: Row, *faults: Expected) -> Change:
        """Return the change of one segment; empty elements at its end are left out."""
        row = list(row)
        while len(row) > 1 and not row[-1]:
            row.pop()
        return self.with_exact_rows([*self.rows[:index], row, *self.rows[index + 1 :]], *faults)

    @property
    def names(self) -> list[str]:
        """The identifiers of the segments."""
        return [row[0] for row in self.rows]


Breaker: TypeAlias = Callable[[Subject, Chance], Change | None]


def subjects(data: bytes) -> list[Subject]:
    """Take a document apart: one subject a set. Raises ValueError for data that have a fault."""
    found = report("document", data, look_closely)
    if not found.clean:
        raise ValueError("only a document without faults can be broken; gateway check says what is wrong with this one")
    made: list[Subject] = []
    in_group: list[Subject] = []
    in_interchange: list[Subject] = []
    for part in read(data):
        match part:
            case InterchangeStart():
                in_interchange = []
            case GroupStart():
                in_group = []
            case TransactionSet():
                subject = _subject(data, part)
                in_group.append(subject)
                in_interchange.append(subject)
            case GroupEnd():
                for subject in in_group:
                    subject.group_end, subject.sets_in_group = part, len(in_group)
            case InterchangeEnd():
                for subject in in_interchange:
                    subject.end = part
                made += in_interchange
            case _:
                pass
    if not made:
        raise ValueError("there is no transaction set in this document")
    return made


def _subject(data: bytes, transaction: TransactionSet) -> Subject:
    judgment = look_closely(transaction)
    uses = [use for use in judgment.uses if use is not None]
    mark, pieces = transaction.interchange.delimiters.element, transaction.pieces
    texts = [piece.lstrip(BLANK) for piece in pieces]
    rows = [split_binary(text, mark) or text.split(mark) for text in texts]
    noise = pieces[1][: len(pieces[1]) - len(texts[1])]
    assert judgment.definition is not None and transaction.group is not None
    return Subject(data, transaction, transaction.group, judgment.definition, rows, uses, noise=noise)
