"""Walks one transaction set through a pyx12 map and says what pyx12 finds wrong, in our words and places.

The data are cut by our reader, since that of pyx12 loses some; walking, counting and judging are pyx12's alone: its walker
and validators, which keep nothing between calls. It takes no notice of repetitions, so each one is handed to it by itself.
What it says is mapped onto our codes: a segment that it finds no place for is to it always "unknown".

Serves X12.6 as another program reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pyx12.errors import EngineError, X12PathError
from pyx12.map_if import composite_if, element_if, segment_if
from pyx12.map_walker import walk_tree
from pyx12.segment import Composite, Segment

from gateway.x12.delimiters import Delimiters
from gateway.x12.faults import FaultCode
from gateway.x12.model import BINARY_LENGTH_AT, TransactionSet
from gateway.x12.second_opinion.maps import Start, our_map
from gateway.x12.second_opinion.shipped import shipped_map
from gateway.x12.standards import set_definition

# Marks that stand in no data: a Segment of pyx12 is made from text.
_ELEMENT, _COMPONENT, _SEGMENT = "\ue000", "\ue001", "\ue002"

_OF_SEGMENTS = {
    "2": FaultCode.SEGMENT_NOT_ALLOWED,
    "3": FaultCode.SEGMENT_MISSING,
    "4": FaultCode.LOOP_OVER_MAXIMUM,
    "5": FaultCode.SEGMENT_OVER_MAXIMUM,
}
_OF_ELEMENTS = {
    "1": FaultCode.ELEMENT_MISSING,
    "2": FaultCode.CONDITION_BROKEN,
    "3": FaultCode.TOO_MANY_ELEMENTS,
    "4": FaultCode.TOO_SHORT,
    "5": FaultCode.TOO_LONG,
    "6": FaultCode.CHARACTER,
    "7": FaultCode.CODE_UNKNOWN,
    "8": FaultCode.DATE,
    "9": FaultCode.TIME,
    "10": FaultCode.EXCLUDED,
}
_PLACE = re.compile(r"^([A-Z][A-Z0-9]{1,2})?(\d\d)(?:-(\d+))?$")


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that pyx12 finds wrong: our code for it, and where; ``words`` are its own.

    ``element`` is 0 for what is about a whole segment, a broken syntax note among it: pyx12 does not say which element it
    misses.
    """

    code: FaultCode
    position: int
    segment: str
    element: int = 0
    component: int = 0
    repetition: int = 0
    value: str = ""
    words: str = ""

    def __str__(self) -> str:
        place = f"{self.segment}/{self.element:02d}" if self.element else self.segment
        place += f"-{self.component}" if self.component else ""
        return f"{self.code.ack_code} {self.code.slug} seg {self.position} {place}"


@dataclass(slots=True)
class Opinion:
    """What pyx12 thinks of one set. ``judged_by`` names the map; empty where it has none and we neither."""

    set_id: str
    control_number: str
    judged_by: str = ""
    shipped: bool = False
    remarks: list[Remark] = field(default_factory=list)
    broke_off: str = ""  # Where and why pyx12 itself failed; the rest was not judged.

    @property
    def given(self) -> bool:
        """Whether pyx12 has an opinion at all."""
        return bool(self.judged_by)

    @property
    def accepted(self) -> bool:
        """Whether pyx12 finds nothing wrong from ST to SE."""
        return self.given and not self.remarks and not self.broke_off


def opinion_on(transaction: TransactionSet) -> Opinion:
    """Return the opinion of pyx12 on one set.

    By its own map where it has one for the very guide that GS08 names, by a map of our definition elsewhere.
    """
    made = Opinion(transaction.id, transaction.control_number)
    choice = set_definition(transaction.id, transaction.version) if transaction.id else None
    found = None if choice is not None and "X" not in transaction.version else shipped_map(transaction)
    if found is not None:
        made.judged_by, start = found
        made.shipped = True
    elif choice is not None:
        made.judged_by = f"our {choice.definition.id} {choice.judged_by}"
        start = our_map(choice.definition)
    else:
        return made
    walk = _Walk(start, transaction.marks)
    position = 0
    try:
        for position, fields in enumerate(transaction.as_sent(), 1):
            made.remarks += walk.segment(fields, position)
    except (EngineError, X12PathError, ValueError) as error:  # A ValueError is its way with a period like 1-2-3.
        made.broke_off = f"segment {position}: {error}"
    return made


