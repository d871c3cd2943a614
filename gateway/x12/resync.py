"""Reads a set with faults of structure in the way that leaves the fewest of them.

Where the plain walk stumbles, each way to go on is tried over the next few segments: the segment may be late, or early, or
far from its place, and the first of its loop may be lost, or come behind its second. The way with the fewest faults is
taken. A lost PO1 is one fault then, and not one for each segment of its loop. Serves X12.6 section 3.12.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from gateway.x12.places import Node, Step, Way
from gateway.x12.placing import HEAVY, Walk
from gateway.x12.standards.definition import Loop, Use

AHEAD = 8  # Segments that a trial goes on.
BEHIND = 3  # How many segments before a stumble one may have gone wrong.
MOST_WAYS = 4
MOST_TRIALS = 500  # A set; then it is read as it comes, so that a set of nothing but faults costs little.


@dataclass(slots=True)
class Passage:
    """A walk that was made: the tree that it left, and the use and number of each segment."""

    walk: Walk
    tree: Node
    places: list[tuple[Use | None, int]]
    closed: bool = True

    def finish(self, closed: bool, position: int) -> None:
        """Say what is missing at the end, unless the set was cut."""
        self.closed = closed
        if closed:
            self.walk.finish(position)


Option: TypeAlias = Callable[[Walk], tuple[Use | None, int]]


def resume(start: Callable[[], Walk], names: list[str], segments: list[list[str]], first: Passage) -> Passage:
    """Walk once more where ``first`` stumbled: first looking ahead there, then from a little before; take the best."""
    best = first
    for behind in (0, BEHIND):
        if best.walk.cost <= HEAVY and behind:
            break
        stumbles = {item.position for item in best.walk.faults()}
        near = {at - back for at in stumbles for back in range(behind + 1)}
        walk = start()
        passage = Passage(walk, walk.frames[0].node, list(_Resync(walk, names, segments, near).run()))
        passage.finish(first.closed, len(names))
        if passage.walk.cost < best.walk.cost:
            best = passage
    return best


class _Resync:
    """Walks ``segments`` looking ahead at the positions ``near``, and wherever there is no place for one."""

    def __init__(self, walk: Walk, names: list[str], segments: list[list[str]], near: Collection[int]) -> None:
        self.walk = walk
        self.names = names
        self.segments = segments
        self.near = near
        self.left = MOST_TRIALS

    def run(self) -> Iterator[tuple[Use | None, int]]:
        """Place each segment; yield its use and its number among its like."""
        for position, (name, segment) in enumerate(zip(self.names, self.segments, strict=True), 1):
            if self.left > 0 and (position in self.near or not self.walk.steps(name)):
                yield self._best(position)(self.walk)
                if self.walk.unplaced != position:
                    self.walk.unplaced = 0
            else:
                yield self.walk.place(name, position, segment)

    def _best(self, position: int) -> Option:
        """Return the way to place a segment after which the fewest faults follow; the plain one where several are equal."""
        best, least = self._plain(position), -1
        for option in (best, *self._others(position)):
            cost = self._cost(option, position)
            if least < 0 or cost < least:
                best, least = option, cost
            if least == 0:
                break
        return best

    def _cost(self, option: Option, position: int) -> int:
        self.left -= 1
        trial = self.walk.trial()
        option(trial)
        for ahead in range(position + 1, min(position + AHEAD, len(self.names)) + 1):
            trial.place(self.names[ahead - 1], ahead, [])
        return trial.cost

    # The ways to go on

    def _plain(self, position: int) -> Option:
        name, segment = self.names[position - 1], self.segments[position - 1]
        return lambda walk: walk.place(name, position, segment)

    def _others(self, position: int) -> Iterator[Option]:
        name, segment = self.names[position - 1], self.segments[position - 1]
        for step in self.walk.steps(name):
            yield from self._instead_of(step, position, segment)
        back = self.walk.back(name)
        if back is not None and not self.walk.steps(name):
            yield _late(back, position, segment)
        lost = [way for way in self.walk.ways(name) if len(way[1]) > 1 or way[2].index]  # Else the loop is all there.
        for way in lost[:MOST_WAYS]:
            yield _open(way, name, position, segment)
        if 1 < position < len(self.names) and self.walk.places.within(name):
            yield lambda walk: walk.astray(name, position)

    def _instead_of(self, step: Step, position: int, segment: list[str]) -> Iterator[Option]:
        frame = self.walk.frames[-1 - step.closing]
        if step.item in frame.headless:
            yield lambda walk: walk.behead(step, segment)
        if not isinstance(frame.loop.items[step.item], Loop):
            yield lambda walk: walk.early(step, position, segment)


def _late(step: Step, position: int, segment: list[str]) -> Option:
    return lambda walk: walk.late(step, position, segment)


def _open(way: Way, name: str, position: int, segment: list[str]) -> Option:
    return lambda walk: walk.open([way], name, position, segment)
