"""Shows, for a fault of a set, a segment as it would be right: the one that was sent with the fault put right where that
can be done, else one made from the definition.

An example is judged before it is shown. It is about form: a value in it is a value of the right kind, never the right value.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache

from gateway.x12.characters import as_basic
from gateway.x12.delimiters import Delimiters
from gateway.x12.elements import SegmentJudge
from gateway.x12.expecting import position_of, use_of
from gateway.x12.faults import Fault, FaultCode, Level
from gateway.x12.guides.segments import complete, new_segment
from gateway.x12.guides.values import sample
from gateway.x12.hierarchy import hierarchy_findings
from gateway.x12.model import element
from gateway.x12.periods import PERIOD
from gateway.x12.periods import sample as sample_period
from gateway.x12.pieces import BINARY_LENGTH_AT
from gateway.x12.showing import written
from gateway.x12.standards import library
from gateway.x12.standards.definition import Composite, Element, Segment, Use
from gateway.x12.validator import Judgment

_F = FaultCode
_MADE_COMPONENT = ">"  # Between the components of what `gateway.x12.guides` makes.
_USUAL = Delimiters()
_LEFT_OUT = frozenset({_F.SEGMENT_UNKNOWN, _F.SEGMENT_NOT_IN_SET, _F.SEGMENT_BLANK, _F.SEGMENT_NOT_ALLOWED})
_ADDED = frozenset({_F.SEGMENT_MISSING, _F.SEGMENT_REQUIRED_BY_GUIDE})
_EMPTIED = frozenset({_F.EXCLUDED, _F.EXCLUDED_BY_GUIDE})
_LONGEST = 160  # Characters of a segment that serves as an example; a longer one is made anew.


class Examples:
    """Makes the examples of one judged set, in the delimiters of its sender."""

    def __init__(self, judgment: Judgment) -> None:
        assert judgment.transaction is not None
        self.judgment = judgment
        self.definition = judgment.definition
        self.segments = judgment.transaction.as_sent()
        self.marks = judgment.transaction.marks
        # Between letters or digits nothing reads as it should: then every segment is made anew, between the usual marks.
        self._odd = any(mark.isalnum() or mark == " " for mark in self.marks.all())
        if self._odd:
            self.marks = _USUAL

    def of(self, fault: Fault) -> str:
        """Return the example for a fault: one segment, or two where what stands between them is to be left out."""
        found = [fields for fields in self._of(fault) if fields] or [_bounds(fault, self.judgment, len(self.segments))]
        between = "" if self.marks.segment.isprintable() else "  "
        return between.join(written(fields, self.marks) for fields in found)

    def _of(self, fault: Fault) -> list[list[str]]:
        if fault.code.level is Level.SET:
            return [_bounds(fault, self.judgment, len(self.segments))]
        if fault.code.level is Level.ELEMENT:
            return [self._element(fault)]
        if fault.code is _F.SEGMENT_UNKNOWN and (near := self._nearest(fault)):
            return [near]
        if fault.code in _LEFT_OUT:
            behind = fault.position if fault.code is _F.SEGMENT_BLANK else fault.position + 1
            return [self.right(fault.position - 1), self.right(behind)]
        use = use_of(fault, self.definition)
        if fault.code is _F.SEGMENT_UNEXPECTED and use is not None:
            opener = use.loop.parent and (use.loop.parent if use is use.loop.trigger else use.loop)
            use = opener.trigger if opener is not None and opener.parent is not None else use
            return [self.made(use)] if use.name != fault.segment else [self.right(fault.position)]
        if fault.code in _ADDED and use is not None:
            return [self._level(fault, use) if use.name == "HL" else self.made(use)]
        return [self.right(fault.position)]

    def right(self, position: int) -> list[str]:
        """Return the segment at ``position`` without any fault of its elements; nothing where the set has none there."""
        if not 0 < position <= len(self.segments):
            return []
        if self.definition is None:
            return [] if self._odd else list(self.segments[position - 1])
        fields = [self.segments[position - 1][0].upper(), *self.segments[position - 1][1:]]
        use = _use_named(fields[0], self)
        if use is None or self.fits(fields, use):
            return fields if use is not None else []
        return self.made(use)

    def made(self, use: Use) -> list[str]:
        """Return a segment made from its definition."""
        return own_marks(new_segment(use), use, self.marks)

    def fits(self, fields: list[str], use: Use) -> bool:
        """Tell whether nothing is wrong with the elements of a segment that is short enough to be shown."""
        short = sum(map(len, fields)) <= _LONGEST
        return short and not self._odd and not _judge(use.segment).findings(fields, self.marks)

    def _nearest(self, fault: Fault) -> list[str]:
        """Return the segment under the identifier that was probably meant."""
        known = self.definition.segment_ids if self.definition else frozenset()
        for name in get_close_matches(fault.segment.upper(), sorted(known - {"ST", "SE"}), 1, 0.6):
            use = _use_named(name, self)
            fields = [name, *self.segments[fault.position - 1][1:]]
            if use is not None:
                return fields if self.fits(fields, use) else self.made(use)
        return []

    def _element(self, fault: Fault) -> list[str]:
        use = use_of(fault, self.definition)
        if use is None:
            return []
        if self._odd:
            return self.made(use)
        fields = list(self.segments[fault.position - 1])
        fields[0] = use.name
        self._repair(fields, fault, use)
        trim(fields)
        if self.fits(fields, use):
            return fields
        fields = own_marks(new_segment(use), use, self.marks)
        if fault.code not in _EMPTIED and fault.element <= len(use.segment.positions):
            self._put_sample(fields, fault, use)
            complete(fields, use)
        return fields if self.fits(fields, use) else self.made(use)

    def _repair(self, fields: list[str], fault: Fault, use: Use) -> None:
        """Put right what the fault is about, and nothing else."""
        match fault.code:
            case _F.TRAILING_SEPARATOR | _F.LINE_BREAK:
                pass
            case _F.TOO_MANY_ELEMENTS:
                del fields[len(use.segment.positions) + 1 :]
            case _F.TOO_MANY_REPETITIONS:
                position = use.segment.positions[fault.element - 1]
                kept = fields[fault.element].split(self.marks.repetition)[: position.repeats]
                fields[fault.element] = self.marks.repetition.join(kept)
            case _F.TOO_MANY_COMPONENTS:
                self._cut_components(fields, fault, use)
            case _F.EXCLUDED | _F.EXCLUDED_BY_GUIDE:
                self.put(fields, fault, "")
            case _F.CHARACTER_NOT_BASIC:
                self.put(fields, fault, clean(as_basic(fault.value).strip(), self.marks))
            case _F.CODE_LOWER_CASE:
                self.put(fields, fault, fault.value.upper())
            case _F.DATE | _F.TIME if fault.element_number == PERIOD:
                self.put(fields, fault, clean(sample_period(fields[fault.element - 1]), self.marks))
            case _F.HL_NUMBER | _F.HL_CHILDREN | _F.HL_PARENT:
                self._hierarchy(fields, fault)
            case _ if fault.element > len(use.segment.positions):
                del fields[len(use.segment.positions) + 1 :]
            case _F.TOO_LONG | _F.TOO_SHORT if fault.element == BINARY_LENGTH_AT.get(use.name, -2) + 1:
                fields[fault.element - 1] = str(len(fields[fault.element]))
            case _:
                self._put_sample(fields, fault, use)

    def _put_sample(self, fields: list[str], fault: Fault, use: Use) -> None:
        position = position_of(use, fault)
        if position is None:
            return
        kind = position.kind
        if isinstance(kind, Composite):
            kind = next(place.kind for place in kind.components)
        if isinstance(kind, Element):
            self.put(fields, fault, clean(sample(kind), self.marks))

    def put(self, fields: list[str], fault: Fault, value: str) -> None:
        """Set the element, component or repetition that a fault is about."""
        fields += [""] * (fault.element + 1 - len(fields))
        parts = fields[fault.element].split(self.marks.repetition) if fault.repetition else [fields[fault.element]]
        at = min(max(fault.repetition, 1), len(parts)) - 1
        if fault.component and self.marks.component:
            inner = parts[at].split(self.marks.component)
            inner += [""] * (fault.component - len(inner))
            inner[fault.component - 1] = value
            value = self.marks.component.join(inner).rstrip(self.marks.component)
        parts[at] = value
        fields[fault.element] = self.marks.repetition.join(parts)

    def _cut_components(self, fields: list[str], fault: Fault, use: Use) -> None:
        kind = use.segment.positions[fault.element - 1].kind
        most = len(kind.components) if isinstance(kind, Composite) else 1
        mark = self.marks.repetition or "\0"
        parts = fields[fault.element].split(mark)
        kept = [self.marks.component.join(part.split(self.marks.component)[:most]) for part in parts]
        fields[fault.element] = mark.join(kept)

    def _hierarchy(self, fields: list[str], fault: Fault) -> None:
        """Give a level the number, parent or flag that the other levels ask for."""
        at = [index for index, segment in enumerate(self.segments) if segment[0] == "HL"]
        own = at.index(fault.position - 1)
        if fault.code is _F.HL_PARENT:
            self.put(fields, fault, element(self.segments[at[own - 1]], 1) if own else "")
            return
        levels = [self.segments[index] for index in at]
        for index, finding in hierarchy_findings(levels):
            if index == own and finding.code is fault.code:
                self.put(fields, fault, finding.detail)

    def _level(self, fault: Fault, use: Use) -> list[str]:
        """Return the HL that is missing below the level at the place of the fault."""
        above = self.segments[fault.position - 1] if 0 < fault.position <= len(self.segments) else []
        number = sum(segment[0] == "HL" for segment in self.segments) + 1
        asked = fault.fix.partition("HL03 ")[2].partition(" ")[0]
        made = self.made(use)
        code = asked or (made[3] if len(made) > 3 else "I")
        return ["HL", str(number), element(above, 1) if above and above[0] == "HL" else "", code]


def own_marks(fields: list[str], use: Use, marks: Delimiters) -> list[str]:
    """Return a made segment in the delimiters ``marks``."""
    own = []
    for number, value in enumerate(fields):
        position = use.segment.positions[number - 1] if 0 < number <= len(use.segment.positions) else None
        inner = position is not None and isinstance(position.kind, Composite)
        parts = value.split(_MADE_COMPONENT) if inner else [value]
        own.append(marks.component.join(clean(part, marks) for part in parts))
    return own


def clean(value: str, marks: Delimiters) -> str:
    """Return a made value without what is a delimiter here."""
    return "".join(mark for mark in value if mark not in marks.all())


def trim(fields: list[str]) -> None:
    """Let nothing stand behind the last value."""
    while len(fields) > 1 and not fields[-1]:
        fields.pop()


def _use_named(name: str, examples: Examples) -> Use | None:
    definition = examples.definition
    return next((use for use in definition.root.uses() if use.name == name), None) if definition else None


def _bounds(fault: Fault, judgment: Judgment, count: int) -> list[str]:
    """Return the ST or SE as it would be right."""
    transaction = judgment.transaction
    assert transaction is not None
    control = judgment.control_number
    if not (4 <= len(control) <= 9 and control.isalnum() and control.isascii()):
        control = "0001"
    if fault.code is _F.SET_NOT_IN_GROUP and transaction.group is not None and judgment.definition is not None:
        return ["GS", judgment.definition.group_id, *transaction.group.elements[1:]]
    if fault.code in (_F.SET_ID, _F.SET_UNSUPPORTED):
        group = transaction.group.functional_id if transaction.group else ""
        return ["ST", _set_of_group(group), control]
    if fault.code is _F.SET_REPEATED:
        number = control[:-1] + ("2" if control[-1] != "2" else "3")
        return ["ST", judgment.set_id, number]
    if fault.code is _F.SET_NUMBER:
        return ["ST", judgment.set_id, control]
    return ["SE", str(count + (fault.code is _F.SET_UNCLOSED)), control]


@cache
def _set_of_group(group: str) -> str:
    """Return a set that belongs into a group of this kind; where the kind is none, an order."""
    version = "004010"
    for name in library.available(version):
        choice = library.set_definition(name, version)
        if choice is not None and choice.definition.group_id == group:
            return name
    return "850"


@cache
def _judge(segment: Segment) -> SegmentJudge:
    return SegmentJudge(segment)
