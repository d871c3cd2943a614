"""Writes one segment from its definition: simple, composite and repeated elements. Serves X12.6 section 3.9 and X12.22."""

from __future__ import annotations

from gateway.x12.delimiters import Delimiters
from gateway.x12.generate.chance import Chance
from gateway.x12.generate.choosing import Mode, choose
from gateway.x12.generate.levels import Level
from gateway.x12.generate.values import Values
from gateway.x12.periods import is_pair
from gateway.x12.pieces import BINARY_LENGTH_AT
from gateway.x12.standards.definition import Composite, Element, Position, Use

_LEVEL_CODES = "SOPI"  # How most partners nest, from the outside in; any code of the list is right.
_HASH_TOTAL = frozenset({2})  # CTT02, which is not drawn but added up.
_CONVENTION = frozenset({3})  # ST03, which names an agreement that nobody made.


class SegmentMaker:
    """Writes segments as lists of text, joined where they have components or repetitions."""

    def __init__(self, chance: Chance, marks: Delimiters, mode: Mode) -> None:
        self._chance = chance
        self._marks = marks
        self._mode = mode
        self._values = Values(chance, marks)
        self._assigned = self._levels = 0
        self._bounded = ""  # What LS01 said, for LE01 to say again.

    def segment(self, use: Use, never: frozenset[int] = frozenset()) -> list[str]:
        """Write one segment; the elements of ``never`` are left out."""
        positions = use.segment.positions
        chosen = choose(self._chance, positions, use.segment.notes, self._mode, never=never)
        made = [use.name, *[""] * max(chosen)]
        for number in sorted(chosen):
            paired = is_pair(positions, number - 1) and number - 1 in chosen
            made[number] = self._values.period(made[number - 1]) if paired else self._position(positions[number - 1])
            if is_pair(positions, number):
                made[number] = self._values.format()
        return self._special(use, made)

    def start(self, use: Use, set_id: str, control_number: str) -> list[str]:
        """Write ST."""
        made = self.segment(use, frozenset() if self._mode is Mode.FULL else _CONVENTION)
        made[1:3] = [set_id, control_number]
        return made

    def totals(self, use: Use, lines: int, hash_total: str) -> list[str]:
        """Write CTT with the number of lines, and the hash total where there is one."""
        made = self.segment(use, _HASH_TOTAL)
        made[1] = str(lines)
        if hash_total:
            made[2:3] = [hash_total]
        return made

    def level(self, use: Use, level: Level) -> list[str]:
        """Write HL for one level of the tree."""
        kind = use.segment.positions[2].kind
        assert isinstance(kind, Element)
        code = _LEVEL_CODES[level.depth]
        made = ["HL", str(level.number), str(level.parent or ""), code if code in kind.codes else self._values.of(kind)]
        return made if self._mode is Mode.MINIMAL else [*made, "1" if level.opens else "0"]

    def _special(self, use: Use, made: list[str]) -> list[str]:
        """Put what other things decide into a segment: lengths of data, running numbers, names of bounded loops."""
        if use.name in BINARY_LENGTH_AT:
            at = BINARY_LENGTH_AT[use.name]
            made[at] = str(len(made[at + 1]))
        elif use.name == "LX":
            self._assigned = self._assigned % 999_999 + 1
            made[1] = str(self._assigned)
        elif use.name == "HL":  # Levels beside the lines of the document hang below nothing.
            self._levels += 1
            made[1] = str(self._levels)
            if len(made) > 2:
                made[2] = ""
            if len(made) > 4:
                made[4] = "0"
        elif use.name == "LS":
            self._bounded = made[1]
        elif use.name == "LE":
            made[1] = self._bounded
        return made

    def _position(self, position: Position) -> str:
        """Draw what stands at one place."""
        mark = self._marks.repetition
        if position.repeats > 1 and mark and self._mode is not Mode.MINIMAL:
            times = self._chance.randint(1, min(position.repeats, 3))
            return mark.join(self.value(position.kind) for _ in range(times))
        return self.value(position.kind)

    def value(self, kind: Element | Composite) -> str:
        """Draw a value of an element, or all components of a composite."""
        if isinstance(kind, Element):
            return self._values.of(kind)
        chosen = choose(self._chance, kind.components, kind.notes, self._mode)
        return self._marks.component.join(
            self.value(place.kind) if number in chosen else ""
            for number, place in enumerate(kind.components[: max(chosen)], 1)
        )
