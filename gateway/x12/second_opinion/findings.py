"""One finding on a set, whoever has it, in a form in which the two can be compared. Serves the codes of X12.20."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from gateway.x12.faults import Fault, FaultCode, Level
from gateway.x12.second_opinion.opinion import Remark

Key: TypeAlias = tuple[str, int, str, int, int]

# pyx12 knows one way in which a segment has no place where X12.20 has four.
NO_PLACE = frozenset(
    {
        FaultCode.SEGMENT_UNKNOWN,
        FaultCode.SEGMENT_UNEXPECTED,
        FaultCode.SEGMENT_NOT_IN_SET,
        FaultCode.SEGMENT_OUT_OF_ORDER,
        FaultCode.SEGMENT_LOWER_CASE,
        FaultCode.SEGMENT_LINE_BREAK,
    }
)
NOTES = frozenset({FaultCode.CONDITION_BROKEN, FaultCode.EXCLUDED})  # pyx12 does not name the element.


@dataclass(frozen=True, slots=True)
class Finding:
    """What one of the two says of a place."""

    code: FaultCode
    position: int
    segment: str
    element: int
    component: int
    repetition: int
    value: str
    words: str

    @property
    def key(self) -> Key:
        """What makes two findings the same."""
        if self.code in NO_PLACE:
            return "no place", self.position, "", 0, 0
        if self.code in NOTES and not self.component:
            return self.code.ack_code, self.position, "", 0, 0
        if self.code is FaultCode.TOO_MANY_COMPONENTS:
            return self.code.ack_code, self.position, "", self.element, 0
        about = self.segment if self.code is FaultCode.SEGMENT_MISSING else ""
        return self.code.ack_code, self.position, about, self.element, self.component

    @property
    def of_structure(self) -> bool:
        """Whether it is about where a segment stands."""
        return self.code.level is Level.SEGMENT

    @property
    def place(self) -> str:
        """Where, for people."""
        place = f"{self.segment}/{self.element:02d}" if self.element else self.segment
        return f"seg {self.position} {place}{f'-{self.component}' if self.component else ''}"


def of_ours(fault: Fault) -> Finding:
    """Return one of our faults as a finding."""
    return Finding(
        fault.code,
        fault.position,
        fault.segment,
        fault.element,
        fault.component,
        fault.repetition,
        fault.value,
        fault.message,
    )


def of_theirs(remark: Remark) -> Finding:
    """Return a remark of pyx12 as a finding."""
    return Finding(
        remark.code,
        remark.position,
        remark.segment,
        remark.element,
        remark.component,
        remark.repetition,
        remark.value,
        remark.words,
    )
