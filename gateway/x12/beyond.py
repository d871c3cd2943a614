"""Finds values that hold characters beyond the basic set, for agreements that allow no other. Serves X12.6 section 3.3."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from gateway.x12.characters import BASIC
from gateway.x12.delimiters import Delimiters
from gateway.x12.elements import Finding
from gateway.x12.faults import FaultCode
from gateway.x12.standards.definition import Composite, Element, Segment


def beyond_basic(
    segment: Segment, fields: list[str], marks: Delimiters, told: Collection[tuple[int, int, int]]
) -> Iterator[Finding]:
    """Yield a finding for each value that is not of the basic set, but for the places where something is ``told`` already.

    A place is element, component and repetition.
    """
    allowed = BASIC.union(*marks.all())
    for number, (position, whole) in enumerate(zip(segment.positions, fields[1:], strict=False), 1):
        kind = position.kind
        if allowed.issuperset(whole) or (isinstance(kind, Element) and kind.type == "B") or (number, 0, 0) in told:
            continue
        parts = whole.split(marks.repetition) if marks.repetition else [whole]
        for repetition, part in enumerate(parts, 1):
            inner = part.split(marks.component) if isinstance(kind, Composite) and marks.component else [part]
            for component, value in enumerate(inner, 1):
                place = (number, component * isinstance(kind, Composite), repetition * (len(parts) > 1))
                if not allowed.issuperset(value) and place not in told:
                    yield Finding(FaultCode.CHARACTER_NOT_BASIC, *place, value)
