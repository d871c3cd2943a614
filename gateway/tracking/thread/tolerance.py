"""How far documents may differ before a person looks. What an agreement says, per item and plant, becomes one of these."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Percentages of what is expected; amounts in the currency of the order; days."""

    quantity_over: Decimal = ZERO
    quantity_under: Decimal = ZERO
    price_percent: Decimal = ZERO
    price_amount: Decimal = ZERO
    days_early: int = 0
    days_late: int = 0
    charges: Decimal = ZERO
    tax: Decimal = Decimal("0.01")
    total: Decimal = Decimal("0.01")
    substitutes: bool = False


@dataclass(frozen=True, slots=True)
class Special:
    """Another tolerance for some items or plants; patterns as in file names."""

    tolerance: Tolerance
    items: str = "*"
    plant: str = "*"


Convert = Callable[[tuple[tuple[str, str], ...], Decimal, str, str], Decimal | None]


def no_conversion(_items: tuple[tuple[str, str], ...], _quantity: Decimal, _unit: str, _into: str) -> Decimal | None:
    """Convert nothing: units that differ can't be compared."""
    return None


@dataclass(frozen=True, slots=True)
class Judging:
    """How statements of one kind are judged. Where nothing was agreed (``agreed`` is false) a difference is only noted."""

    tolerance: Tolerance = Tolerance()
    specials: tuple[Special, ...] = ()
    agreed: bool = True

    def tolerance_for(self, items: tuple[tuple[str, str], ...], plant: str | None) -> Tolerance:
        """Return the tolerance of an item at a plant: the first special that fits, else the general one."""
        for special in self.specials:
            fits = special.items == "*" or any(fnmatchcase(value, special.items) for _kind, value in items)
            if fits and fnmatchcase(plant or "", special.plant):
                return special.tolerance
        return self.tolerance


def same_items(items: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Know items under no other ids."""
    return items


@dataclass(frozen=True, slots=True)
class Terms:
    """How an order is judged. ``receipt_needed``: an invoice is matched with what was received (three-way), else with the order.

    ``by_kind`` holds what was agreed for a kind of statement, ``otherwise`` counts for the others. ``convert`` returns a
    quantity in another unit, or None; ``also_known`` returns an item with the other ids under which it is known.
    """

    otherwise: Judging = Judging()
    by_kind: Mapping[str, Judging] = field(default_factory=dict)
    receipt_needed: bool = True
    convert: Convert = no_conversion
    also_known: Callable[[tuple[tuple[str, str], ...]], tuple[tuple[str, str], ...]] = same_items

    def judging(self, kind: str) -> Judging:
        """Return how statements of a kind are judged."""
        return self.by_kind.get(kind, self.otherwise)
