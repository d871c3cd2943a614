"""The partner layer over a standard set: what this partner may write, rule by rule, each with its line in the YAML.

A guide speaks paths (`gateway.x12.path`). Where it lists codes, a length or a maximum use, its word counts: it may narrow the
standard and it may widen it. Opens no file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from gateway.errors import ConfigurationError, Problem
from gateway.located import Located
from gateway.x12.faults import Fault, FaultCode
from gateway.x12.path import PathError, Target, loops_at, parse, resolve, segments_at
from gateway.x12.standards import set_definition
from gateway.x12.standards.definition import SetDefinition
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


class GuideText(BaseModel):
    """A guide file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    guide: str = Field(description="Its name, such as acme/856.")
    set: Annotated[str, StringConstraints(pattern=r"^\d{3}$")] = Field(description="The transaction set.")
    version: str = Field(description="The version it is written for, such as 004010.")
    title: str = Field("", description="One line for people.")
    rules: dict[str, RuleText] = Field(default_factory=dict, description="Path -> what is asked there.")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, found in the definition."""

    target: Target
    text: RuleText
    line: int


@dataclass(frozen=True, slots=True)
class Guide:
    """A loaded guide."""

    name: str
    set_id: str
    version: str
    title: str
    rules: tuple[Rule, ...]

    def apply(self, judgment: Judgment, segments: list[list[str]]) -> Judgment:
        """Judge by this guide what the standard has judged; the faults of both are in the result.

        ``segments`` are those of the judged set: the tree holds the same objects.
        """
        if judgment.tree is None:
            return judgment
        check = _Check(self, judgment, {id(segment): index + 1 for index, segment in enumerate(segments)})
        for rule in self.rules:
            check.run(rule)
        kept = [f for f in judgment.faults if (f.position, f.element, f.code) not in check.blessed]
        faults = sorted(kept + check.faults, key=lambda fault: (fault.position, fault.element, fault.component))
        return replace(judgment, faults=faults)


def load_guide(located: Located) -> Guide:
    """Make a guide of a YAML file; raise ConfigurationError with every mistake at once."""
    try:
        text = GuideText.model_validate(located.data or {})
    except ValidationError as error:
        raise ConfigurationError(located.problems(error)) from None
    choice = set_definition(text.set, text.version)
    if choice is None:
        problem = located.problem(
            ("set",), f"set {text.set} is not defined", "name one of the sets of gateway x12 sets"
        )
        raise ConfigurationError([problem])
    problems: list[Problem] = []
    rules = []
    for path, rule in text.rules.items():
        try:
            target = resolve(parse(path), choice.definition.root)
            if target is None:
                continue
            _check_rule(rule, target, choice.definition)
        except PathError as error:
            problems.append(located.problem(("rules", path), str(error), "correct the path"))
            continue
        rules.append(Rule(target, rule, located.line(("rules", path))))
    if problems:
        raise ConfigurationError(problems)
    return Guide(text.guide, text.set, text.version, text.title, tuple(rules))


def _check_rule(rule: RuleText, target: Target, definition: SetDefinition) -> None:
    on_element = target.elements is not None
    if on_element and rule.max_use is not None:
        raise PathError(f"{target.path.text!r}: max_use is for segments and loops")
    if not on_element and (rule.codes is not None or rule.length is not None):
        raise PathError(f"{target.path.text!r}: codes and length are for elements")
    if on_element and target.elements is not None and not target.elements.single:
        raise PathError(f"{target.path.text!r}: a rule is about one element")
    if rule.require and rule.forbid:
        raise PathError(f"{target.path.text!r}: it can't be required and forbidden")
    if definition.root is target.loop:
        raise PathError(f"{target.path.text!r}: name a segment or loop within the set")


class _Check:
    """Runs rules over one judged set."""

    def __init__(self, guide: Guide, judgment: Judgment, positions: dict[int, int]) -> None:
        self.guide = guide
        self.judgment = judgment
        self.positions = positions
        self.faults: list[Fault] = []
        self.blessed: set[tuple[int, int, FaultCode]] = set()

    def run(self, rule: Rule) -> None:
        assert self.judgment.tree is not None
        target = rule.target
        if target.use is not None:
            for node in loops_at(self.judgment.tree, target.hops):
                found = segments_at(node, target.use, target.filters)
                if target.elements is None:
                    self._count(rule, node, [self.positions.get(id(segment), 0) for segment in found])
                else:
                    for segment in found:
                        self._element(rule, segment)
            return
        for above in loops_at(self.judgment.tree, target.hops[:-1]):
            below = loops_at(above, target.hops[-1:])
            self._count(rule, above, [self._first_position(node) for node in below])

    def _first_position(self, node: dict[str, list[Any]]) -> int:
        first = next(iter(node.values()))[0]
        return self.positions.get(id(first), 0)

    def _count(self, rule: Rule, node: dict[str, list[Any]], positions: list[int]) -> None:
        """Check presence and number of a segment or loop within one repetition of what is around it."""
        text, name = rule.text, self._name(rule)
        if text.require and not positions:
            shown = rule.target.path.text
            self._add(
                rule,
                FaultCode.SEGMENT_REQUIRED_BY_GUIDE,
                self._first_position(node),
                f"{shown} is required",
                f"add {name}",
            )
        if text.forbid:
            for position in positions:
                self._add(rule, FaultCode.SEGMENT_NOT_ALLOWED, position, f"{name} is not allowed here", "remove it")
        if text.max_use is not None:
            over = (FaultCode.SEGMENT_OVER_MAXIMUM, FaultCode.LOOP_OVER_MAXIMUM)
            self.blessed.update((position, 0, code) for position in positions[: text.max_use] for code in over)
            for position in positions[text.max_use :]:
                message = f"{name} comes more often than {text.max_use}"
                self._add(rule, FaultCode.SEGMENT_OVER_GUIDE, position, message, f"send at most {text.max_use}")

    def _element(self, rule: Rule, segment: list[str]) -> None:
        elements, text = rule.target.elements, rule.text
        assert elements is not None
        value = segment[elements.first] if len(segment) > elements.first else ""
        position = self.positions.get(id(segment), 0)
        label = rule.target.element.label if rule.target.element else ""
        place = f"{segment[0]}{elements.first:02d} ({label})"
        if not value:
            if text.require:
                self._add(rule, FaultCode.ELEMENT_REQUIRED_BY_GUIDE, position, f"{place} is required", "send it")
            return
        if text.forbid:
            self._add(
                rule, FaultCode.ELEMENT_NOT_ALLOWED, position, f"{place} is not allowed here", "leave it empty", value
            )
        if text.codes is not None:
            if value in text.codes:
                self.blessed.add((position, elements.first, FaultCode.CODE_UNKNOWN))
            else:
                message = f"{value!r} in {place} is not a code that the guide allows here"
                self.blessed.add((position, elements.first, FaultCode.CODE_UNKNOWN))  # One cause, one fault.
                self._add(
                    rule, FaultCode.CODE_NOT_IN_GUIDE, position, message, f"send one of {', '.join(text.codes)}", value
                )
        if text.length is not None:
            low, _, high = text.length.partition("..")
            if int(low if high else 0) <= len(value) <= int(high or low) and (high or len(value) == int(low)):
                for code in (FaultCode.TOO_LONG, FaultCode.TOO_SHORT):
                    self.blessed.add((position, elements.first, code))
            else:
                message = f"{place} has {len(value)} characters, not {text.length}"
                self._add(rule, FaultCode.LENGTH_OF_GUIDE, position, message, f"send {text.length} characters", value)

    @staticmethod
    def _name(rule: Rule) -> str:
        target = rule.target
        return target.use.name if target.use else target.hops[-1].loop.trigger.name

    def _add(self, rule: Rule, code: FaultCode, position: int, message: str, fix: str, value: str = "") -> None:
        target = rule.target
        loop = (target.use.loop if target.use else target.hops[-1].loop).path
        kind = target.element
        self.faults.append(
            Fault(
                code,
                f"{message}; {rule.text.note}" if rule.text.note else message,
                set_id=self.judgment.set_id,
                control_number=self.judgment.control_number,
                segment=self._name(rule),
                position=position,
                loop=loop,
                element=target.elements.first if target.elements else 0,
                element_number=kind.number if kind else "",
                value=value,
                rule=f"guide {self.guide.name} line {rule.line}",
                fix=fix,
            )
        )


def rules_of(guide: Guide) -> Iterator[tuple[str, RuleText]]:
    """Yield path and rule, in the order of the file."""
    for rule in guide.rules:
        yield rule.target.path.text, rule.text
