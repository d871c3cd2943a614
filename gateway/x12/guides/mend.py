"""Changes the elements of an example until the rules about them are kept: it puts right what the check would find."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from gateway.x12.elements import is_date
from gateway.x12.guides.reference import Scene, value_at
from gateway.x12.guides.rule import Rule
from gateway.x12.guides.segments import put
from gateway.x12.guides.value import wrong
from gateway.x12.guides.values import sample
from gateway.x12.standards.definition import Use

Found: TypeAlias = tuple[Rule, list[str], Scene]


def mend(found: Iterable[Found], use: Use) -> bool:
    """Keep rules about elements of ``use`` at the segments where they apply; tell whether that changed anything."""
    changed = False
    for rules, segment, scene in _by_spot(found):
        holding = [rule for rule in rules if rule.when is None or rule.when.holds(scene)]
        changed |= _spot(holding, segment, scene)
    for rule, segments in _uniques(found):
        changed |= _different(rule, segments)
    return changed


def _by_spot(found: Iterable[Found]) -> Iterator[tuple[list[Rule], list[str], Scene]]:
    """Bring together the rules about one element of one segment."""
    spots: dict[tuple[object, ...], tuple[list[Rule], list[str], Scene]] = {}
    for rule, segment, scene in found:
        spots.setdefault((id(segment), rule.target.elements), ([], segment, scene))[0].append(rule)
    yield from spots.values()


def _spot(rules: list[Rule], segment: list[str], scene: Scene) -> bool:
    if not rules:
        return False
    target = rules[0].target
    elements, kind = target.elements, target.element
    assert elements is not None and kind is not None
    value = value_at(segment, target, scene.marks)
    wanted = value
    if any(rule.text.forbid for rule in rules):
        wanted = ""
    elif value or any(rule.text.require for rule in rules):
        if not value or any(wrong(rule, value, "") is not None for rule in rules):
            wanted = sample(kind, rules)
        wanted = _from_others(rules, wanted, scene)
    if wanted == value:
        return False
    put(segment, elements.first, wanted, elements.component)
    return True


def _from_others(rules: list[Rule], value: str, scene: Scene) -> str:
    """Return the value as other places of the document ask for it."""
    for rule in rules:
        kind = rule.target.element
        if rule.total is not None:
            total = rule.total.of(scene.root, scene.marks, kind)
            if total is not None:
                value = rule.total.written(total, kind)
        if rule.not_before is not None:
            later = [other for other in rule.not_before.values(scene) if is_date(other) and other > value]
            value = max([value, *later])
    return value


def _uniques(found: Iterable[Found]) -> Iterator[tuple[list[Rule], list[list[str]]]]:
    """Yield, for each rule that asks for different values, all rules there and the segments."""
    listed = list(found)
    for unique in dict.fromkeys(id(rule) for rule, _segment, _scene in listed if rule.text.unique):
        segments = [segment for rule, segment, _scene in listed if id(rule) == unique]
        place = next(rule for rule, _segment, _scene in listed if id(rule) == unique).target.elements
        rules = {id(rule): rule for rule, _segment, _scene in listed if rule.target.elements == place}
        yield list(rules.values()), segments


def _different(rules: list[Rule], segments: list[list[str]]) -> bool:
    """Give each segment a value of its own."""
    changed, seen = False, set()
    rule = next(each for each in rules if each.text.unique)
    elements, kind = rule.target.elements, rule.target.element
    assert elements is not None and kind is not None
    for number, segment in enumerate(segments):
        value = segment[elements.first] if len(segment) > elements.first else ""
        if value and value in seen:
            value = sample(kind, rules, number)
            put(segment, elements.first, value, elements.component)
            changed = True
        seen.add(value)
    return changed
