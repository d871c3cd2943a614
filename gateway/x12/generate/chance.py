"""What is asked of whoever draws lots: `random.Random` can do it, and so can hypothesis. Serves no clause of X12."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

Item = TypeVar("Item")


class Chance(Protocol):
    """The part of `random.Random` that is used here."""

    def random(self) -> float:
        """Return a number from 0 up to but not including 1."""

    def randint(self, a: int, b: int, /) -> int:
        """Return a whole number from ``a`` to ``b``, both included."""

    def choice(self, seq: Sequence[Item], /) -> Item:
        """Return one item."""

    def choices(self, population: Sequence[Item], /, *, k: int) -> list[Item]:
        """Return ``k`` items, the same one perhaps more than once."""

    def shuffle(self, x: list[Item], /) -> None:
        """Put the items into another order, in place."""


def below(chance: Chance, least: int, most: int, share: float) -> int:
    """Return a number from ``least`` to ``most``: each further one comes with the probability ``share``."""
    number = least
    while number < most and chance.random() < share:
        number += 1
    return number
