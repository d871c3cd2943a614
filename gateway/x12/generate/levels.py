"""Draws the tree of HL levels, one level at a time. Serves the semantic notes of HL: HL01 counts, HL02 names, HL04 announces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gateway.x12.generate.chance import Chance
from gateway.x12.generate.choosing import Mode

DEEPEST = 4  # Shipment, order, pack, item.


class Level(NamedTuple):
    """One level: its number, that of the one above (0 at the top), how deep it is, and whether levels hang below it."""

    number: int
    parent: int
    depth: int
    opens: bool


def levels(chance: Chance, count: int, mode: Mode) -> Iterator[Level]:
    """Yield ``count`` levels in the order in which they stand in a set."""
    above: list[int] = []
    for number in range(1, count + 1):
        more = number < count and len(above) + 1 < DEEPEST
        opens = more and (mode is Mode.FULL or (mode is Mode.SOME and chance.random() < 0.6))
        yield Level(number, above[-1] if above else 0, len(above), opens)
        if opens:
            above.append(number)
        elif len(above) > 1 and chance.random() < 0.4:
            del above[chance.randint(1, len(above) - 1) :]
