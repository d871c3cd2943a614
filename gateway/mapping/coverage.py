"""What of a document a profile does not read: segment by segment, element by element.

Walks the plan over the tree and marks what each line of the profile touches, filters included. What stays unmarked would be
lost in translation. Alternatives (``or``) count as read, all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from gateway.mapping.plan import Body, Each, Group, Item, Pairs, Plan, Value, Without
from gateway.x12.model import element
from gateway.x12.path import Filter, Hop, Target, loops_at, segments_at
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


def coverage(
    plan: Plan,
    tree: dict[str, Any],
    uses: list[Use | None],
    segments: list[list[str]],
    component_mark: str = "",
) -> Coverage:
    """Compare what ``plan`` reads with what stands in a set; ``tree`` is nested and holds the lists of ``segments``.

    With ``component_mark`` an element of which only some components are read counts as unread.
    """
    marks = _Marks(tree)
    marks.body(plan.body, tree, None)
    for check in plan.checks:
        marks.target(check.target, tree, None)
    for constant in plan.constants:
        assert constant.target.elements is not None
        for segment in marks.segments(constant.target, tree, None):
            if element(segment, constant.target.elements.first) == constant.value:
                marks.elements(segment, constant.target)
    found = Coverage()
    for use, segment in zip(uses, segments, strict=True):
        name = segment[0]
        present = [number for number, value in enumerate(segment) if number and value]
        read = marks.read.get(id(segment), {})
        structure = _STRUCTURE.get(name, set())
        loop = use.loop.path if use is not None else "?"
        missed = [
            number
            for number in present
            if number not in structure and not _all_read(segment[number], read.get(number, set()), component_mark)
        ]
        found.elements += len(present)
        found.read += len(present) - len(missed)
        untouched = not read and not structure
        for number in [0] if untouched and missed else missed:
            key = (loop, name, number)
            found.unread[key] += 1
            found.examples.setdefault(key, "*".join(segment))
    return found


def _all_read(value: str, components: set[int], mark: str) -> bool:
    """Tell whether an element is read: all of it (0), or each of its components that is there."""
    if not components or 0 in components or not mark:
        return bool(components)
    return all(number in components for number, part in enumerate(value.split(mark), 1) if part)


def _taken(segment: list[str], without: Without) -> bool:
    """Tell whether another line of the profile takes a segment for itself."""
    return any(all(condition.matches(segment) for condition in filters) for filters in without)


class _Marks:
    """Notes which elements and components of which segments are read; components 0 is the whole element."""

    def __init__(self, root: dict[str, Any]) -> None:
        self.root = root
        self.read: dict[int, dict[int, set[int]]] = {}

    def body(self, body: Body, node: Any, bound: list[str] | None) -> None:
        for item in body.items:
            self.item(item, node, bound)

    def item(self, item: Item, node: Any, bound: list[str] | None) -> None:
        match item:
            case Value():
                self.value(item, node, bound)
            case Pairs():
                self.target(item.target, node, bound)
            case Group():
                self.body(item.body, node, bound)
            case Each():
                for inner, segment in self.repetitions(item, node):
                    self.body(item.body, inner, segment)

    def value(self, item: Value, node: Any, bound: list[str] | None) -> None:
        if item.when is not None:
            assert item.when.elements is not None
            found = self.target(item.when, node, bound)
            said = element(found[0], item.when.elements.first) if found else ""
            if (said in item.when_values) == item.when_negated:
                return
        for reading in item.readings:
            for target in (reading.target, *reading.extras):
                if target is not None:
                    self.target(target, node, bound, every=item.is_list and not item.within, without=item.without)

    def repetitions(self, item: Each, node: Any) -> Iterator[tuple[Any, list[str] | None]]:
        """Yield what a list runs over, as reading does: the first loop on the way, then every repetition."""
        target = item.target
        above = self.descend(node, target.hops if target.use is not None else target.hops[:-1])
        if above is None:
            return
        if target.use is None:
            for below in loops_at(above, target.hops[-1:]):
                if _taken((below.get(target.hops[-1].loop.trigger.name) or [[]])[0], item.without):
                    continue
                self.opening(below, target.hops[-1])
                yield below, None
        else:
            for segment in segments_at(above, target.use, target.filters):
                if _taken(segment, item.without):
                    continue
                self.conditions(segment, target.filters)
                yield above, segment

    # Places

    def descend(self, node: Any, hops: tuple[Hop, ...]) -> Any | None:
        """Go down to the first loop at each step, as reading does; what chooses it counts as read."""
        for hop in hops:
            below = loops_at(node, (hop,))
            if not below:
                return None
            node = below[0]
            self.opening(node, hop)
        return node

    def segments(self, target: Target, node: Any, bound: list[str] | None, *, every: bool = False) -> list[list[str]]:
        """Return the segments that a line reads: the first one, or with ``every`` all in their loop."""
        assert target.use is not None
        if bound is not None and not target.path.absolute:
            return [bound] if all(condition.matches(bound) for condition in target.filters) else []
        above = self.descend(self.root if target.path.absolute else node, target.hops)
        found = segments_at(above, target.use, target.filters) if above is not None else []
        return found if every else found[:1]

    def target(
        self, target: Target, node: Any, bound: list[str] | None, *, every: bool = False, without: Without = ()
    ) -> list[list[str]]:
        found = [segment for segment in self.segments(target, node, bound, every=every) if not _taken(segment, without)]
        for segment in found:
            self.elements(segment, target)
        return found

    def elements(self, segment: list[str], target: Target) -> None:
        assert target.use is not None and target.elements is not None
        last = target.elements.last or len(target.use.segment.positions)
        marked = self.read.setdefault(id(segment), {})
        for number in range(target.elements.first, last + 1):
            marked.setdefault(number, set()).add(target.elements.component)
        self.conditions(segment, target.filters)

    def conditions(self, segment: list[str], filters: tuple[Filter, ...]) -> None:
        for condition in filters:
            self.read.setdefault(id(segment), {}).setdefault(condition.number, set()).add(0)

    def opening(self, node: Any, hop: Hop) -> None:
        for segment in node.get(hop.loop.trigger.name, ())[:1]:
            self.conditions(segment, hop.filters)
