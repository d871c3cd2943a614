"""Master data: items and the ids under which others know them, units and how they convert, locations. Each version is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

_PLACES = 12  # Of a quantity that no decimal can hold, such as a third of a case.


class Standing(StrEnum):
    """Whether an entry counts."""

    KEPT = "kept"
    PROPOSED = "proposed"  # A partner's catalog says so, and nobody has agreed yet.
    REMOVED = "removed"


@dataclass(slots=True)
class Item:
    """An item of ours. ``id`` is its own number; ``item_class`` groups items for tolerances and routing."""

    id: str
    base_unit: str | None = None
    item_class: str | None = None
    words: str | None = None
    state: str = Standing.KEPT
    version: int = 0


@dataclass(slots=True)
class CrossReference:
    """Another id of an item: ``value`` in the numbering ``kind``, with one partner, or with everybody where that is empty."""

    id: str
    item: str
    partner: str
    kind: str
    value: str
    state: str = Standing.KEPT
    version: int = 0


@dataclass(slots=True)
class Conversion:
    """One ``unit`` is ``quantity`` of ``into``: of one item, or of everything where ``item`` is empty."""

    id: str
    item: str
    unit: str
    into: str
    quantity: Decimal
    state: str = Standing.KEPT
    version: int = 0


@dataclass(slots=True)
class Location:
    """A plant or another place of ours. ``zone`` is a time zone (IANA), ``calendar`` names its working days."""

    id: str
    name: str | None = None
    zone: str | None = None
    calendar: str | None = None
    state: str = Standing.KEPT
    version: int = 0


Entry = Item | CrossReference | Conversion | Location


@dataclass(slots=True)
class MasterChange:
    """One version of an entry: who made it, when, and what it was before. ``names`` are those that it may make known.

    ``change_set`` is what was brought in together; its ids grow with time.
    """

    id: str
    change_set: str
    kind: str
    entry: str
    version: int
    changed_at: datetime
    changed_by: str
    tracking_id: str
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Unknown:
    """An order waits for a name to become known: of an item or a unit. ``tried`` is the change set it was judged for last."""

    id: str
    order_id: str
    name: str
    is_open: bool = True
    tried: str = ""


def reference_id(partner: str, kind: str, value: str) -> str:
    """Return the id of a cross-reference."""
    return f"{partner}|{kind}|{value}"


def conversion_id(item: str, unit: str, into: str) -> str:
    """Return the id of a conversion."""
    return f"{item}|{unit}|{into}"


# What orders wait for, by name


def item_name(value: str) -> str:
    """Name what waits for an item to be known under an id."""
    return f"item {value}"


def unit_of_name(value: str) -> str:
    """Name what waits for a unit of the item with an id."""
    return f"unit of {value}"


def unit_name(unit: str) -> str:
    """Name what waits for a unit to be known in general."""
    return f"unit {unit}"


def convert(
    conversions: Iterable[Conversion], items: set[str], quantity: Decimal, unit: str, into: str
) -> Decimal | None:
    """Return a quantity in another unit, over as few steps as there are; None where no way is known.

    What is said of the item itself goes before what is said in general. A result that no decimal holds is rounded to twelve
    places.
    """
    factors: dict[tuple[str, str], Fraction] = {}
    for each in sorted(conversions, key=lambda each: each.item in items):
        factors[each.unit, each.into] = Fraction(each.quantity)
        factors[each.into, each.unit] = 1 / Fraction(each.quantity)
    reached = {unit: Fraction(1)}
    edge = [unit]
    while edge and into not in reached:
        following = []
        for known in edge:
            for (begin, end), factor in factors.items():
                if begin == known and end not in reached:
                    reached[end] = reached[known] * factor
                    following.append(end)
        edge = following
    return _decimal(Fraction(quantity) * reached[into]) if into in reached else None


def connected(conversions: Iterable[Conversion], units: set[str]) -> set[str]:
    """Return all units that conversions lead to from some units, those included."""
    pairs = [{each.unit, each.into} for each in conversions]
    found = set(units)
    while more := {unit for pair in pairs if pair & found for unit in pair} - found:
        found |= more
    return found


def _decimal(value: Fraction) -> Decimal:
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest == 1:
        places = 0
        while value.denominator > 1 and (value * 10**places).denominator > 1:
            places += 1
    else:
        places = _PLACES
    return Decimal(round(value * 10**places)).scaleb(-places)
