"""The notes of an acknowledgment: an AK2 loop of a 997 or 999, which says for each fault of a set where it is and what kind.

Serves the sets 997 and 999. What a partner wrote is copied so that the acknowledgment is right itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from gateway.x12.faults import Fault, FaultCode, Level
from gateway.x12.model import whole_number
from gateway.x12.validator import Judgment
from gateway.x12.writer import Echo, OutSegment

# The 999 says IK where the 997 says AK. Codes 12 and 13 came with 005010; before, both are "too many elements".
_DIALECT = {"997": ("AK3", "AK4", "AK5"), "999": ("IK3", "IK4", "IK5")}
_OLDER_CODES = {"12": "3", "13": "3"}
_OLDER_SET_CODES = {"18": "6"}
_MAX_COPY = 99
# What a guide asks for has codes of its own in the 999, which the 997 lacks.
_GUIDE_CODES = {
    FaultCode.SEGMENT_NOT_ALLOWED: "I4",
    FaultCode.SEGMENT_REQUIRED_BY_GUIDE: "I8",
    FaultCode.ELEMENT_REQUIRED_BY_GUIDE: "I9",
    FaultCode.ELEMENT_NOT_ALLOWED: "I10",
    FaultCode.CODE_NOT_IN_GUIDE: "I6",
    FaultCode.CONDITION_OF_GUIDE: "I9",
    FaultCode.EXCLUDED_BY_GUIDE: "I13",
    FaultCode.PATTERN_OF_GUIDE: "I12",
}
_CONVENTION = re.compile(r"[0-9]{6}X[0-9]{1,3}[A-Z0-9]*")  # GS08 that names an implementation guide; ST03 repeats it.
_TRIGGER = "SITUATIONAL TRIGGER"
_NOTE = re.compile(r"syntax note ([PRECL])((?:[0-9]{2})+)\)")


def set_response(judgment: Judgment, verdict: str, kind: str, version: str, *, new: bool) -> list[OutSegment]:
    """Write the AK2 loop of one set of a group in ``version`` for a 997 or 999 (``kind``); ``new`` is 005010 and later.

    AK203 names the implementation guide (ST03) where GS08 does, with which ST03 agrees.
    """
    trailer = _DIALECT[kind][2]
    answered = ["AK2", copied_id(judgment.set_id, 3, 3), copied_id(judgment.control_number, 4, 9, "0")]
    if new and _CONVENTION.fullmatch(version):
        answered.append(version)
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
    head = [segment_note, copied_id(name, 2, 3), str(min(position, 999_999)), loop]
    for fault in faults:
        if fault.code.level is Level.SEGMENT:
            yield [*head, _code(fault, kind)]
    on_elements = [fault for fault in faults if fault.code.level is Level.ELEMENT]
    if on_elements:
        yield [*head, "8"]
    for fault in on_elements[:99]:
        yield _element_note(fault, element_note, kind, new=new)
        if kind == "999" and (trigger := _trigger(fault)) is not None:
            yield ["CTX", _TRIGGER, *head[1:], trigger]


def _code(fault: Fault, kind: str) -> str:
    """Return the code of a fault: what a guide asks for has one of its own in a 999."""
    return _GUIDE_CODES.get(fault.code, fault.code.wire) if kind == "999" else fault.code.wire


def _trigger(fault: Fault) -> tuple[str, ...] | None:
    """Return the place in the same segment that makes a fault one, where the syntax note behind it tells which it is."""
    found = _NOTE.search(fault.message)
    if found is None:
        return None
    positions = [int(found[2][at : at + 2]) for at in range(0, len(found[2]), 2)]
    own = fault.component or fault.element
    if found[1] in "CL" and own != positions[0]:
        other = positions[0]
    elif found[1] in "PE" and len(positions) == 2 and own in positions:
        other = positions[0] if own == positions[1] else positions[1]
    else:
        return None
    return (str(fault.element), str(other)) if fault.component else (str(other),)


def _element_note(fault: Fault, name: str, kind: str, *, new: bool) -> OutSegment:
    place = [str(min(fault.element, 99)), str(min(fault.component, 99) or "")]
    if new:
        place.append(str(min(fault.repetition, 9999) or ""))
    code = _code(fault, kind) if new else _OLDER_CODES.get(fault.code.wire, fault.code.wire)
    return [name, tuple(place), _reference(fault.element_number), code, copied(fault.value, _MAX_COPY)]


def _reference(number: str) -> str:
    """Return a data element number for AK402, which holds digits only."""
    return number if number.isdigit() else ""


def copied(value: str, most: int) -> Echo:
    """Copy what was sent into an acknowledgment that must be right itself: without what may be a delimiter there."""
    kept = "".join(mark for mark in value if " " <= mark <= "~" and mark not in "*~>:^|")
    return Echo(kept.strip()[:most].rstrip())


def copied_id(value: str, least: int, most: int, filler: str = "X") -> str:
    """Copy an identifier, letters and digits only; what is too short for its element is filled up on the left."""
    kept = "".join(mark for mark in value if mark.isascii() and mark.isalnum())
    return kept[:most].rjust(least, filler)


def copied_number(value: str, digits: int) -> str:
    """Copy a control number that must be one: 0 for what is none."""
    return value if whole_number(value) is not None and len(value) <= digits else "0"
