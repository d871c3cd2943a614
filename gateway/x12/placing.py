"""One walk through one set: takes each segment to its place, and says where there is none.

A segment out of order is placed where it belongs, a segment whose loop was not opened opens it, a segment that cannot be
placed changes nothing: so that one fault seldom causes a second. Serves X12.6 section 3.12.
"""

from __future__ import annotations

from gateway.x12.faults import FaultCode
from gateway.x12.places import Frame, Misplacement, Node, Places, Step, Way
from gateway.x12.standards.definition import Loop, Use

HEAVY = 1000
_TOO_OFTEN = (FaultCode.SEGMENT_OVER_MAXIMUM, FaultCode.LOOP_OVER_MAXIMUM)


class Walk:
    """``cost`` weighs the faults so far: what comes too often tells little of where the walk went wrong."""

    def __init__(self, places: Places, known: frozenset[str] | set[str]) -> None:
        self.places = places
        self.known = known
        self.frames = [Frame(places.definition.root, {}, 0)]
        self._misplaced: list[Misplacement] = []
        self._retracted: set[int] = set()
        self.cost = 0
        self.unplaced = 0  # The position of a segment nobody knows, if it is the one before.

    def faults(self) -> list[Misplacement]:
        """Return what was found out of place; of a trial only what it found itself."""
        return [item for item in self._misplaced if id(item) not in self._retracted]

    def trial(self) -> Walk:
        """Return a walk that goes on from here, to see where it leads; what it places is thrown away."""
        made = Walk(self.places, self.known)
        made.unplaced = self.unplaced
        made.frames = [
            Frame(frame.loop, {}, frame.at, dict(frame.counts), dict(frame.lacking), dict(frame.headless))
            for frame in self.frames
        ]
        return made

    def steps(self, name: str) -> tuple[Step, ...]:
        """Return the places for a segment from here on, nearest first."""
        top = self.frames[-1]
        return self.places.ahead(top.loop, top.at, name)

    def place(self, name: str, position: int, segment: list[str]) -> tuple[Use | None, int]:
        """Place a segment; return its use and its number among its like."""
        steps = self._bounded(self.steps(name), segment) if name == "LS" else self.steps(name)
        placed = (
            self.forward(self._choose(steps), position, segment) if steps else self.recover(name, position, segment)
        )
        if placed[0] is not None:
            self.unplaced = 0
        return placed

    def finish(self, position: int) -> None:
        """Close what is open at the end of the set."""
        while self.frames:
            self.close(position)

    # Onward

    def _bounded(self, steps: tuple[Step, ...], segment: list[str]) -> tuple[Step, ...]:
        """Keep the bounded loops that LS01 names by what stands in them, where one of those ahead is meant."""
        named = tuple(
            step
            for step in steps
            if isinstance(item := self.frames[-1 - step.closing].loop.items[step.item], Loop)
            and item.items[1].name == (segment[1] if len(segment) > 1 else "")
        )
        return named or steps

    def _choose(self, steps: tuple[Step, ...]) -> Step:
        """Take the nearest place, or where that is full the next one that is not and leaves out no more on the way."""
        for step in steps:
            frame = self.frames[-1 - step.closing]
            maximum = frame.loop.items[step.item].maximum
            if (maximum is None or frame.counts.get(step.item, 0) < maximum) and (
                step is steps[0] or self._left_out(step) <= self._left_out(steps[0])
            ):
                return step
        return steps[0]

    def _left_out(self, step: Step) -> int:
        """Return how much that is mandatory would be missing after ``step``."""
        closed = self.frames[len(self.frames) - step.closing :]
        here = self.frames[-1 - step.closing]
        return len(self._absent(here, step.item)) + sum(
            len(self._absent(frame, len(frame.loop.items))) for frame in closed
        )

    def forward(self, step: Step, position: int, segment: list[str]) -> tuple[Use, int]:
        """Go on to a place ahead."""
        for _ in range(step.closing):
            self.close(position)
        frame = self.frames[-1]
        self._missing(frame, step.item, position)
        return self._take(frame, step.item, position, segment)

    def _take(self, frame: Frame, index: int, position: int, segment: list[str]) -> tuple[Use, int]:
        """Put ``segment`` at item ``index`` of the open ``frame``; a loop opens."""
        item = frame.loop.items[index]
        count = frame.counts.get(index, 0) + 1
        frame.counts[index] = count
        frame.at = index
        over = item.maximum is not None and count > item.maximum
        if isinstance(item, Use):
            if over:
                self.report(FaultCode.SEGMENT_OVER_MAXIMUM, position, item.name, frame.loop, str(item.maximum))
            frame.node.setdefault(item.name, []).append(segment)
            return item, count
        if over:
            self.report(FaultCode.LOOP_OVER_MAXIMUM, position, item.trigger.name, item, str(item.maximum))
        trigger = item.trigger
        node: Node = {trigger.name: [segment]}
        frame.node.setdefault(item.name, []).append(node)
        frame.headless.pop(index, None)
        self.frames.append(Frame(item, node, 0, {0: 1}))
        return trigger, count

    @staticmethod
    def _absent(frame: Frame, until: int) -> list[int]:
        """Return what is mandatory between the last item and item ``until``, did not come and was not yet asked for."""
        return [
            index
            for index in range(frame.at, until)
            if frame.loop.items[index].required and not frame.counts.get(index) and index not in frame.lacking
        ]

    def _missing(self, frame: Frame, until: int, position: int) -> None:
        """Report what is absent before item ``until``."""
        for index in self._absent(frame, until):
            item = frame.loop.items[index]
            name, loop = (item.name, frame.loop) if isinstance(item, Use) else (item.trigger.name, item)
            cause, self.unplaced = self.unplaced, 0
            frame.lacking[index] = self.report(FaultCode.SEGMENT_MISSING, position, name, loop, cause=cause)

    def close(self, position: int) -> None:
        """Close the innermost loop that is open."""
        frame = self.frames.pop()
        self._missing(frame, len(frame.loop.items), position)

    # Where there is no place from here on

    def recover(self, name: str, position: int, segment: list[str]) -> tuple[Use | None, int]:
        """Place a segment that has no place from here on, and report why."""
        if not self.places.within(name):
            return self._unknown(name, position)
        back = self.back(name)
        return self.late(back, position, segment) if back else self.open(self.ways(name)[:1], name, position, segment)

    def _unknown(self, name: str, position: int) -> tuple[None, int]:
        code = FaultCode.SEGMENT_NOT_IN_SET if name in self.known else FaultCode.SEGMENT_UNKNOWN
        self.report(FaultCode.SEGMENT_BLANK if not name else code, position, name, self.frames[-1].loop)
        self.unplaced = position
        return None, 0

    def back(self, name: str) -> Step | None:
        """Return the nearest place behind for a segment: an earlier item of a loop that is open."""
        for closing, frame in enumerate(reversed(self.frames)):
            for index in range(min(frame.at, len(frame.loop.items) - 1), -1, -1):
                item = frame.loop.items[index]
                is_own_trigger = index == 0 and frame.loop.parent is not None
                if not is_own_trigger and (item.name if isinstance(item, Use) else item.trigger.name) == name:
                    return Step(closing, index)
        return None

    def late(self, step: Step, position: int, segment: list[str]) -> tuple[Use, int]:
        """Put a segment to an item of an open loop that the walk has passed; a plain segment does not move the walk."""
        frame = self.frames[-1 - step.closing]
        item = frame.loop.items[step.item]
        self._retract(frame, step.item)
        name = item.name if isinstance(item, Use) else item.trigger.name
        self.report(FaultCode.SEGMENT_OUT_OF_ORDER, position, name, frame.loop)
        if isinstance(item, Use):
            return self.beside(frame, step.item, segment)
        for _ in range(step.closing):
            self.close(position)
        furthest = frame.at
        use, occurrence = self._take(frame, step.item, position, segment)
        # What came between has been asked for once already.
        frame.lacking.update(dict.fromkeys(range(step.item, furthest + 1)))
        return use, occurrence

    def early(self, step: Step, position: int, segment: list[str]) -> tuple[Use, int]:
        """Put a plain segment to an item ahead without going there, as what follows it belongs here still."""
        frame = self.frames[-1 - step.closing]
        self.report(FaultCode.SEGMENT_OUT_OF_ORDER, position, frame.loop.items[step.item].name, frame.loop)
        return self.beside(frame, step.item, segment)

    @staticmethod
    def beside(frame: Frame, index: int, segment: list[str]) -> tuple[Use, int]:
        """Put a plain segment to an item of an open loop; the walk stays where it is."""
        item = frame.loop.items[index]
        assert isinstance(item, Use)
        count = frame.counts[index] = frame.counts.get(index, 0) + 1
        frame.node.setdefault(item.name, []).append(segment)
        return item, count

    def _retract(self, frame: Frame, index: int) -> None:
        """Take back that an item is missing: here it comes, late."""
        said = frame.lacking.get(index)
        if said is not None:
            frame.lacking[index] = None
            self.cost -= 0 if said.cause else HEAVY
            self._retracted.add(id(said))

    def ways(self, name: str) -> list[Way]:
        """Return the loops ahead that lack their first segment if this one belongs there, nearest first."""
        ways = [way for use in self.places.within(name) if (way := self._way_to(use)) is not None]
        return sorted(ways, key=lambda way: len(way[1]))

    def open(self, ways: list[Way], name: str, position: int, segment: list[str]) -> tuple[Use | None, int]:
        """Open a loop whose first segment did not come, and those around it, as if they had been opened."""
        cause, self.unplaced = self.unplaced, 0
        self.report(FaultCode.SEGMENT_UNEXPECTED, position, name, self.frames[-1].loop, cause=cause if ways else 0)
        if not ways:
            return None, 0
        closing, loops, use = ways[0]
        for _ in range(closing):
            self.close(position)
        for loop, inner in zip(loops, [*(inner.index for inner in loops[1:]), use.index], strict=True):
            frame = self.frames[-1]
            frame.counts[loop.index] = frame.counts.get(loop.index, 0) + 1
            frame.at = loop.index
            node: Node = {}
            frame.node.setdefault(loop.name, []).append(node)
            opened = Frame(loop, node, inner, {0: 1, inner: 1}, dict.fromkeys(range(inner)))
            if inner:
                frame.headless[loop.index] = opened
            self.frames.append(opened)
        self.frames[-1].node[use.name] = [segment]
        return use, 1

    def astray(self, name: str, position: int) -> tuple[Use | None, int]:
        """Pass over a segment that belongs to some other place; its elements are judged all the same."""
        self.report(FaultCode.SEGMENT_UNEXPECTED, position, name, self.frames[-1].loop)
        return self.places.within(name)[0], 1

    def behead(self, step: Step, segment: list[str]) -> tuple[Use, int]:
        """Give the first segment of a loop to the repetition that came without it."""
        frame = self.frames[-1 - step.closing]
        opened = frame.headless.pop(step.item)
        del self.frames[len(self.frames) - step.closing :]
        rest = dict(opened.node)
        opened.node.clear()
        opened.node.update({opened.loop.trigger.name: [segment], **rest})
        opened.at = 0
        self.frames.append(opened)
        self.unplaced = 0
        return opened.loop.trigger, frame.counts[step.item]

    def _way_to(self, use: Use) -> Way | None:
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

    def report(
        self, code: FaultCode, position: int, name: str, loop: Loop, detail: str = "", cause: int = 0
    ) -> Misplacement:
        """Take a fault; one that another explains costs nothing."""
        made = Misplacement(code, position, name, loop, detail, cause)
        self._misplaced.append(made)
        if not cause:
            self.cost += 1 if code in _TOO_OFTEN else HEAVY
        return made
