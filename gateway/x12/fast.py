"""The fast path: says of most good sets that nothing is wrong with them, in a tenth of the time.

Each segment of a definition becomes one regular expression (types, lengths, codes, requirement, syntax notes), the structure
becomes a table of moves. Whatever does not match at once, right or wrong, is left to the readable validator: this path
never finds a fault, it only fails to see that there is none. Both give the same verdict, which the tests prove by mutation.
"""

from __future__ import annotations

from gateway.x12.delimiters import Delimiters
from gateway.x12.hierarchy import hierarchy_findings, plainly_right
from gateway.x12.model import TransactionSet
from gateway.x12.patterns import Match, segment_pattern
from gateway.x12.pieces import BLANK
from gateway.x12.standards.definition import Loop, SetDefinition, Use
from gateway.x12.walker import Walker


class _Spot:
    """A place in a set, and where one may go from it. ``run`` is how often the place may be taken in a row."""

    __slots__ = ("loop", "maximum", "moves", "use")

    def __init__(self, use: Use) -> None:
        self.use = use
        self.maximum = use.maximum
        self.loop = use.loop
        self.moves: dict[str, _Move | None] = {}


class _Move:
    """A step to ``spot``. For the first segment of a loop, ``counter`` and ``maximum`` bound its repetitions."""

    __slots__ = ("again", "counter", "level", "match", "maximum", "plain", "spot")

    def __init__(self, spot: _Spot, match: Match, counter: int, maximum: int | None, again: bool) -> None:
        self.spot = spot
        self.match = match
        self.counter = counter  # -1: no loop begins here.
        self.maximum = maximum
        self.level = spot.use.name == "HL"
        self.again = again  # It is one more repetition of the loop one stands in, or the same place once more.
        self.plain = counter < 0 and not again  # Most moves: there is nothing to count.


class FastSet:
    """The fast path for one definition and one pair of element and component separators."""

    def __init__(self, definition: SetDefinition, marks: Delimiters) -> None:
        self._definition = definition
        self._marks = marks
        self._walker = Walker(definition)
        self._spots: dict[Use, _Spot] = {}
        self._loops: dict[Loop, int] = {}
        self._start = self._spot(definition.root.trigger)
        self._first = segment_pattern(definition.root.trigger.segment, marks.element, marks.component, marks.repetition)

    def uses_of(self, transaction: TransactionSet) -> list[Use] | None:
        """Return the place of each segment of a set with which nothing is wrong; None when that can't be told here."""
        pieces = transaction.pieces
        if not transaction.closed or len(pieces) < 3:
            return None
        if transaction.interchange.delimiters.segment in "\r\n":
            pieces = [piece.strip(BLANK) for piece in pieces]  # As in `gateway.x12.pieces.split_pieces`.
        elif pieces[1][:1] in BLANK:
            pieces = [piece.lstrip(BLANK) for piece in pieces]
        mark = self._marks.element
        if self._first is None or self._first(pieces[0]) is None:
            return None
        if pieces[-1] != f"SE{mark}{len(pieces)}{mark}{transaction.control_number}":
            return None
        return self._walk(pieces)

    def _walk(self, pieces: list[str]) -> list[Use] | None:
        spot = self._start
        uses = [spot.use]
        take = uses.append
        levels: list[str] = []
        run = 1
        counts = [0] * 64
        for piece in pieces[1:]:
            move = spot.moves.get(piece[:3])
            if move is None:
                move = self._find(spot, piece[:3])
                if move is None:
                    return None
            if move.match(piece) is None:
                return None
            if move.plain:
                run = 1
            elif move.counter >= 0:
                number = counts[move.counter] = counts[move.counter] + 1 if move.again else 1
                if move.maximum is not None and number > move.maximum:
                    return None
                if move.level:
                    levels.append(piece)
                run = 1
            else:
                run += 1
                if spot.maximum is not None and run > spot.maximum:
                    return None
            spot = move.spot
            take(spot.use)
        return uses if not levels or self._hang_together(levels) else None

    def _hang_together(self, levels: list[str]) -> bool:
        """Tell whether nothing is wrong with the numbers of HL segments that are good by themselves."""
        mark = self._marks.element
        fields = mark.join(levels).split(mark)
        # None has more than HL01 to HL04: where that is what there is together, each has all of them.
        if len(fields) == 5 * len(levels) and plainly_right(fields[1::5], fields[2::5], fields[4::5]):
            return True
        return next(hierarchy_findings([level.split(mark) for level in levels]), None) is None

    # The table, made as it is needed

    def _spot(self, use: Use) -> _Spot:
        known = self._spots.get(use)
        if known is None:
            known = self._spots[use] = _Spot(use)
        return known

    def _find(self, spot: _Spot, head: str) -> _Move | None:
        """Make the move from ``spot`` for pieces that begin with ``head``; None when it would need a closer look."""
        if head in spot.moves:
            return spot.moves[head]
        name = head.split(self._marks.element)[0]
        if not self._walker.within(name):
            return None  # Not remembered: senders can make up as many names as they like.
        move = spot.moves[head] = self._make(spot, name)
        return move

    def _make(self, spot: _Spot, name: str) -> _Move | None:
        here = spot.use
        steps = self._walker.ahead(here.loop, here.index, name)
        if name == "LS" and len(steps) > 1:
            return None  # Which bounded loop is meant stands in LS01.
        for step in steps:
            loop = here.loop
            at, missing = here.index, False
            for _ in range(step.closing):
                missing = missing or _required(loop, at + 1, len(loop.items))
                at = loop.index
                assert loop.parent is not None
                loop = loop.parent
            item = loop.items[step.item]
            same = step.item == at
            if same and item.maximum == 1:
                continue  # Full: the next place of that name is meant.
            if missing or _required(loop, at + 1, step.item):
                return None
            use = item if isinstance(item, Use) else item.trigger
            counter = -1 if isinstance(item, Use) else self._loops.setdefault(item, len(self._loops))
            if counter >= 64:
                return None
            match = segment_pattern(use.segment, self._marks.element, self._marks.component, self._marks.repetition)
            return _Move(self._spot(use), match, counter, item.maximum, same) if match else None
        return None


def _required(loop: Loop, first: int, last: int) -> bool:
    """Tell whether something mandatory stands between two items of a loop."""
    return any(item.required for item in loop.items[first:last])
