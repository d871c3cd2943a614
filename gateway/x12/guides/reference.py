"""What a rule says of other places: ``when: DTM01 = 002|010`` and ``not_before: DTM02`` point from one place to another.

A path with the name of the rule's own segment means that same segment; any other starts in the loop around the rule, and
one that begins with ``/`` at the beginning of the set.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from gateway.x12.delimiters import Delimiters
from gateway.x12.elements import is_date
from gateway.x12.model import element
from gateway.x12.path import PathError, Target, loops_at, parse, resolve, segments_at
from gateway.x12.standards.definition import Loop

_TERM = re.compile(r"(not\s+)?((?:[^\s=!\[\]]|\[[^\[\]]*\])+)(?:\s*(!?=)\s*(\S+))?$")

Node = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a rule is being checked: the whole set, the repetition of the loop around it, and the segment if there is one.

    ``memo`` keeps what is the same everywhere in the set, so that a rule about each of many lines looks only once.
    """

    root: Node
    node: Node
    segment: list[str] | None
    marks: Delimiters
    memo: dict[int, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reference:
    """Another place, seen from a rule. ``target`` is None for a step marked ``?`` that the set lacks."""

    text: str
    target: Target | None
    same_segment: bool
    from_root: bool

    @property
    def shown(self) -> str:
        """The place as a sentence names it."""
        return self.text.removeprefix("/")

    def values(self, scene: Scene) -> Iterator[str]:
        """Yield what stands there and is not empty; for a segment or loop its identifier once for each."""
        target = self.target
        if target is None:
            return
        for segment in self._segments(target, scene):
            if target.elements is None:
                yield segment[0]
            elif value := value_at(segment, target, scene.marks):
                yield value

    def latest(self, scene: Scene) -> str:
        """Return the latest date that stands there; empty where there is none."""
        if not self.from_root:
            return max(filter(is_date, self.values(scene)), key=in_full, default="")
        if id(self) not in scene.memo:
            scene.memo[id(self)] = max(filter(is_date, self.values(scene)), key=in_full, default="")
        return str(scene.memo[id(self)])

    def _segments(self, target: Target, scene: Scene) -> Iterator[list[str]]:
        if self.same_segment and scene.segment is not None:
            yield scene.segment
            return
        for node in loops_at(scene.root if self.from_root else scene.node, target.hops):
            if target.use is not None:
                yield from segments_at(node, target.use, target.filters)
            else:
                yield next(iter(node.values()))[0]


def in_full(date: str) -> str:
    """Return a date as CCYYMMDD."""
    return date if len(date) == 8 else f"20{date}"


def value_at(segment: list[str], target: Target, marks: Delimiters) -> str:
    """Return the single element or component that ``target`` names; of a repeated element the first repetition."""
    assert target.elements is not None
    value = element(segment, target.elements.first)
    if marks.repetition:
        value = value.split(marks.repetition)[0]
    if target.elements.component and marks.component:
        value = element(["", *value.split(marks.component)], target.elements.component)
    return value


def read_reference(text: str, rule: Target, root: Loop) -> Reference:
    """Find the place that ``text`` names, seen from the place of a rule; raise PathError."""
    path = parse(text)
    same = (
        rule.elements is not None
        and rule.use is not None
        and not path.absolute
        and path.elements is not None
        and [step.name for step in path.steps] == [rule.use.name]
        and not path.steps[0].filters
    )
    if same and rule.use is not None:
        scope = rule.use.loop
    elif rule.use is not None:
        scope = rule.hops[-1].loop if rule.hops else root
    else:
        scope = rule.hops[-2].loop if len(rule.hops) > 1 else root
    target = resolve(path, scope)
    if target is not None and target.elements is not None and not target.elements.single:
        raise PathError(f"{text!r}: name one element")
    return Reference(text.strip(), target, same, path.absolute)


@dataclass(frozen=True, slots=True)
class _Term:
    """One condition: something is there, is not there, or has (or has not) one of some values."""

    reference: Reference
    absent: bool
    values: tuple[str, ...]
    other: bool

    def holds(self, scene: Scene) -> bool:
        if not self.reference.from_root:
            return self._looked(scene)
        if id(self) not in scene.memo:
            scene.memo[id(self)] = self._looked(scene)
        return bool(scene.memo[id(self)])

    def _looked(self, scene: Scene) -> bool:
        found = self.reference.values(scene)
        if not self.values:
            return any(True for _ in found) != self.absent
        return any((value in self.values) != self.other for value in found) != self.absent

    @property
    def words(self) -> str:
        place = self.reference.shown
        if not self.values:
            is_element = self.reference.target is not None and self.reference.target.elements is not None
            return (
                f"{place} {'is empty' if self.absent else 'has a value'}"
                if is_element
                else (f"there is {'no' if self.absent else 'a'} {place}")
            )
        verb = "is" if self.other == self.absent else "is not"
        return f"{place} {verb} {' or '.join(self.values)}"


@dataclass(frozen=True, slots=True)
class Condition:
    """When a rule holds: all of its terms do."""

    text: str
    terms: tuple[_Term, ...]

    def holds(self, scene: Scene) -> bool:
        """Tell whether the rule holds here."""
        return all(term.holds(scene) for term in self.terms)

    @property
    def words(self) -> str:
        """The condition as people say it: ``PO104 has a value``."""
        return " and ".join(term.words for term in self.terms)


def read_condition(text: str, rule: Target, root: Loop) -> Condition:
    """Read a condition, seen from the place of a rule; raise PathError."""
    terms = []
    for part in re.split(r"\s+and\s+", text.strip()):
        match = _TERM.match(part)
        if match is None:
            raise PathError(f"{text!r}: a condition reads PO104, not PO104, DTM01 = 002|010 or DTM01 != 002")
        reference = read_reference(match[2], rule, root)
        values = tuple(match[4].split("|")) if match[4] else ()
        if values and reference.target is not None and reference.target.elements is None:
            raise PathError(f"{text!r}: {match[2]} is no element, so it has no value")
        terms.append(_Term(reference, bool(match[1]), values, match[3] == "!="))
    return Condition(text.strip(), tuple(terms))
