"""Adds up what the end of a set says of what came before: AK9 of verdicts, CTT of lines. Serves 997, 999 and element 347."""

from __future__ import annotations

from gateway.x12.generate.chance import Chance
from gateway.x12.standards.definition import Element, Use

_ACCEPTED = frozenset("AE")
_VERDICTS = frozenset({"AK5", "IK5"})
_MOST_SETS = 50  # Of which an acknowledgment speaks that names none of them.


class Verdicts:
    """Hears the verdicts on sets (AK5, IK5) and says what AK9 must say of their group."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._said: list[str] = []

    def agreed(self, segment: list[str]) -> list[str]:
        """Return a segment that was just written: an AK9 with the verdict and counts that agree with what was said before."""
        if segment[0] in _VERDICTS:
            self._said.append(segment[1])
        elif segment[0] == "AK9":
            sets = len(self._said) or self._chance.randint(1, _MOST_SETS)
            accepted = sum(verdict in _ACCEPTED for verdict in self._said)
            if not self._said:  # Whoever names no set says by AK9 alone what became of them.
                accepted = self._chance.choice([sets, 0, sets // 2])
            segment[1:5] = [self._verdict(sets, accepted), str(sets), str(sets), str(accepted)]
            if segment[1] == "A":
                del segment[5:]  # The codes of what is wrong with a group.
        return segment

    def _verdict(self, sets: int, accepted: int) -> str:
        if accepted < sets:
            return "P" if accepted else "R"
        return "E" if "E" in self._said else "A"


class HashTotal:
    """Adds up the quantities of lines, the first decimal number in each, without their signs and points."""

    def __init__(self, use: Use | None) -> None:
        self._sum = 0
        self.place = hashed(use) if use is not None else 0

    def add(self, segment: list[str]) -> None:
        """Take one line into account."""
        if self.place:
            self._sum += digits_of(segment, self.place)

    def written(self, kind: Element) -> str:
        """Return the total as ``kind`` has room for it: what is too long loses its first digits. Empty where nothing adds up."""
        return str(self._sum % 10**kind.maximum) if self.place else ""


def hashed(use: Use) -> int:
    """Return the number of the element of a line that a hash total adds up; 0 for lines without one."""
    kinds = enumerate((position.kind for position in use.segment.positions), 1)
    return next((number for number, kind in kinds if isinstance(kind, Element) and kind.type == "R"), 0)


def digits_of(segment: list[str], number: int) -> int:
    """Return the digits of an element as one number; 0 where there are none."""
    text = segment[number] if number < len(segment) else ""
    return int("".join(filter(str.isdecimal, text)) or "0")
