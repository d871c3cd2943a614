"""The partner layer over a standard set: what this partner may write, rule by rule, each with its line in the YAML.

A guide speaks paths (`gateway.x12.path`). Where it lists codes, a length or a maximum use, its word counts: it may narrow the
standard and it may widen it. Opens no file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from gateway.errors import ConfigurationError, Problem
from gateway.located import Located
from gateway.x12.path import PathError, Target, parse, resolve
from gateway.x12.rules import Check, Rule, RuleText, place_of
from gateway.x12.standards import set_definition
from gateway.x12.standards.definition import SetDefinition
from gateway.x12.validator import MAX_FAULTS, Judgment, look_closely

MANY_FAULTS = 100 * MAX_FAULTS


class GuideText(BaseModel):
    """A guide file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    guide: str = Field(description="Its name, such as acme/856.")
    set: Annotated[str, StringConstraints(pattern=r"^\d{3}$")] = Field(description="The transaction set.")
    version: str = Field(description="The version it is written for, such as 004010.")
    title: str = Field("", description="One line for people.")
    rules: dict[str, RuleText] = Field(default_factory=dict, description="Path -> what is asked there.")


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
        transaction = judgment.transaction
        if judgment.tree is None or transaction is None:
            return judgment
        if judgment.more_faults:  # The guide may overrule those that were kept, so all of them are needed.
            judgment = look_closely(transaction, judgment.tolerate, MANY_FAULTS)
        positions = {id(segment): index + 1 for index, segment in enumerate(segments)}
        check = Check(self.name, judgment, transaction, positions)
        for rule in self.rules:
            check.run(rule)
        found = [fault for fault in judgment.faults if place_of(fault) not in check.overruled] + check.faults
        found.sort(key=lambda fault: (fault.position, fault.element, fault.component))
        more = judgment.more_faults + max(0, len(found) - MAX_FAULTS)
        rest = sum(fault.tolerated for fault in found[MAX_FAULTS:])
        return replace(judgment, faults=found[:MAX_FAULTS], more_faults=more, more_notes=judgment.more_notes + rest)


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
    if rule.lengths[0] > rule.lengths[1]:
        raise PathError(f"{target.path.text!r}: a length reads 10 or 2..10, not {rule.length}")
    if definition.root is target.loop:
        raise PathError(f"{target.path.text!r}: name a segment or loop within the set")


def rules_of(guide: Guide) -> Iterator[tuple[str, RuleText]]:
    """Yield path and rule, in the order of the file."""
    for rule in guide.rules:
        yield rule.target.path.text, rule.text
