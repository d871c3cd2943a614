"""TA1, 997 and 999, written and read: was it readable?

Serves X12.5 (TA1) and the sets 997 and 999. Writing turns verdicts into segments; reading turns segments, odd ones
included, into verdicts. An acknowledgment is never acknowledged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from gateway.x12.envelope import JudgedGroup, JudgedInterchange
from gateway.x12.faults import Fault, Level
from gateway.x12.model import InterchangeAcknowledgment, InterchangeStart, Segments, element
from gateway.x12.validator import Judgment
from gateway.x12.writer import OutSegment

ACKNOWLEDGMENTS = frozenset({"997", "999"})
GROUP_ID = "FA"

# The 999 says IK where the 997 says AK. Codes 12 and 13 came with 005010; before, both are "too many elements".
_DIALECT = {"997": ("AK3", "AK4", "AK5"), "999": ("IK3", "IK4", "IK5")}
_OLDER_CODES = {"12": "3", "13": "3"}
_OLDER_SET_CODES = {"18": "6"}
_MAX_COPY = 99


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
    new = start.version[:6] >= "005010"
    head: list[str] = ["AK1", start.functional_id, start.control_number]
    if new:
        head.append(start.version)
    segments: list[OutSegment] = [head]
    accepted = 0
    for judgment in group.judgments:
        verdict = _set_verdict(group, judgment, style)
        accepted += verdict in "AE"
        if verdict != "A" or style.accepted_sets:
            segments += _set_response(judgment, verdict, style.set_id, new, start.interchange.delimiters.all())
    codes = [fault.code.wire for fault in group.faults if not fault.tolerated and fault.code.wire][:5]
    received = len(group.judgments)
    verdict = _group_verdict(group, accepted, received, style)
    segments.append(["AK9", verdict, str(group.included), str(received), str(accepted), *codes])
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


def _set_response(judgment: Judgment, verdict: str, kind: str, new: bool, marks: tuple[str, ...]) -> list[OutSegment]:
    segment_note, element_note, trailer = _DIALECT[kind]
    out: list[OutSegment] = [["AK2", judgment.set_id, judgment.control_number]]
    faults = [fault for fault in judgment.faults if not fault.tolerated]
    detailed = [fault for fault in faults if fault.code.level in (Level.SEGMENT, Level.ELEMENT)]
    for (position, name), here in groupby(detailed, key=lambda fault: (fault.position, fault.segment)):
        out += _segment_notes(list(here), position, name, segment_note, element_note, new, marks)
    codes = [fault.code.wire for fault in faults if fault.code.level is Level.SET]
    if not new:
        codes = [_OLDER_SET_CODES.get(code, code) for code in codes]
    if detailed:
        codes.append("5")
    out.append([trailer, verdict, *dict.fromkeys(codes[:5])])
    return out


def _segment_notes(
    faults: list[Fault],
    position: int,
    name: str,
    segment_note: str,
    element_note: str,
    new: bool,
    marks: tuple[str, ...],
) -> Iterable[OutSegment]:
    """Write the notes on one segment: one for each structural fault, one with code 8 above the notes on its elements."""
    # The field takes a code of 1 to 4 (later 6) characters: the loop's name, which is its first segment.
    loop = next((fault.loop.rpartition(">")[2].partition("#")[0] for fault in faults if fault.loop), "")
    for fault in faults:
        if fault.code.level is Level.SEGMENT:
            yield [segment_note, _shown(name, marks)[:3] or "?", str(position), loop, fault.code.wire]
    on_elements = [fault for fault in faults if fault.code.level is Level.ELEMENT]
    if on_elements:
        yield [segment_note, name, str(position), loop, "8"]
    for fault in on_elements[:99]:
        place = [str(fault.element), str(fault.component or ""), str(fault.repetition or "")]
        code = fault.code.wire if new else _OLDER_CODES.get(fault.code.wire, fault.code.wire)
        yield [element_note, tuple(place), _reference(fault.element_number), code, _shown(fault.value, marks)]


def _reference(number: str) -> str:
    """Return a data element number for AK402, which holds digits only."""
    return number if number.isdigit() else ""


def _shown(value: str, marks: tuple[str, ...]) -> str:
    """Copy a bad value: at most 99 characters, none of them a delimiter or a control character."""
    kept = "".join(mark for mark in value if mark.isprintable() and mark not in marks and mark not in "*~>:^|")
    return kept[:_MAX_COPY].strip()


def interchange_acknowledgment(interchange: JudgedInterchange) -> OutSegment:
    """Write the TA1 that answers ``interchange``: accepted, or rejected with the code of its first fault."""
    faults = [fault for fault in interchange.faults if not fault.tolerated]
    code = faults[0].code.wire if faults else "000"
    start = interchange.start
    date, time = start.elements[8][:6], start.elements[9][:4]
    number = start.control_number if start.control_number.isdigit() else "0"
    return ["TA1", f"{int(number) % 10**9:09d}", date, time, interchange.verdict, code or "022"]


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
        for response in self.sets:
            if response.control_number == control_number and response.set_id in ("", set_id):
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
                position = element(segment, 2)
                current.notes.append(
                    SegmentNote(
                        element(segment, 1),
                        int(position) if position.isdigit() else 0,
                        element(segment, 4),
                        element(segment, 3),
                    )
                )
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
    digits: list[str] = []
    for mark in element(segment, 1):
        if mark.isdigit():
            digits[-1:] = [digits[-1] + mark] if digits else [mark]
        else:
            digits.append("")
    numbers = [int(part) for part in digits if part] + [0, 0]
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
