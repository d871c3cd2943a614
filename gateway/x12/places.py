"""The places that a set has for segments, as a table made while it is asked, and the words in which a walk speaks of them.

Knows no document. Serves X12.6 section 3.12 and the tables of each set.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from gateway.x12.faults import FaultCode
from gateway.x12.standards.definition import Loop, SetDefinition, Use

Node: TypeAlias = dict[str, list[Any]]
Way: TypeAlias = tuple[
    int, list[Loop], Use
]  # How many open loops to close, which to open, outermost first, and what for.


class Misplacement(NamedTuple):
    """A fault of structure: on the segment at ``position`` (from ST = 1), about the segment ``name`` in ``loop``.

    ``cause`` is the position of a segment nobody knows that explains this one: its identifier may be what is wrong.
    """

    code: FaultCode
    position: int
    name: str
    loop: Loop
    detail: str = ""
    cause: int = 0


class Step(NamedTuple):
    """A possible place for the next segment: close ``closing`` loops, then take an item of the loop reached."""

    closing: int
    item: int


@dataclass(slots=True, eq=False)
class Frame:
    """One open repetition of a loop: how often each item came, how far the walk is, and what it was said to lack."""

    loop: Loop
    node: Node
    at: int
    counts: dict[int, int] = field(default_factory=dict)
    lacking: dict[int, Misplacement | None] = field(default_factory=dict)  # None: not to be said.
    headless: dict[int, Frame] = field(default_factory=dict)  # By item: the last repetition, if it lacks its trigger.


class Places:
    """Where the segments of a set may stand; made once a definition and kept."""

    def __init__(self, definition: SetDefinition) -> None:
        self.definition = definition
        self._ahead: dict[tuple[Loop, int, str], tuple[Step, ...]] = {}
        self._within: dict[str, list[Use]] = {}
        for use in definition.root.uses():
            self._within.setdefault(use.name, []).append(use)

    def ahead(self, loop: Loop, at: int, name: str) -> tuple[Step, ...]:
        """Return the places for ``name`` from item ``at`` of ``loop`` onward, nearest first."""
        if name not in self._within:
            return ()  # Not remembered: senders can make up as many names as they like.
        key = (loop, at, name)
        steps = self._ahead.get(key)
        if steps is None:
            steps = self._ahead[key] = tuple(self._search(loop, at, name))
        return steps

    @staticmethod
    def _search(loop: Loop | None, at: int, name: str) -> list[Step]:
        found = []
        closing = 0
        while loop is not None:
            first = 1 if loop.parent is not None else 0  # The trigger itself comes again one level up.
            for index in range(max(at, first), len(loop.items)):
                item = loop.items[index]
                if (item.name if isinstance(item, Use) else item.trigger.name) == name:
                    found.append(Step(closing, index))
            at, loop, closing = loop.index, loop.parent, closing + 1
        return found

    def within(self, name: str) -> list[Use]:
        """Return every use of ``name`` in the set."""
        return self._within.get(name, [])
