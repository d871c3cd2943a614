"""Writes one transaction set from its definition, segment by segment. Serves X12.6 section 3.12 and the tables of each set.

Holds no more than the loops that are open, so that a set of a million lines takes no more memory than one of ten.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

from gateway.x12.delimiters import Delimiters
from gateway.x12.generate.chance import Chance, below
from gateway.x12.generate.choosing import Mode
from gateway.x12.generate.levels import levels
from gateway.x12.generate.order import Order, begins_loop
from gateway.x12.generate.segments import SegmentMaker
from gateway.x12.generate.tallies import HashTotal, Verdicts
from gateway.x12.standards.definition import Element, Loop, SetDefinition, Use

_SHARES = (0.3, 0.15, 0.08)  # How likely something optional comes: in the set, in a loop, in a loop within a loop.
_MOST = 5  # Repetitions of what may come any number of times.
_FILLED = 60  # A place that may come more often is never filled up just to reach the next one of that name.


class SetMaker:
    """Writes one set; ``lines`` is how often its main loop comes, None leaves that to chance."""

    def __init__(
        self, definition: SetDefinition, chance: Chance, marks: Delimiters, mode: Mode, lines: int | None = None
    ) -> None:
        self.definition = definition
        self._chance = chance
        self._mode = mode
        self._make = SegmentMaker(chance, marks, mode)
        self._order = Order(definition.root)
        self._main = main_loop(definition)
        self._lines = self._how_many_lines(lines)
        self._hash = HashTotal(self._main.trigger if self._main else None)
        self._verdicts = Verdicts(chance)
        self.unreached: list[Use] = []  # Places that nothing leads to: another one of that name always comes first.

    def segments(self, control_number: str) -> Iterator[list[str]]:
        """Yield the segments, ST and SE included."""
        root = self.definition.root
        self._order.take(root.trigger)
        yield self._make.start(root.trigger, self.definition.id, control_number)
        count = 1
        for segment in self._inside(root, 0):
            count += 1
            yield segment
        yield ["SE", str(count + 1), control_number]

    def _how_many_lines(self, lines: int | None) -> int:
        loop = self._main
        if loop is None:
            return 0
        if lines is None:
            least = int(loop.required)
            some = self._chance.randint(least, 6) if self._mode is Mode.SOME else least
            lines = 4 if self._mode is Mode.FULL else some
        return min(lines, loop.maximum or lines)

    def _inside(self, loop: Loop, depth: int) -> Iterator[list[str]]:
        """Write what comes behind the first segment of a loop."""
        for item in loop.items[1:]:
            if item is self._main:
                yield from self._main_lines(item)
            elif item.name != "SE" or depth:
                for _ in range(self._times(item, depth)):
                    use = item if isinstance(item, Use) else item.trigger
                    if not (yield from self._reach(use, item.required)):
                        break
                    yield from self._repetition(use, depth)

    def _repetition(self, use: Use, depth: int) -> Iterator[list[str]]:
        """Write one segment, and all of its loop where it opens one."""
        yield self._taken(use)
        if begins_loop(use):
            yield from self._inside(use.loop, depth + 1)

    def _taken(self, use: Use) -> list[str]:
        self._order.take(use)
        if use.name == "CTT":
            kind = use.segment.positions[1].kind
            said = self._mode is Mode.FULL and isinstance(kind, Element) and self._hash.written(kind)
            return self._make.totals(use, self._lines, said or "")
        return self._verdicts.agreed(self._make.segment(use))

    def _times(self, item: Use | Loop, depth: int) -> int:
        """Draw how often an item comes."""
        least = int(item.required)
        if self._mode is not Mode.SOME:
            return 1 if self._mode is Mode.FULL else least
        share = _SHARES[min(depth, 2)] * (1.0 if isinstance(item, Use) else 0.6)
        if not least and self._chance.random() >= share:
            return 0
        return below(self._chance, 1, min(item.maximum or _MOST, _MOST), 0.3)

    def _reach(self, use: Use, required: bool) -> Generator[list[str], None, bool]:
        """Get to where the next segment of that name belongs to ``use``; the generator returns whether that worked.

        A place of the same name that comes before is filled up, if it can be and ``use`` is worth it.
        """
        while (nearest := self._order.place(use.name)) is not use:
            room = None if nearest is None else self._order.room(nearest)
            worth = required or self._mode is Mode.FULL
            if nearest is None or room is None or room > _FILLED or not worth or begins_loop(nearest):
                if required:
                    raise ValueError(f"{use!r} of {self.definition.id} can't be reached")
                self.unreached.append(use)
                return False
            yield self._taken(nearest)
        return True

    def _main_lines(self, loop: Loop) -> Iterator[list[str]]:
        """Write the lines of the document, which what comes behind them counts."""
        hierarchy = levels(self._chance, self._lines, self._mode) if loop.name == "HL" else None
        for _ in range(self._lines):
            if not (yield from self._reach(loop.trigger, loop.required)):
                return
            self._order.take(loop.trigger)
            first = self._make.level(loop.trigger, next(hierarchy)) if hierarchy else self._make.segment(loop.trigger)
            self._hash.add(first)
            yield first
            yield from self._inside(loop, 1)


def main_loop(definition: SetDefinition) -> Loop | None:
    """Return the loop that is a line of the document: the first one of the detail area, else the one that may come most."""
    loops = [item for item in definition.root.items if isinstance(item, Loop)]
    details = [loop for loop in loops if loop.area == "detail"]
    if details:
        return details[0]
    return max(loops, key=lambda loop: loop.maximum or 1 << 60, default=None)
