"""TA1, 997 and 999, written and read: was it readable?

Serves X12.5 (TA1) and the sets 997 and 999. Writing turns verdicts into segments; reading turns segments, odd ones
included, into verdicts. An acknowledgment is never acknowledged.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.x12.envelope import JudgedGroup, JudgedInterchange
from gateway.x12.model import (
    InterchangeAcknowledgment,
    InterchangeStart,
    Segments,
    element,
    same_number,
    whole_number,
)
from gateway.x12.noting import copied, copied_id, copied_number, set_response
from gateway.x12.standards import nearest_version
from gateway.x12.validator import Judgment
from gateway.x12.writer import OutSegment

ACKNOWLEDGMENTS = frozenset({"997", "999"})
GROUP_ID = "FA"

_DIGITS = re.compile(r"[0-9]{1,9}")
_MOST_SETS = 999_999  # AK902 to AK904 have six digits.


@dataclass(frozen=True, slots=True)
class AcknowledgmentStyle:
    """What the partner wants: 997 or 999, and whether accepted sets get an AK2 loop of their own."""

    set_id: str = "997"
    accepted_sets: bool = True
    accept_with_errors: bool = False


def functional_acknowledgment(group: JudgedGroup, style: AcknowledgmentStyle | None = None) -> list[OutSegment]:
    """Write the body (without ST and SE) of the 997 or 999 that answers ``group``."""
    style = style or AcknowledgmentStyle()
    start = group.start
    new = style.set_id == "999" or nearest_version(start.version) >= "005010"  # There is no older 999.
    head: list[str] = ["AK1", copied_id(start.functional_id, 2, 2), copied_number(start.control_number, 9)]
    if new:
        head.append(copied(start.version, 12))
    segments: list[OutSegment] = [head]
    accepted = 0
    for judgment in group.judgments:
        verdict = _set_verdict(group, judgment, style)
        accepted += verdict in "AE"
        if verdict != "A" or style.accepted_sets:
            segments += set_response(judgment, verdict, style.set_id, start.version, new=new)
    codes = dict.fromkeys(fault.code.wire for fault in group.faults if not fault.tolerated and fault.code.wire)
    received = len(group.judgments)
    verdict = _group_verdict(group, accepted, received, style)
    counts = (str(min(count, _MOST_SETS)) for count in (group.included, received, accepted))
    segments.append(["AK9", verdict, *counts, *list(codes)[:5]])
    return segments


def _set_verdict(group: JudgedGroup, judgment: Judgment, style: AcknowledgmentStyle) -> str:
    if group.rejected:
        return "R"
    if judgment.accepted:
        return "A"
    return "E" if style.accept_with_errors and judgment.definition is not None else "R"


def _group_verdict(group: JudgedGroup, accepted: int, received: int, style: AcknowledgmentStyle) -> str:
    if group.rejected or (received and not accepted):
        return "R"
    if accepted < received:
        return "P"
    clean = all(judgment.accepted for judgment in group.judgments)
    return "A" if clean or not style.accept_with_errors else "E"


def interchange_acknowledgment(interchange: JudgedInterchange) -> OutSegment:
    """Write the TA1 that answers ``interchange``: A accepted, E accepted with the code of what an agreement lets pass, or
    R rejected with the code of its first fault.
    """
    faults = [fault for fault in interchange.faults if not fault.tolerated] or interchange.faults
    code = faults[0].code.wire if faults else "000"
    verdict = "E" if faults and not interchange.rejected else interchange.verdict
    start = interchange.start
    date, time = copied_id(start.elements[8], 6, 6, "0"), copied_id(start.elements[9], 4, 4, "0")
    number = (whole_number(start.control_number) or 0) % 10**9
    return ["TA1", f"{number:09d}", date, time, verdict, code or "022"]


# Reading


@dataclass(slots=True)
class SegmentNote:
    """An AK3 with its AK4s: what the partner found wrong with one segment of ours."""

    segment: str
    position: int
    code: str
    loop: str = ""
    elements: list[ElementNote] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ElementNote:
    """An AK4: what the partner found wrong with one element."""

    element: int
    code: str
    component: int = 0
    number: str = ""
    value: str = ""


@dataclass(slots=True)
class SetResponse:
    """The verdict on one of our sets: A accepted, E accepted with errors, R M W X rejected."""

    set_id: str
    control_number: str
    verdict: str
    codes: tuple[str, ...] = ()
    notes: list[SegmentNote] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        """Whether the partner will process the set."""
        return self.verdict in ("A", "E")


@dataclass(slots=True)
class GroupResponse:
    """The verdict on one of our groups, and on those of its sets that it names."""

    functional_id: str
    control_number: str
    verdict: str
    version: str = ""
    codes: tuple[str, ...] = ()
    sets: list[SetResponse] = field(default_factory=list)

    def response_for(self, set_id: str, control_number: str) -> SetResponse:
        """Return the verdict on one set: its own where it is named, else the group's.

        In a group that is accepted in part, the sets that are not named are the accepted ones.
        """
        named = [response for response in self.sets if response.set_id in ("", set_id)]
        for response in named:
            if response.control_number == control_number:
                return response
        for response in named:
            if same_number(response.control_number, control_number):  # Some write 1 for 0001.
                return response
        verdict = "A" if self.verdict == "P" else self.verdict
        return SetResponse(set_id, control_number, verdict)


@dataclass(frozen=True, slots=True)
class InterchangeResponse:
    """A TA1 about one of our interchanges: A accepted, E with errors, R rejected; ``code`` is TA105."""

    control_number: str
    verdict: str
    code: str


def read_functional_acknowledgment(segments: Segments) -> GroupResponse:
    """Read the segments of a 997 or 999 (ST to SE). Missing parts are left empty; nothing is refused for being odd."""
    response = GroupResponse("", "", "")
    current: SetResponse | None = None
    for segment in segments:
        match segment[0]:
            case "AK1":
                response.functional_id, response.control_number = element(segment, 1), element(segment, 2)
                response.version = element(segment, 3)
            case "AK2":
                current = SetResponse(element(segment, 1), element(segment, 2), "")
                response.sets.append(current)
            case "AK3" | "IK3" if current is not None:
                name, position, loop, code = (element(segment, number) for number in range(1, 5))
                current.notes.append(SegmentNote(name, whole_number(position) or 0, code, loop))
            case "AK4" | "IK4" if current is not None and current.notes:
                current.notes[-1].elements.append(_read_element_note(segment))
            case "AK5" | "IK5" if current is not None:
                current.verdict = element(segment, 1).strip().upper()
                current.codes = tuple(filter(None, segment[2:7]))
                current = None
            case "AK9":
                response.verdict = element(segment, 1).strip().upper() or _counted(segment)
                response.codes = tuple(filter(None, segment[5:10]))
            case _:
                pass
    if not response.verdict and response.sets and all(each.verdict for each in response.sets):
        accepted = sum(each.accepted for each in response.sets)  # AK9 is missing, but its sets say it all.
        response.verdict = "A" if accepted == len(response.sets) else "P" if accepted else "R"
    for unsaid in response.sets:
        unsaid.verdict = unsaid.verdict or response.verdict
    return response


def _counted(segment: list[str]) -> str:
    """Return the verdict on a group that an AK9 without one tells by its counts; empty where it tells none."""
    received, accepted = (whole_number(element(segment, number)) for number in (3, 4))
    if not received or accepted is None:
        return ""
    return "R" if not accepted else "A" if accepted >= received else "P"


def _read_element_note(segment: list[str]) -> ElementNote:
    numbers = [int(digits) for digits in _DIGITS.findall(element(segment, 1))] + [0, 0]
    return ElementNote(numbers[0], element(segment, 3), numbers[1], element(segment, 2), element(segment, 4))


def read_interchange_acknowledgment(part: InterchangeAcknowledgment) -> InterchangeResponse:
    """Read a TA1."""
    number, _date, _time, verdict, code = (*part.elements, *[""] * 5)[:5]
    return InterchangeResponse(number, verdict, code)


def answers_needed(groups: Sequence[JudgedGroup]) -> list[JudgedGroup]:
    """Return the groups that get a 997 or 999: every one but those that hold acknowledgments, whatever GS01 says."""
    return [group for group in groups if group.start.functional_id != GROUP_ID and not _only_acknowledgments(group)]


def _only_acknowledgments(group: JudgedGroup) -> bool:
    return bool(group.judgments) and all(judgment.set_id in ACKNOWLEDGMENTS for judgment in group.judgments)


def wants_interchange_acknowledgment(interchange: JudgedInterchange, policy: str) -> bool:
    """Decide whether a TA1 is sent; ``policy`` is always, never, or errors: when asked for by ISA14 or rejected.

    What holds nothing but acknowledgments never gets one.
    """
    start: InterchangeStart = interchange.start
    only_acknowledgments = not answers_needed(interchange.groups) and (
        interchange.groups or interchange.acknowledgments
    )
    if policy == "never" or only_acknowledgments:
        return False
    return policy == "always" or start.wants_acknowledgment or interchange.rejected
