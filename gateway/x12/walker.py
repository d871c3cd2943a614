"""Finds the place of each segment in its set: order, loops, maximum use, what is missing.

A first walk takes each segment as it comes (`gateway.x12.placing`). Where that finds a fault a second one looks ahead, and
reads them in the way that leaves the fewest (`gateway.x12.resync`): one fault never causes a second. What has been placed is
kept as a tree, which the guide and the mapping read. Knows no elements. Serves X12.6 section 3.12 and the tables of each set.

A tree node is a dict of lists. A plain segment is a list of elements; a loop is again such a dict, whose first key is the
segment that opened it::

    {"ST": [["ST", "850", "0001"]], "N1": [{"N1": [["N1", "ST", "ACME"]], "N3": [["N3", "1 Main St"]]}]}
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.x12.places import Misplacement, Node, Places
from gateway.x12.placing import HEAVY, Walk
from gateway.x12.resync import Passage, resume
from gateway.x12.standards.definition import Loop, Use

__all__ = ["Misplacement", "Node", "Placed", "Walker", "grow"]


@dataclass(slots=True)
class Placed:
    """Where each segment stands: its use (None where it has no place) and its number among its like in the loop."""

    uses: list[Use | None]
    occurrences: list[int]
    tree: Node
    misplaced: list[Misplacement]


class Walker(Places):
    """Walks segments through one set definition; made once a definition and kept."""

    def walk(
        self, names: list[str], segments: list[list[str]], known: frozenset[str] | set[str], *, closed: bool = True
    ) -> Placed:
        """Place ``segments`` (ST to SE) whose identifiers are ``names``; ``known`` are the identifiers of the version.

        Of a set that is not ``closed`` nobody knows what would have followed, so nothing is missing at its end.
        """
        walk = Walk(self, known)
        tree = walk.frames[0].node
        places = [
            walk.place(name, at, segment) for at, (name, segment) in enumerate(zip(names, segments, strict=True), 1)
        ]
        passage = Passage(walk, tree, places)
        passage.finish(closed, len(names))
        if walk.cost >= HEAVY:
            passage = resume(lambda: Walk(self, known), names, segments, passage)
        uses, numbers = [use for use, _number in passage.places], [number for _use, number in passage.places]
        return Placed(uses, numbers, passage.tree, passage.walk.faults())


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
