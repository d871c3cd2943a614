"""Checks a file as a whole: every interchange, group and set, every fault. What `gateway check` prints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from gateway.errors import X12Error
from gateway.x12.envelope import Judge, JudgedInterchange, JudgedSet, Tolerate, examine
from gateway.x12.faults import Fault
from gateway.x12.model import InterchangeStart
from gateway.x12.reader import read
from gateway.x12.validator import Judgment


@dataclass(slots=True)
class InterchangeReport:
    """One interchange: its envelope faults (those of its groups included) and its documents."""

    start: InterchangeStart
    faults: list[Fault] = field(default_factory=list)
    documents: list[Judgment] = field(default_factory=list)
    judged: JudgedInterchange | None = None

    def as_dict(self) -> dict[str, Any]:
        """The shape of ``gateway check --json``."""
        return {
            "sender": " ".join(self.start.sender),
            "receiver": " ".join(self.start.receiver),
            "control_number": self.start.control_number,
            "faults": [fault.as_dict() for fault in self.faults],
            "documents": [
                {
                    "set": judgment.set_id,
                    "version": judgment.version,
                    "judged_by": judgment.definition.version if judgment.definition else None,
                    "control_number": judgment.control_number,
                    "accepted": judgment.accepted,
                    "faults": [fault.as_dict() for fault in judgment.faults],
                }
                for judgment in self.documents
            ],
        }


@dataclass(slots=True)
class FileReport:
    """A whole file. ``problem`` says why it can't be read (further)."""

    file: str
    interchanges: list[InterchangeReport] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    problem: str = ""

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

    def as_dict(self) -> dict[str, Any]:
        """The shape of ``gateway check --json``."""
        faults = [fault.as_dict() for fault in self.faults]
        if self.problem:
            faults.append({"where": "transmission", "code": "unreadable", "ack_code": "", "message": self.problem})
        return {
            "file": self.file,
            "readable": self.readable,
            "faults": faults,
            "interchanges": [each.as_dict() for each in self.interchanges],
        }


def report(file: str, data: bytes | Iterable[bytes], judge: Judge, tolerate: Tolerate | None = None) -> FileReport:
    """Read and judge everything in ``data``."""
    made = FileReport(file)
    current: InterchangeReport | None = None
    try:
        for item in examine(read(data), judge, tolerate):
            match item:
                case InterchangeStart():
                    current = InterchangeReport(item)
                    made.interchanges.append(current)
                case JudgedSet() if current is not None:
                    current.documents.append(item.judgment)
                case JudgedInterchange() if current is not None:
                    current.judged = item
                    current.faults = item.faults + [fault for group in item.groups for fault in group.faults]
                case Fault():
                    made.faults.append(item)
                case _:
                    pass
    except X12Error as error:
        made.problem = error.detail
    return made
