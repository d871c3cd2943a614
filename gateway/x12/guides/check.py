"""Checks the rules of a guide over one judged set.

Where a rule and the standard speak of the same thing the rule is heard, and one cause has one fault. Opens no file.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

from gateway.x12.elements import is_date
from gateway.x12.faults import Fault, FaultCode
from gateway.x12.guides.levels import Hierarchy
from gateway.x12.guides.reference import Node, Scene, in_full
from gateway.x12.guides.rule import Rule
from gateway.x12.guides.segments import COMPONENT, new_segment
from gateway.x12.guides.value import wrong
from gateway.x12.guides.values import sample
from gateway.x12.hierarchy import link
from gateway.x12.model import TransactionSet, element
from gateway.x12.path import loops_at, segments_at
from gateway.x12.validator import Judgment

Place: TypeAlias = tuple[int, int, int, int, FaultCode]


def place_of(fault: Fault) -> Place:
    """Return what tells a fault from others: position, element, component, repetition, code."""
    return fault.position, fault.element, fault.component, fault.repetition, fault.code


_OVER = (FaultCode.SEGMENT_OVER_MAXIMUM, FaultCode.LOOP_OVER_MAXIMUM)
_ABSENT = (FaultCode.ELEMENT_MISSING, FaultCode.CONDITION_BROKEN)


class Spot(NamedTuple):
    """Where a fault stands: a segment, its element, component and repetition (0: not that deep)."""

    position: int
    element: int = 0
    component: int = 0
    repetition: int = 0


class Check:
    """Runs rules over one judged set; ``overruled`` are the places where the standard's fault doesn't count."""

    def __init__(self, guide: str, judgment: Judgment, transaction: TransactionSet, positions: dict[int, int]) -> None:
        self.guide = guide
        self.judgment = judgment
        self.transaction = transaction
        self.marks = transaction.marks
        self.tree: Node = link(judgment.tree or {})
        self.positions = positions
        self.known = {place_of(fault) for fault in judgment.faults}
        self.missing = {
            (fault.segment, fault.loop) for fault in judgment.faults if fault.code is FaultCode.SEGMENT_MISSING
        }
        self.faults: list[Fault] = []
        self.overruled: set[Place] = set()
        self._memo: dict[int, Any] = {}
        self._totals: dict[int, Decimal | None] = {}
        self._offsets: list[int] = []
        self._occurrences: dict[int, int] = {}

    def run(self, rule: Rule) -> None:
        """Check one rule wherever it applies."""
        target = rule.target
        if target.use is None:
            for above in loops_at(self.tree, target.hops[:-1]):
                below = loops_at(above, target.hops[-1:])
                self._count(rule, above, [self._first_position(node) for node in below])
            return
        seen: dict[str, int] = {}
        for node in loops_at(self.tree, target.hops):
            found = segments_at(node, target.use, target.filters)
            if target.elements is None:
                self._count(rule, node, [self.positions.get(id(segment), 0) for segment in found])
            else:
                for segment in found:
                    scene = Scene(self.tree, node, segment, self.marks, self._memo)
                    if rule.when is None or rule.when.holds(scene):
                        self._element(rule, segment, scene, seen)

    def levels(self, hierarchy: Hierarchy) -> None:
        """Check the paths of HL levels."""
        at_fault = {(fault.position, fault.element) for fault in (*self.judgment.faults, *self.faults)}
        for stray in hierarchy.strays(self.tree.get("HL", [])):
            position = self.positions.get(id(stray.segment), 0)
            above, code = "/".join(stray.path[:-1]) or "the set", stray.path[-1]
            allowed = " or ".join(stray.allowed)
            if stray.unfinished:
                message = f"no level stands below {'/'.join(stray.path)}, where {allowed} must follow"
                fix = f"send an HL with HL03 {allowed} below it"
                spot, kind, value = Spot(position), FaultCode.SEGMENT_REQUIRED_BY_GUIDE, ""
            elif (position, 3) in at_fault:
                continue
            else:
                message = f"level {code!r} may not stand below {above}"
                message += f", where {allowed} may; allowed is {hierarchy.text}" if allowed else ", where none may"
                fix = f"send HL03 {allowed}" if allowed else "move it to where it belongs"
                spot, kind, value = Spot(position, 3), FaultCode.CODE_NOT_IN_GUIDE, code
            self._report(kind, spot, ("HL", "HL"), message, fix, hierarchy.line, value, "735" if spot.element else "")

    def _first_position(self, node: Node) -> int:
        first = next(iter(node.values()))[0]
        return self.positions.get(id(first), 0)

    def _count(self, rule: Rule, node: Node, positions: list[int]) -> None:
        """Check presence and number of a segment or loop within one repetition of what is around it."""
        text, name = rule.text, rule.name
        if rule.when is not None and not rule.when.holds(Scene(self.tree, node, None, self.marks, self._memo)):
            return
        said = (name, rule.loop) in self.missing and not rule.conditional
        why = f" because {rule.when.words}" if rule.when else ""
        if len(positions) < text.least and not said:
            message = f"{rule.target.path.text} is required{why}"
            if text.least > 1:
                message = f"{rule.target.path.text} must come {text.least} times at least{why}, not {len(positions)}"
            code = FaultCode.SEGMENT_REQUIRED_BY_GUIDE
            self._add(rule, code, Spot(self._first_position(node)), message, self._addition(rule))
        if text.forbid:
            for position in positions:
                code, message = FaultCode.SEGMENT_NOT_ALLOWED, f"{name} is not allowed here{why}"
                self._add(rule, code, Spot(position), message, "remove it")
        if text.max_use is not None:
            if not rule.conditional:
                self.overruled.update((position, 0, 0, 0, code) for position in positions for code in _OVER)
            for position in positions[text.max_use :]:
                message = f"{name} comes more often than {text.max_use}"
                code = FaultCode.SEGMENT_OVER_GUIDE if rule.target.use else FaultCode.LOOP_OVER_GUIDE
                self._add(rule, code, Spot(position), message, f"send at most {text.max_use}")

    def _element(self, rule: Rule, segment: list[str], scene: Scene, seen: dict[str, int]) -> None:
        elements = rule.target.elements
        assert elements is not None
        position = self.positions.get(id(segment), 0)
        present = False
        for repetition, value in self._values(element(segment, elements.first), elements.component):
            if value:
                present = True
                spot = Spot(position, elements.first, elements.component, repetition)
                self._value(rule, spot, value, scene, seen)
        said = any((position, elements.first, elements.component, 0, code) in self.known for code in _ABSENT)
        if rule.text.require and not present and not said:
            code, message = FaultCode.ELEMENT_REQUIRED_BY_GUIDE, f"{self._place(rule, segment[0])} is required"
            if rule.when is not None:
                code, message = FaultCode.CONDITION_OF_GUIDE, f"{message} because {rule.when.words}"
            self._add(rule, code, Spot(position, elements.first, elements.component), message, self._sending(rule))

    def _addition(self, rule: Rule) -> str:
        """Advise to add a segment, and show one."""
        use, filters = rule.target.use, rule.target.filters
        if use is None:
            use, filters = rule.target.hops[-1].loop.trigger, rule.target.hops[-1].filters
        line = self.marks.element.join(new_segment(use, filters)).replace(COMPONENT, self.marks.component)
        return f"add {use.name}, for example {line}{self.marks.segment.strip()}"

    @staticmethod
    def _sending(rule: Rule) -> str:
        """Advise to send an element, and show a value."""
        kind = rule.target.element
        return f"send it, for example {sample(kind, [rule])}" if kind is not None else "send it"

    def _values(self, value: str, component: int) -> Iterator[tuple[int, str]]:
        """Yield the repetitions of an element, each with its number (0 for the only one), or a component of each."""
        parts = value.split(self.marks.repetition) if self.marks.repetition else [value]
        for number, part in enumerate(parts, 1):
            if component and self.marks.component:
                part = element(["", *part.split(self.marks.component)], component)
            yield number if len(parts) > 1 else 0, part

    def _value(self, rule: Rule, spot: Spot, value: str, scene: Scene, seen: dict[str, int]) -> None:
        """Check one value that is present: one fault at most."""
        text = rule.text
        if text.codes is not None:
            self.overruled.update(((*spot, FaultCode.CODE_UNKNOWN), (*spot, FaultCode.CODE_LOWER_CASE)))
        kind = rule.target.element
        if (
            text.length is not None and kind is not None and kind.type != "B"
        ):  # Data have the length announced for them.
            self.overruled.update(((*spot, FaultCode.TOO_LONG), (*spot, FaultCode.TOO_SHORT)))
        found = wrong(rule, value, self._place(rule, scene.segment[0] if scene.segment else ""))
        found = found or self._wrong_beside(rule, value, scene, seen, spot.position)
        if found:
            code, message, fix = found
            self._add(rule, code, spot, message, fix, value)

    def _wrong_beside(
        self, rule: Rule, value: str, scene: Scene, seen: dict[str, int], position: int
    ) -> tuple[FaultCode, str, str] | None:
        """Judge a value by what stands elsewhere in the set."""
        kind = rule.target.element
        shown = self._place(rule, scene.segment[0] if scene.segment else "")
        if rule.text.unique and seen.setdefault(value, position) != position:
            message = f"{value[:60]!r} in {shown} stands in segment {seen[value]} already"
            return FaultCode.REPEATED_BY_GUIDE, message, "send each value once"
        if rule.not_before is not None and is_date(value):
            other = rule.not_before.latest(scene)
            if other and in_full(value) < in_full(other):
                message = f"{value!r} in {shown} is before {rule.not_before.shown}, which is {other}"
                return FaultCode.DATE_ORDER_OF_GUIDE, message, f"send {other} or a later date"
        if rule.total is not None:
            total = self._total(rule)
            if total is not None and not rule.total.agrees(value, total, kind):
                right = rule.total.written(total, kind)
                message = f"{shown} is {value[:60]!r}, but {rule.total.text} is {right}"
                return FaultCode.TOTAL_OF_GUIDE, message, f"send {right}, or correct what it adds up"
        return None

    def _total(self, rule: Rule) -> Decimal | None:
        if rule.total is None:
            return None
        if id(rule) not in self._totals:
            self._totals[id(rule)] = rule.total.of(self.tree, self.marks, rule.target.element)
        return self._totals[id(rule)]

    @staticmethod
    def _place(rule: Rule, segment: str) -> str:
        elements, kind = rule.target.elements, rule.target.element
        assert elements is not None
        component = f"-{elements.component}" if elements.component else ""
        return f"{segment}{elements.first:02d}{component} ({kind.label if kind else ''})"

    def _add(self, rule: Rule, code: FaultCode, spot: Spot, message: str, fix: str, value: str = "") -> None:
        if rule.text.note:
            message = f"{message}; {rule.text.note}"
        if not spot.element and rule.target.elements is not None:
            spot = spot._replace(element=rule.target.elements.first, component=rule.target.elements.component)
        number = rule.target.element.number if rule.target.element else ""
        self._report(code, spot, (rule.name, rule.loop), message, fix, rule.line, value, number)

    def _report(
        self,
        code: FaultCode,
        spot: Spot,
        place: tuple[str, str],
        message: str,
        fix: str,
        line: int,
        value: str = "",
        number: str = "",
    ) -> None:
        if not self._offsets:
            self._offsets = self.transaction.offsets()
            self._occurrences = dict(_occurrences(self.judgment.tree or {}, self.positions))
        absent = code is FaultCode.SEGMENT_REQUIRED_BY_GUIDE
        self.faults.append(
            Fault(
                code,
                message,
                set_id=self.judgment.set_id,
                control_number=self.judgment.control_number,
                segment=place[0],
                position=spot.position,
                loop=place[1],
                occurrence=0 if absent else self._occurrences.get(spot.position, 0),
                element=spot.element,
                component=spot.component,
                repetition=spot.repetition,
                element_number=number,
                value=value,
                offset=self._offsets[spot.position - 1] if spot.position else self.transaction.offset,
                rule=f"guide {self.guide} line {line}",
                fix=fix,
            )
        )


def _occurrences(node: Node, positions: dict[int, int]) -> Iterator[tuple[int, int]]:
    """Yield the position of each segment and which of its kind it is there; what opens a loop counts the loops."""
    for items in node.values():
        for number, item in enumerate(items, 1):
            if not isinstance(item, dict):
                yield positions.get(id(item), 0), number
                continue
            yield from _occurrences(item, positions)
            first: Any = next(iter(item.values()))[0]
            if isinstance(first, list):
                yield positions.get(id(first), 0), number
