"""Follows the order of a set while it is written: where a reader going forward would put the next segment.

A segment may often stand in several places. Whoever reads takes the nearest one that is not full; so who writes must not
mean another one. Serves X12.6 section 3.12.
"""

from __future__ import annotations

from functools import lru_cache

from gateway.x12.standards.definition import Loop, Use


class _Open:
    """A repetition of a loop that is not closed yet: the item at which one stands, and how often each one came."""

    __slots__ = ("at", "counts", "loop", "serial")

    def __init__(self, loop: Loop, serial: int) -> None:
        self.loop = loop
        self.serial = serial
        self.at = 0
        self.counts: dict[int, int] = {}


class Order:
    """Stands behind the last segment of a set that is being written."""

    def __init__(self, root: Loop) -> None:
        self._open = [_Open(root, 0)]
        self._opened = 0

    def place(self, name: str) -> Use | None:
        """Return the nearest place for a segment from here on; None where there is none that has room."""
        for frame in reversed(self._open):
            for index in _indexes(frame.loop).get(name, ()):
                item = frame.loop.items[index]
                if index >= frame.at and (item.maximum is None or frame.counts.get(index, 0) < item.maximum):
                    return item if isinstance(item, Use) else item.trigger
        return None

    def anywhere(self, name: str) -> bool:
        """Tell whether there is a place for a segment from here on, be it full."""
        return any(index >= frame.at for frame in self._open for index in _indexes(frame.loop).get(name, ()))

    def before(self, name: str) -> bool:
        """Tell whether a loop that is open has a place for a segment which has been passed."""
        return any(index < frame.at for frame in self._open for index in _indexes(frame.loop).get(name, ()))

    def take(self, use: Use) -> None:
        """Go on to a place that `place` returned."""
        opens = begins_loop(use)
        owner = use.loop.parent if opens else use.loop
        index = use.loop.index if opens else use.index
        while self._open[-1].loop is not owner:
            self._open.pop()
        frame = self._open[-1]
        frame.at = index
        frame.counts[index] = frame.counts.get(index, 0) + 1
        if opens:
            self._opened += 1
            self._open.append(_Open(use.loop, self._opened))

    def room(self, use: Use) -> int | None:
        """Return how often a segment may still come at a place in an open loop; None for any number."""
        opens = begins_loop(use)
        owner, item = (use.loop.parent, use.loop) if opens else (use.loop, use)
        frame = next(frame for frame in reversed(self._open) if frame.loop is owner)
        return None if item.maximum is None else item.maximum - frame.counts.get(item.index, 0)

    def repetition_of(self, loop: Loop) -> int:
        """Return which repetition of a loop is open, counted over the whole set; -1 for none."""
        return next((frame.serial for frame in reversed(self._open) if frame.loop is loop), -1)


def follow(root: Loop, names: list[str]) -> tuple[list[Use | None], Order]:
    """Return where segments stand, None for each that has no place and is passed over, and the order behind them."""
    order = Order(root)
    uses = []
    for name in names:
        use = order.place(name)
        if use is not None:
            order.take(use)
        uses.append(use)
    return uses, order


def begins_loop(use: Use) -> bool:
    """Tell whether a use is the first segment of a loop within a set."""
    return use.index == 0 and use.loop.parent is not None


@lru_cache(maxsize=4096)
def _indexes(loop: Loop) -> dict[str, list[int]]:
    """Return where each segment may stand in a loop; the one that opens it comes again one level up."""
    found: dict[str, list[int]] = {}
    for index, item in enumerate(loop.items):
        if index or loop.parent is None:
            found.setdefault(item.name if isinstance(item, Use) else item.trigger.name, []).append(index)
    return found
