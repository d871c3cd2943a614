"""What of a document a profile does not read: segment by segment, element by element.

Walks the plan over the tree and marks what each line of the profile would touch, filters included. What stays unmarked would
be lost in translation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from gateway.mapping.plan import Body, Each, Group, Item, Pairs, Plan, Value
from gateway.x12.path import Target, loops_at, segments_at
from gateway.x12.standards.definition import Use

# The envelope and the structure itself carry no value of their own.
_STRUCTURE = {"ST": {1, 2, 3}, "SE": {1, 2}, "HL": {1, 2, 3, 4}, "LS": {1}, "LE": {1}}


@dataclass(slots=True)
class Coverage:
    """What was looked at and what is not read. ``unread`` counts ``(loop path, segment, element)``; element 0: all of it."""

    elements: int = 0
    read: int = 0
    unread: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    examples: dict[tuple[str, str, int], str] = field(default_factory=dict)

    def add(self, other: Coverage) -> None:
        """Take in the findings of another document."""
        self.elements += other.elements
        self.read += other.read
        self.unread.update(other.unread)
        for key, example in other.examples.items():
            self.examples.setdefault(key, example)


def coverage(plan: Plan, tree: dict[str, Any], uses: list[Use | None], segments: list[list[str]]) -> Coverage:
    """Compare what ``plan`` reads with what stands in a set; ``tree`` is nested and holds the lists of ``segments``."""
    marked: dict[int, set[int]] = {}
    _mark_body(plan.body, tree, None, marked)
    for check in plan.checks:
        _mark(check.target, tree, marked)
    for constant in plan.constants:
        _mark(constant.target, tree, marked)
    found = Coverage()
    for use, segment in zip(uses, segments, strict=True):
        name = segment[0]
        present = [number for number, value in enumerate(segment) if number and value]
        read = marked.get(id(segment), set()) | _STRUCTURE.get(name, set())
        loop = use.loop.path if use is not None else "?"
        missed = [number for number in present if number not in read]
        found.elements += len(present)
        found.read += len(present) - len(missed)
        untouched = id(segment) not in marked and name not in _STRUCTURE
        for number in [0] if untouched and missed else missed:
            key = (loop, name, number)
            found.unread[key] += 1
            found.examples.setdefault(key, "*".join(segment))
    return found


def _mark_body(body: Body, node: Any, bound: list[str] | None, marked: dict[int, set[int]]) -> None:
    for item in body.items:
        _mark_item(item, body, node, bound, marked)


def _mark_item(item: Item, body: Body, node: Any, bound: list[str] | None, marked: dict[int, set[int]]) -> None:
    match item:
        case Value():
            for reading in item.readings:
                for target in (reading.target, *reading.extras, item.when):
                    if target is not None:
                        _mark(target, node, marked, bound, every=item.is_list and not item.within)
        case Pairs():
            _mark(item.target, node, marked, bound, every=False)
        case Group():
            _mark_body(item.body, node, bound, marked)
        case Each():
            for inner, segment in _repetitions(item, node):
                _mark_body(item.body, inner, segment, marked)


def _repetitions(item: Each, node: Any) -> Iterator[tuple[Any, list[str] | None]]:
    """Yield what a list runs over, as reading does: the first loop on the way, then every repetition."""
    target = item.target
    hops = target.hops if target.use is not None else target.hops[:-1]
    above = node
    for hop in hops:
        found = loops_at(above, (hop,))
        if not found:
            return
        above = found[0]
    if target.use is None:
        for below in loops_at(above, target.hops[-1:]):
            yield below, None
    else:
        for segment in segments_at(above, target.use, target.filters):
            yield above, segment


def _mark(
    target: Target, node: Any, marked: dict[int, set[int]], bound: list[str] | None = None, *, every: bool = False
) -> None:
    assert target.use is not None and target.elements is not None
    last = target.elements.last or len(target.use.segment.positions)
    numbers = set(range(target.elements.first, last + 1)) | {condition.number for condition in target.filters}
    if bound is not None:
        marked.setdefault(id(bound), set()).update(numbers)
        return
    nodes = loops_at(node, target.hops)
    for inner in nodes if every else nodes[:1]:
        found = segments_at(inner, target.use, target.filters)
        for segment in found if every else found[:1]:
            marked.setdefault(id(segment), set()).update(numbers)
