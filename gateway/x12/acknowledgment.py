"""TA1, 997 and 999, written and read: was it readable?

Serves X12.5 (TA1) and the sets 997 and 999. Writing turns verdicts into segments; reading turns segments, odd ones
included, into verdicts. An acknowledgment is never acknowledged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from gateway.x12.envelope import JudgedGroup, JudgedInterchange
from gateway.x12.faults import Fault, Level
from gateway.x12.model import (
    InterchangeAcknowledgment,
    InterchangeStart,
    Segments,
    element,
    same_number,
    whole_number,
)
from gateway.x12.standards import nearest_version
from gateway.x12.validator import Judgment
from gateway.x12.writer import Echo, OutSegment

ACKNOWLEDGMENTS = frozenset({"997", "999"})
GROUP_ID = "FA"

# The 999 says IK where the 997 says AK. Codes 12 and 13 came with 005010; before, both are "too many elements".
_DIALECT = {"997": ("AK3", "AK4", "AK5"), "999": ("IK3", "IK4", "IK5")}
_OLDER_CODES = {"12": "3", "13": "3"}
_OLDER_SET_CODES = {"18": "6"}
_MAX_COPY = 99
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
    head: list[str] = ["AK1", _id(start.functional_id, 2, 2), _number(start.control_number, 9)]
    if new:
        head.append(copied(start.version, 12))
    segments: list[OutSegment] = [head]
    accepted = 0
    for judgment in group.judgments:
        verdict = _set_verdict(group, judgment, style)
        accepted += verdict in "AE"
        if verdict != "A" or style.accepted_sets:
            segments += _set_response(judgment, verdict, style.set_id, new)
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


def _set_response(judgment: Judgment, verdict: str, kind: str, new: bool) -> list[OutSegment]:
    trailer = _DIALECT[kind][2]
    answered = ["AK2", _id(judgment.set_id, 3, 3), _id(judgment.control_number, 4, 9, "0")]
    out: list[OutSegment] = [answered]
    faults = [fault for fault in judgment.faults if not fault.tolerated]
    detailed = [fault for fault in faults if fault.code.level in (Level.SEGMENT, Level.ELEMENT)]
    for (position, name), here in groupby(detailed, key=lambda fault: (fault.position, fault.segment)):
        out += _segment_notes(list(here), position, name, kind, new)
    codes = [fault.code.wire for fault in faults if fault.code.level is Level.SET]
    if not new:
        codes = [_OLDER_SET_CODES.get(code, code) for code in codes]
    if detailed:
        codes.append("5")
    out.append([trailer, verdict, *list(dict.fromkeys(codes))[:5]])
    return out


def _segment_notes(faults: list[Fault], position: int, name: str, kind: str, new: bool) -> Iterable[OutSegment]:
    """Write the notes on one segment: one for each structural fault, one with code 8 above the notes on its elements."""
    segment_note, element_note, _ = _DIALECT[kind]
    # The field takes a code of 1 to 4 (later 6) characters: the loop's name, which is its first segment.
    loop = next((fault.loop.rpartition(">")[2].partition("#")[0] for fault in faults if fault.loop), "")
    head = [segment_note, _id(name, 2, 3), str(min(position, 999_999)), loop]
    for fault in faults:
        if fault.code.level is Level.SEGMENT:
            yield [*head, fault.code.wire]
    on_elements = [fault for fault in faults if fault.code.level is Level.ELEMENT]
    if on_elements:
        yield [*head, "8"]
    for fault in on_elements[:99]:
        yield _element_note(fault, element_note, new)


def _element_note(fault: Fault, name: str, new: bool) -> OutSegment:
    place = [str(min(fault.element, 99)), str(min(fault.component, 99) or "")]
    if new:
        place.append(str(min(fault.repetition, 9999) or ""))
    code = fault.code.wire if new else _OLDER_CODES.get(fault.code.wire, fault.code.wire)
    return [name, tuple(place), _reference(fault.element_number), code, copied(fault.value, _MAX_COPY)]


def _reference(number: str) -> str:
    """Return a data element number for AK402, which holds digits only."""
    return number if number.isdigit() else ""


def copied(value: str, most: int) -> Echo:
    """Copy what was sent into an acknowledgment that must be right itself: without what may be a delimiter there."""
    kept = "".join(mark for mark in value if " " <= mark <= "~" and mark not in "*~>:^|")
    return Echo(kept.strip()[:most].rstrip())


def _id(value: str, least: int, most: int, filler: str = "X") -> str:
    """Copy an identifier, letters and digits only; what is too short for its element is filled up on the left."""
    kept = "".join(mark for mark in value if mark.isascii() and mark.isalnum())
    return kept[:most].rjust(least, filler)


def _number(value: str, digits: int) -> str:
    """Copy a control number that must be one: 0 for what is none."""
    return value if whole_number(value) is not None and len(value) <= digits else "0"


def interchange_acknowledgment(interchange: JudgedInterchange) -> OutSegment:
    """Write the TA1 that answers ``interchange``: accepted, or rejected with the code of its first fault."""
    faults = [fault for fault in interchange.faults if not fault.tolerated]
    code = faults[0].code.wire if faults else "000"
    start = interchange.start
    date, time = _id(start.elements[8], 6, 6, "0"), _id(start.elements[9], 4, 4, "0")
    number = (whole_number(start.control_number) or 0) % 10**9
    return ["TA1", f"{number:09d}", date, time, interchange.verdict, code or "022"]


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
                current.verdict = element(segment, 1)
                current.codes = tuple(filter(None, segment[2:7]))
                current = None
            case "AK9":
                response.verdict = element(segment, 1)
                response.codes = tuple(filter(None, segment[5:10]))
            case _:
                pass
    for unsaid in response.sets:
        unsaid.verdict = unsaid.verdict or response.verdict
    return response


def _read_element_note(segment: list[str]) -> ElementNote:
    numbers = [int(digits) for digits in _DIGITS.findall(element(segment, 1))] + [0, 0]
    return ElementNote(numbers[0], element(segment, 3), numbers[1], element(segment, 2), element(segment, 4))


def read_interchange_acknowledgment(part: InterchangeAcknowledgment) -> InterchangeResponse:
    """Read a TA1."""
    number, _date, _time, verdict, code = (*part.elements, *[""] * 5)[:5]
    return InterchangeResponse(number, verdict, code)


def answers_needed(groups: Sequence[JudgedGroup]) -> list[JudgedGroup]:
    """Return the groups that get a 997 or 999: every one but those that hold acknowledgments themselves."""
    return [group for group in groups if group.start.functional_id != GROUP_ID]


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
