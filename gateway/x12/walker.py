"""Finds the place of each segment in its set: order, loops, maximum use, what is missing.

The walk resynchronises, so that one fault never causes a second: a segment out of order is placed where it belongs, a
segment whose loop was not opened opens it, a segment that cannot be placed changes nothing. What has been placed is kept as
a tree, which the guide and the mapping read. Knows no elements. Serves X12.6 section 3.12 and the tables of each set.

A tree node is a dict of lists. A plain segment is a list of elements; a loop is again such a dict, whose first key is the
segment that opened it::

    {"ST": [["ST", "850", "0001"]], "N1": [{"N1": [["N1", "ST", "ACME"]], "N3": [["N3", "1 Main St"]]}]}
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from gateway.x12.faults import FaultCode
from gateway.x12.standards.definition import Loop, SetDefinition, Use

Node: TypeAlias = dict[str, list[Any]]


class Misplacement(NamedTuple):
    """A fault of structure: on the segment at ``position`` (from ST = 1), about the segment ``name`` in ``loop``."""

    code: FaultCode
    position: int
    name: str
    loop: Loop
    detail: str = ""


@dataclass(slots=True, eq=False)
class _Frame:
    """One open repetition of a loop: how often each item came, and how far the walk is."""

    loop: Loop
    node: Node
    at: int
    counts: dict[int, int] = field(default_factory=dict)
    reported: set[int] = field(default_factory=set)


class _Step(NamedTuple):
    """A possible place for the next segment: close ``closing`` loops, then take an item of the loop reached."""

    closing: int
    item: int


@dataclass(slots=True)
class Placed:
    """Where each segment stands: its use (None where it has no place) and its number among its like in the loop."""

    uses: list[Use | None]
    occurrences: list[int]
    tree: Node
    misplaced: list[Misplacement]


class Walker:
    """Walks segments through one set definition; made once a definition and kept."""

    def __init__(self, definition: SetDefinition) -> None:
        self.definition = definition
        self._ahead: dict[tuple[Loop, int, str], tuple[_Step, ...]] = {}
        self._within: dict[str, list[Use]] = {}
        for use in definition.root.uses():
            self._within.setdefault(use.name, []).append(use)

    def walk(
        self, names: list[str], segments: list[list[str]], known: frozenset[str] | set[str], *, closed: bool = True
    ) -> Placed:
        """Place ``segments`` (ST to SE) whose identifiers are ``names``; ``known`` are the identifiers of the version.

        Of a set that is not ``closed`` nobody knows what would have followed, so nothing is missing at its end.
        """
        return _Walk(self, known).run(names, segments, closed=closed)

    def ahead(self, loop: Loop, at: int, name: str) -> tuple[_Step, ...]:
        """Return the places for ``name`` from item ``at`` of ``loop`` onward, nearest first."""
        if name not in self._within:
            return ()  # Not remembered: senders can make up as many names as they like.
        key = (loop, at, name)
        steps = self._ahead.get(key)
        if steps is None:
            steps = self._ahead[key] = tuple(self._search(loop, at, name))
        return steps

    @staticmethod
    def _search(loop: Loop | None, at: int, name: str) -> list[_Step]:
        found = []
        closing = 0
        while loop is not None:
            first = 1 if loop.parent is not None else 0  # The trigger itself comes again one level up.
            for index in range(max(at, first), len(loop.items)):
                item = loop.items[index]
                if (item.name if isinstance(item, Use) else item.trigger.name) == name:
                    found.append(_Step(closing, index))
            at, loop, closing = loop.index, loop.parent, closing + 1
        return found

    def within(self, name: str) -> list[Use]:
        """Return every use of ``name`` in the set."""
        return self._within.get(name, [])


def grow(uses: list[Use | None], segments: list[list[str]]) -> Node:
    """Make the tree of a set whose places are known: the same tree that a walk makes of it."""
    root: Node = {}
    open_nodes: list[tuple[Loop | None, Node]] = [(None, root)]
    for use, segment in zip(uses, segments, strict=True):
        if use is None:
            continue
        loop = use.loop
        begins = use.index == 0 and loop.parent is not None
        above = loop.parent if begins else loop
        while open_nodes[-1][0] is not None and open_nodes[-1][0] is not above:
            open_nodes.pop()
        if begins:
            node: Node = {use.name: [segment]}
            open_nodes[-1][1].setdefault(loop.name, []).append(node)
            open_nodes.append((loop, node))
        else:
            open_nodes[-1][1].setdefault(use.name, []).append(segment)
    return root


class _Walk:
    """One walk through one set."""

    def __init__(self, walker: Walker, known: frozenset[str] | set[str]) -> None:
        self.walker = walker
        self.known = known
        root = walker.definition.root
        self.frames = [_Frame(root, {}, 0)]
        self.misplaced: list[Misplacement] = []

    def run(self, names: list[str], segments: list[list[str]], *, closed: bool) -> Placed:
        uses: list[Use | None] = []
        occurrences: list[int] = []
        tree = self.frames[0].node
        for position, name in enumerate(names, 1):
            segment = segments[position - 1]
            top = self.frames[-1]
            steps = self.walker.ahead(top.loop, top.at, name)
            if steps:
                place: tuple[Use | None, int] = self._forward(self._choose(steps), position, segment)
            else:
                place = self._recover(name, position, segment)
            uses.append(place[0])
            occurrences.append(place[1])
        while closed and self.frames:
            self._close(len(names))
        return Placed(uses, occurrences, tree, self.misplaced)

    def _choose(self, steps: tuple[_Step, ...]) -> _Step:
        """Take the nearest place, or where that is full the next one that is not and leaves nothing out on the way."""
        for step in steps:
            frame = self.frames[-1 - step.closing]
            maximum = frame.loop.items[step.item].maximum
            if (maximum is None or frame.counts.get(step.item, 0) < maximum) and (
                step is steps[0] or not self._leaves_out(step)
            ):
                return step
        return steps[0]

    def _leaves_out(self, step: _Step) -> bool:
        """Tell whether something mandatory would be missing after ``step``."""
        closed = self.frames[len(self.frames) - step.closing :]
        here = self.frames[-1 - step.closing]
        return bool(self._absent(here, step.item)) or any(
            self._absent(frame, len(frame.loop.items)) for frame in closed
        )

    def _forward(self, step: _Step, position: int, segment: list[str]) -> tuple[Use, int]:
        for _ in range(step.closing):
            self._close(position)
        frame = self.frames[-1]
        self._missing(frame, step.item, position)
        return self._take(frame, step.item, position, segment)

    def _take(self, frame: _Frame, index: int, position: int, segment: list[str]) -> tuple[Use, int]:
        """Put ``segment`` at item ``index`` of the open ``frame``; a loop opens."""
        item = frame.loop.items[index]
        count = frame.counts.get(index, 0) + 1
        frame.counts[index] = count
        frame.at = index
        over = item.maximum is not None and count > item.maximum
        if isinstance(item, Use):
            if over:
                self._report(FaultCode.SEGMENT_OVER_MAXIMUM, position, item.name, frame.loop, str(item.maximum))
            frame.node.setdefault(item.name, []).append(segment)
            return item, count
        if over:
            self._report(FaultCode.LOOP_OVER_MAXIMUM, position, item.trigger.name, item, str(item.maximum))
        trigger = item.trigger
        node: Node = {trigger.name: [segment]}
        frame.node.setdefault(item.name, []).append(node)
        self.frames.append(_Frame(item, node, 0, {0: 1}))
        return trigger, count

    @staticmethod
    def _absent(frame: _Frame, until: int) -> list[int]:
        """Return what is mandatory between the last item and item ``until``, did not come and was not yet asked for."""
        return [
            index
            for index in range(frame.at, until)
            if frame.loop.items[index].required and not frame.counts.get(index) and index not in frame.reported
        ]

    def _missing(self, frame: _Frame, until: int, position: int) -> None:
        """Report what is absent before item ``until``."""
        for index in self._absent(frame, until):
            item = frame.loop.items[index]
            frame.reported.add(index)
            name, loop = (item.name, frame.loop) if isinstance(item, Use) else (item.trigger.name, item)
            self._report(FaultCode.SEGMENT_MISSING, position, name, loop)

    def _close(self, position: int) -> None:
        frame = self.frames.pop()
        self._missing(frame, len(frame.loop.items), position)

    def _recover(self, name: str, position: int, segment: list[str]) -> tuple[Use | None, int]:
        """Place a segment that has no place from here on, and report why."""
        here = self.frames[-1].loop
        places = self.walker.within(name)
        if not places:
            code = FaultCode.SEGMENT_NOT_IN_SET if name in self.known else FaultCode.SEGMENT_UNKNOWN
            self._report(FaultCode.SEGMENT_BLANK if not name else code, position, name, here)
            return None, 0
        for closing, frame in enumerate(reversed(self.frames)):
            for index in range(min(frame.at, len(frame.loop.items) - 1), -1, -1):
                item = frame.loop.items[index]
                is_own_trigger = index == 0 and frame.loop.parent is not None
                if not is_own_trigger and (item.name if isinstance(item, Use) else item.trigger.name) == name:
                    self._report(FaultCode.SEGMENT_OUT_OF_ORDER, position, name, frame.loop)
                    return self._return_to(closing, index, position, segment)
        self._report(FaultCode.SEGMENT_UNEXPECTED, position, name, here)
        return self._open_for(places, position, segment)

    def _return_to(self, closing: int, index: int, position: int, segment: list[str]) -> tuple[Use, int]:
        """Go back to an earlier item of an open loop; a single plain segment does not move the walk."""
        frame = self.frames[-1 - closing]
        item = frame.loop.items[index]
        if isinstance(item, Use):
            count = frame.counts[index] = frame.counts.get(index, 0) + 1
            frame.node.setdefault(item.name, []).append(segment)
            return item, count
        for _ in range(closing):
            self._close(position)
        furthest = frame.at
        use, occurrence = self._take(frame, index, position, segment)
        # What came between has been asked for once already.
        frame.reported.update(range(index, furthest + 1))
        return use, occurrence

    def _open_for(self, places: list[Use], position: int, segment: list[str]) -> tuple[Use | None, int]:
        """Open the nearest loop ahead to which the segment belongs, and those around it, as if they had been opened."""
        ways = [way for use in places if (way := self._way_to(use)) is not None]
        if not ways:
            return None, 0
        closing, loops, use = min(ways, key=lambda way: len(way[1]))
        for _ in range(closing):
            self._close(position)
        for loop, inner in zip(loops, [*(inner.index for inner in loops[1:]), use.index], strict=True):
            frame = self.frames[-1]
            frame.counts[loop.index] = frame.counts.get(loop.index, 0) + 1
            frame.at = loop.index
            node: Node = {}
            frame.node.setdefault(loop.name, []).append(node)
            self.frames.append(_Frame(loop, node, inner, {0: 1, inner: 1}, set(range(inner))))
        self.frames[-1].node[use.name] = [segment]
        return use, 1

    def _way_to(self, use: Use) -> tuple[int, list[Loop], Use] | None:
        """Return how many open loops to close and which to open, outermost first, to reach ``use``; None where none leads."""
        loops: list[Loop] = []
        loop = use.loop
        while loop.parent is not None:
            loops.insert(0, loop)
            for closing, frame in enumerate(reversed(self.frames)):
                if frame.loop is loop.parent and loop.index >= frame.at:
                    return closing, loops, use
            loop = loop.parent
        return None

    def _report(self, code: FaultCode, position: int, name: str, loop: Loop, detail: str = "") -> None:
        self.misplaced.append(Misplacement(code, position, name, loop, detail))