class _Walk:
    """One walk through one map."""

    def __init__(self, start: Start, marks: Delimiters) -> None:
        self._marks = marks
        self._node: Any = start.node
        self._walker = walk_tree()
        self._walker.forceWalkCounterToLoopStart(start.loop_path, start.path)

    def segment(self, fields: list[str], position: int) -> Iterator[Remark]:
        """Take the next segment of the set, ST first."""
        name = fields[0]
        node: Any = self._node
        if position > 1:
            found = self._walker.walk_errors(node, self._whole(fields), position, position, None)
            node, errors = found[0], found[3]
            for error in errors:
                yield self._misplaced(error, name, position)
            if node is None:
                return  # pyx12 stays where it was, and does not judge the elements of what has no place.
            self._node = node
        # A composite with too many components is judged twice, once as far as it may go.
        yield from dict.fromkeys(self._elements(node, fields, position))

    def _whole(self, fields: list[str]) -> Segment:
        """Return a segment as the walker wants it: with the values by which it tells siblings apart."""
        mark = self._marks.component
        return _segment_of([text.replace(mark, _COMPONENT) if mark and at else text for at, text in enumerate(fields)])

    @staticmethod
    def _misplaced(error: Any, name: str, position: int) -> Remark:
        code = _OF_SEGMENTS.get(error.err_cde, FaultCode.SEGMENT_UNKNOWN)
        about = error.map_node.id if code is FaultCode.SEGMENT_MISSING else name
        return Remark(code, position, about, words=error.err_str)

    def _elements(self, node: segment_if, fields: list[str], position: int) -> Iterator[Remark]:
        """Have a segment judged whole, and by themselves the repetitions that pyx12 would not see."""
        name = fields[0]
        values, further = [], []
        for number, text in enumerate(fields[1:], 1):
            value, rest = self._parts(node, number, text)
            values.append(value)
            further += [(number, repetition, part) for repetition, part in rest]
        for error in node.is_valid_errors(_segment_of([name, *values]))[1]:
            yield _on_element(error, name, position)
        for number, repetition, part in further:
            child = node.get_child_node_by_idx(number - 1)
            assert child is not None
            given: Any = Composite(part, _COMPONENT)
            for error in child.is_valid_errors(given)[1]:
                yield _on_element(error, name, position, repetition)

    def _parts(self, node: segment_if, number: int, text: str) -> tuple[str, list[tuple[int, str]]]:
        """Return what of an element the segment may have, and what is to be judged by itself.

        pyx12 fails on a composite with too many components when it stands in a segment, so that is judged by itself too.
        """
        child = node.get_child_node_by_idx(number - 1)
        if child is None or (node.id in BINARY_LENGTH_AT and number == len(node.children)):
            return text, []
        mark, inner = self._marks.repetition, self._marks.component
        parts = [part.replace(inner, _COMPONENT) if inner else part for part in (text.split(mark) if mark else [text])]
        rest = list(enumerate(parts[1:], 2))
        first = parts[0]
        if isinstance(child, composite_if) and first.count(_COMPONENT) >= len(child.children):
            rest.insert(0, (0, first))
            first = _COMPONENT.join(first.split(_COMPONENT)[: len(child.children)])
        return first, rest


def _segment_of(fields: list[str]) -> Segment:
    return Segment(_ELEMENT.join(fields), _SEGMENT, _ELEMENT, _COMPONENT)


def _on_element(error: Any, name: str, position: int, repetition: int = 0) -> Remark:
    code = _OF_ELEMENTS[error.err_cde]
    place = _PLACE.match(str(error.refdes))
    named = bool(place and place[1])
    element = int(place[2]) if place else 0
    component = int(place[3] or 0) if place else 0
    if code is FaultCode.TOO_MANY_ELEMENTS and named:
        code = FaultCode.TOO_MANY_COMPONENTS
    if not isinstance(error.map_node, element_if) and code in (FaultCode.CONDITION_BROKEN, FaultCode.EXCLUDED):
        element = component = 0
    return Remark(code, position, name, element, component, repetition, error.err_val or "", error.err_str)
