"""The rules of a guide and their check over one judged set: presence, number, codes and lengths.

Where a rule and the standard speak of the same thing the rule is heard, and one cause has one fault. Opens no file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gateway.x12.faults import Fault, FaultCode
from gateway.x12.hierarchy import link
from gateway.x12.model import TransactionSet, element
from gateway.x12.path import Target, loops_at, segments_at
from gateway.x12.validator import Judgment

Length = Annotated[str, StringConstraints(pattern=r"^\d+(\.\.\d+)?$")]


class RuleText(BaseModel):
    """What a guide may ask of one place."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    require: bool = Field(False, description="It must be there in each repetition of the loop around it.")
    forbid: bool = Field(False, description="It may not be there.")
    max_use: int | None = Field(None, ge=1, description="How often the segment or loop may come.")
    codes: tuple[str, ...] | None = Field(None, description="The codes allowed, those beyond the standard included.")
    length: Length | None = Field(None, description="Length allowed in characters: 10 or 2..10.")
    note: str | None = Field(None, description="Why, in words for the partner; it is shown with the fault.")

    @property
    def lengths(self) -> tuple[int, int]:
        """The least and the greatest length allowed; ``10`` means exactly that."""
        low, _, high = (self.length or "0").partition("..")
        return int(low), int(high or low)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, found in the definition."""

    target: Target
    text: RuleText
    line: int

    @property
    def name(self) -> str:
        """The segment it is about; of a loop the one that opens it."""
        return self.target.use.name if self.target.use else self.target.hops[-1].loop.trigger.name

    @property
    def loop(self) -> str:
        """The path of the loop it is about or within."""
        return (self.target.use.loop if self.target.use else self.target.hops[-1].loop).path

    @property
    def conditional(self) -> bool:
        """Whether it is about some of the segments or loops of that name only."""
        return bool(self.target.filters or (self.target.use is None and self.target.hops[-1].filters))


Place: TypeAlias = tuple[int, int, int, int, FaultCode]


def place_of(fault: Fault) -> Place:
    """Return what tells a fault from others: position, element, component, repetition, code."""
    return fault.position, fault.element, fault.component, fault.repetition, fault.code


_OVER = (FaultCode.SEGMENT_OVER_MAXIMUM, FaultCode.LOOP_OVER_MAXIMUM)
_ABSENT = (FaultCode.ELEMENT_MISSING, FaultCode.CONDITION_BROKEN)


class Check:
    """Runs rules over one judged set; ``overruled`` are the places where the standard's fault doesn't count."""

    def __init__(self, guide: str, judgment: Judgment, transaction: TransactionSet, positions: dict[int, int]) -> None:
        self.guide = guide
        self.judgment = judgment
        self.transaction = transaction
        self.marks = transaction.marks
        self.offsets = transaction.offsets()
        self.tree = link(judgment.tree or {})
        self.positions = positions
        self.known = {place_of(fault) for fault in judgment.faults}
        self.missing = {
            (fault.segment, fault.loop) for fault in judgment.faults if fault.code is FaultCode.SEGMENT_MISSING
        }
        self.faults: list[Fault] = []
        self.overruled: set[Place] = set()

    def run(self, rule: Rule) -> None:
        """Check one rule wherever it applies."""
        target = rule.target
        if target.use is None:
            for above in loops_at(self.tree, target.hops[:-1]):
                below = loops_at(above, target.hops[-1:])
                self._count(rule, above, [self._first_position(node) for node in below])
            return
        for node in loops_at(self.tree, target.hops):
            found = segments_at(node, target.use, target.filters)
            if target.elements is None:
                self._count(rule, node, [self.positions.get(id(segment), 0) for segment in found])
            else:
                for segment in found:
                    self._element(rule, segment)

    def _first_position(self, node: dict[str, list[Any]]) -> int:
        first = next(iter(node.values()))[0]
        return self.positions.get(id(first), 0)

    def _count(self, rule: Rule, node: dict[str, list[Any]], positions: list[int]) -> None:
        """Check presence and number of a segment or loop within one repetition of what is around it."""
        text, name = rule.text, rule.name
        said = (name, rule.loop) in self.missing and not rule.conditional
        if text.require and not positions and not said:
            message = f"{rule.target.path.text} is required"
            self._add(rule, FaultCode.SEGMENT_REQUIRED_BY_GUIDE, self._first_position(node), message, f"add {name}")
        if text.forbid:
            for position in positions:
                self._add(rule, FaultCode.SEGMENT_NOT_ALLOWED, position, f"{name} is not allowed here", "remove it")
        if text.max_use is not None:
            if not rule.conditional:
                self.overruled.update((position, 0, 0, 0, code) for position in positions for code in _OVER)
            for position in positions[text.max_use :]:
                message = f"{name} comes more often than {text.max_use}"
                self._add(rule, FaultCode.SEGMENT_OVER_GUIDE, position, message, f"send at most {text.max_use}")

    def _element(self, rule: Rule, segment: list[str]) -> None:
        elements = rule.target.elements
        assert elements is not None
        position = self.positions.get(id(segment), 0)
        present = False
        for repetition, value in self._values(element(segment, elements.first), elements.component):
            if value:
                present = True
                self._value(rule, (position, elements.first, elements.component, repetition), value, segment[0])
        said = any((position, elements.first, elements.component, 0, code) in self.known for code in _ABSENT)
        if rule.text.require and not present and not said:
            message = f"{self._place(rule, segment[0])} is required"
            self._add(rule, FaultCode.ELEMENT_REQUIRED_BY_GUIDE, position, message, "send it")

    def _values(self, value: str, component: int) -> Iterator[tuple[int, str]]:
        """Yield the repetitions of an element, each with its number (0 for the only one), or a component of each."""
        parts = value.split(self.marks.repetition) if self.marks.repetition else [value]
        for number, part in enumerate(parts, 1):
            if component and self.marks.component:
                part = element(["", *part.split(self.marks.component)], component)
            yield number if len(parts) > 1 else 0, part

    def _value(self, rule: Rule, place: tuple[int, int, int, int], value: str, segment: str) -> None:
        """Check one value that is present: one fault at most."""
        text, shown = rule.text, self._place(rule, segment)
        if text.codes is not None:
            self.overruled.add((*place, FaultCode.CODE_UNKNOWN))
        if text.length is not None:
            self.overruled.update(((*place, FaultCode.TOO_LONG), (*place, FaultCode.TOO_SHORT)))
        low, high = text.lengths
        if text.forbid:
            code, message, fix = FaultCode.ELEMENT_NOT_ALLOWED, f"{shown} is not allowed here", "leave it empty"
        elif text.codes is not None and value not in text.codes:
            code, message = (
                FaultCode.CODE_NOT_IN_GUIDE,
                f"{value!r} in {shown} is not a code that the guide allows here",
            )
            fix = f"send one of {', '.join(text.codes)}"
        elif text.length is not None and not low <= len(value) <= high:
            code, message = FaultCode.LENGTH_OF_GUIDE, f"{shown} has {len(value)} characters, not {text.length}"
            fix = f"send {text.length} characters"
        else:
            return
        self._add(rule, code, place[0], message, fix, value, place[3])

    @staticmethod
    def _place(rule: Rule, segment: str) -> str:
        elements, kind = rule.target.elements, rule.target.element
        assert elements is not None
        component = f"-{elements.component}" if elements.component else ""
        return f"{segment}{elements.first:02d}{component} ({kind.label if kind else ''})"

    def _add(
        self, rule: Rule, code: FaultCode, position: int, message: str, fix: str, value: str = "", repetition: int = 0
    ) -> None:
        elements, kind = rule.target.elements, rule.target.element
        self.faults.append(
            Fault(
                code,
                f"{message}; {rule.text.note}" if rule.text.note else message,
                set_id=self.judgment.set_id,
                control_number=self.judgment.control_number,
                segment=rule.name,
                position=position,
                loop=rule.loop,
                element=elements.first if elements else 0,
                component=elements.component if elements else 0,
                repetition=repetition,
                element_number=kind.number if kind else "",
                value=value,
                offset=self.offsets[position - 1] if position else self.transaction.offset,
                rule=f"guide {self.guide} line {rule.line}",
                fix=fix,
            )
        )
