"""The partner layer over a standard set: what this partner may write, rule by rule, each with its line in the YAML.

A guide speaks paths (`gateway.x12.path`). Where it lists codes, a length or a maximum use, its word counts: it may narrow the
standard and it may widen it. Opens no file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pydantic import ValidationError

from gateway.errors import ConfigurationError, Problem
from gateway.located import Located
from gateway.x12.faults import FaultCode
from gateway.x12.guides.check import Check, place_of
from gateway.x12.guides.levels import Hierarchy
from gateway.x12.guides.numbers import Numbers
from gateway.x12.guides.rule import Rule, read_rule
from gateway.x12.guides.text import GuideText, RuleText
from gateway.x12.standards import set_definition
from gateway.x12.standards.definition import Element, SetDefinition, Use
from gateway.x12.validator import MAX_FAULTS, Judgment, look_closely

__all__ = ["Guide", "GuideText", "load_guide", "rules_of"]

MANY_FAULTS = 100 * MAX_FAULTS


@dataclass(frozen=True, slots=True)
class Guide:
    """A loaded guide."""

    name: str
    set_id: str
    version: str
    title: str
    rules: tuple[Rule, ...]
    hierarchy: Hierarchy | None = None

    def numbers(self, judgment: Judgment) -> Numbers | None:
        """Gather the values of a judged set that must be unique beyond it; None where no rule asks for that.

        A set whose ST02 came before in its group is told of that alone.
        """
        if any(fault.code is FaultCode.SET_REPEATED for fault in judgment.faults):
            return None
        rules = [rule for rule in self.rules if rule.text.unique_beyond]
        if not rules or judgment.tree is None or judgment.transaction is None:
            return None
        return Numbers(self.name, judgment, judgment.transaction, rules)

    def apply(self, judgment: Judgment, segments: list[list[str]]) -> Judgment:
        """Judge by this guide what the standard has judged; the faults of both are in the result.

        ``segments`` are those of the judged set: the tree holds the same objects.
        """
        transaction = judgment.transaction
        if judgment.tree is None or transaction is None:
            return judgment
        if judgment.more_faults:  # The guide may overrule those that were kept, so all of them are needed.
            judgment = look_closely(transaction, judgment.tolerate, MANY_FAULTS, judgment.characters)
        positions = {id(segment): index + 1 for index, segment in enumerate(segments)}
        check = Check(self.name, judgment, transaction, positions)
        for rule in self.rules:
            check.run(rule)
        if self.hierarchy is not None:
            check.levels(self.hierarchy)
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
    rules = _rules(text, choice.definition, located, problems)
    problems += _contradictions(rules, located)
    hierarchy = None
    if text.hierarchy:
        problems += _wrong_levels(text, choice.definition, located)
        paths = tuple(tuple(path.split("/")) for path in text.hierarchy)
        hierarchy = Hierarchy(paths, located.line(("hierarchy",)))
    if problems:
        raise ConfigurationError(sorted(problems, key=lambda problem: problem.line))
    return Guide(text.guide, text.set, text.version, text.title, tuple(rules), hierarchy)


def _rules(text: GuideText, definition: SetDefinition, located: Located, problems: list[Problem]) -> list[Rule]:
    """Read the rules, in the order of the file; the mistakes go into ``problems``."""
    found = []
    for path, stated in text.rules.items():
        several = not isinstance(stated, RuleText)
        for index, one in enumerate((stated,) if isinstance(stated, RuleText) else stated):
            here = ("rules", path, index) if several else ("rules", path)
            rule, mistakes = read_rule(path, one, located.line(here), definition.root)
            problems += [
                located.problem((*here, *([mistake.key] if mistake.key else [])), mistake.reason, mistake.advice)
                for mistake in mistakes
            ]
            if rule is not None:
                found.append(rule)
    return found


def _contradictions(rules: list[Rule], located: Located) -> Iterator[Problem]:
    """Find rules that always hold and can't be kept both."""
    asked: dict[tuple[object, ...], Rule] = {}
    for rule in rules:
        if rule.when is not None or not (rule.text.require or rule.text.min_use or rule.text.forbid):
            continue
        before = asked.setdefault(rule.place, rule)
        if before.text.forbid != rule.text.forbid:
            path = rule.target.path.text
            reason = f"{path!r} is required and forbidden: line {before.line} says the other"
            yield Problem(located.file, rule.line, f"rules.{path}", reason, "keep one of the two")


def _wrong_levels(text: GuideText, definition: SetDefinition, located: Located) -> Iterator[Problem]:
    """Check the paths of levels against the set."""
    head = definition.root.child("HL")
    if head is None:
        yield located.problem(("hierarchy",), f"set {definition.id} has no HL levels", "remove it")
        return
    trigger = head if isinstance(head, Use) else head.trigger
    kind = trigger.segment.positions[2].kind
    for index, path in enumerate(text.hierarchy):
        for code in path.split("/"):
            if isinstance(kind, Element) and code not in kind.codes:
                reason = f"{code!r} in {path!r} is no code of a level (HL03)"
                yield located.problem(("hierarchy", index), reason, "name levels such as S, O, T, P, I")


def rules_of(guide: Guide) -> Iterator[tuple[str, RuleText]]:
    """Yield path and rule, in the order of the file."""
    for rule in guide.rules:
        yield rule.target.path.text, rule.text
