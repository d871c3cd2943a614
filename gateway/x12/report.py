"""Checks a file as a whole: every interchange, group and set, every fault with its explanation. What `gateway check` prints."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from gateway.errors import X12Error
from gateway.x12.capitals import as_sent
from gateway.x12.envelope import Judge, JudgedInterchange, JudgedSet, Tolerate, examine
from gateway.x12.explanation import Explanation, explain_envelope, explain_junk, explain_set
from gateway.x12.faults import Fault
from gateway.x12.guide import Guide
from gateway.x12.guided import Guides
from gateway.x12.guides.numbers import NumbersOfFile
from gateway.x12.model import (
    Debris,
    GroupEnd,
    GroupStart,
    InterchangeAcknowledgment,
    InterchangeEnd,
    InterchangeStart,
    Part,
    Stray,
    TransactionSet,
)
from gateway.x12.reader import read
from gateway.x12.validator import Judgment

GuideOf: TypeAlias = Callable[[TransactionSet], Guide | None]


@dataclass(slots=True)
class InterchangeReport:
    """One interchange: its envelope faults (those of its groups included) and its documents."""

    start: InterchangeStart
    faults: list[Fault] = field(default_factory=list)
    documents: list[Judgment] = field(default_factory=list)
    judged: JudgedInterchange | None = None
    sent: dict[int, Sequence[str]] = field(default_factory=dict)  # Segments of the envelope that are at fault.

    def explained(self) -> list[Explanation]:
        """Explain the faults of the envelope."""
        return explain_envelope(self.faults, self.judged, self.sent) if self.judged is not None else []

    def as_dict(self, guides: Guides | None = None) -> dict[str, Any]:
        """The shape of ``gateway check --json``."""
        return {
            "sender": " ".join(self.start.sender),
            "receiver": " ".join(self.start.receiver),
            "control_number": self.start.control_number,
            "faults": [each.as_dict() for each in self.explained()],
            "documents": [
                {
                    "set": judgment.set_id,
                    "version": judgment.version,
                    "judged_by": judgment.judged_by or None,
                    "control_number": judgment.control_number,
                    "accepted": judgment.accepted,
                    "faults": [each.as_dict() for each in explain_set(judgment, guides)],
                }
                for judgment in self.documents
            ],
        }


@dataclass(slots=True)
class FileReport:
    """A whole file. ``problem`` says why it can't be read (further); ``guides`` finds the guides that faults name."""

    file: str
    interchanges: list[InterchangeReport] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    problem: str = ""
    guides: Guides | None = None
    junk: dict[int, str] = field(default_factory=dict)  # How the bytes outside of every interchange begin.

    @property
    def clean(self) -> bool:
        """Whether nothing rejects anything in it."""
        envelopes = [fault for each in self.interchanges for fault in each.faults]
        documents = [judgment for each in self.interchanges for judgment in each.documents]
        untold = [fault for fault in [*self.faults, *envelopes] if not fault.tolerated]
        return not self.problem and not untold and all(judgment.accepted for judgment in documents)

    @property
    def readable(self) -> bool:
        """Whether it could be read to its end."""
        return not self.problem

    def explained(self) -> list[Explanation]:
        """Explain what stands outside of every interchange."""
        return [explain_junk(fault, self.junk.get(fault.offset, "")) for fault in self.faults]

    def as_dict(self) -> dict[str, Any]:
        """The shape of ``gateway check --json``."""
        faults = [each.as_dict() for each in self.explained()]
        if self.problem:
            # Whoever reads the file finds the same keys in each fault, here too, where there is no place in a set.
            nowhere = {"segment": "", "position": 0, "element": 0, "component": 0, "repetition": 0, "value": ""}
            words = {"where": "transmission", "code": "unreadable", "ack_code": "", "message": self.problem}
            faults.append(words | nowhere)
        return {
            "file": self.file,
            "readable": self.readable,
            "faults": faults,
            "interchanges": [each.as_dict(self.guides) for each in self.interchanges],
        }


def report(
    file: str,
    data: bytes | Iterable[bytes],
    judge: Judge,
    tolerate: Tolerate | None = None,
    guides: Guides | None = None,
    guide_of: GuideOf | None = None,
) -> FileReport:
    """Read and judge everything in ``data``; ``guide_of`` finds the guide whose numbers must be unique in all of it."""
    made = FileReport(file, guides=guides)
    sent: dict[int, Sequence[str]] = {}
    current: InterchangeReport | None = None
    numbers = NumbersOfFile()
    try:
        for item in examine(noted(read(data), sent, made.junk), judge, tolerate):
            match item:
                case InterchangeStart():
                    current = InterchangeReport(item)
                    made.interchanges.append(current)
                case JudgedSet() if current is not None:
                    current.documents.append(item.judgment)
                    guide = guide_of(item.transaction) if guide_of is not None else None
                    if guide is not None and (found := guide.numbers(item.judgment)) is not None:
                        numbers.judge(found)
                case JudgedInterchange() if current is not None:
                    current.judged = item
                    current.faults = item.faults + [fault for group in item.groups for fault in group.faults]
                    current.sent = {each.offset: sent[each.offset] for each in current.faults if each.offset in sent}
                    sent.clear()
                case Fault():
                    made.faults.append(item)
                case _:
                    pass
    except X12Error as error:
        made.problem = error.detail
    return made


def noted(parts: Iterable[Part], sent: dict[int, Sequence[str]], junk: dict[int, str]) -> Iterator[Part]:
    """Pass on what a reader yields, and keep the segments of the envelope as they were sent, by their offset.

    ``junk`` keeps how the bytes outside of every interchange begin. Whoever asks empties both in time.
    """
    for part in parts:
        match part:
            case GroupStart():
                sent[part.offset] = as_sent(["GS", *part.elements], part.oddities)
            case GroupEnd(elements=tuple() as elements):
                sent[part.offset] = as_sent(["GE", *elements], part.oddities)
            case InterchangeEnd(elements=tuple() as elements):
                sent[part.offset] = as_sent(["IEA", *elements], part.oddities)
            case InterchangeAcknowledgment():
                sent[part.offset] = as_sent(["TA1", *part.elements], part.oddities)
            case Stray(text=text) if text:
                sent[part.offset] = text.split(part.interchange.delimiters.element)
            case Debris(blank=False):
                junk[part.offset] = part.text
            case _:
                pass
        yield part
