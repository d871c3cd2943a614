"""Who orders what from whom, and which scenario it goes through: the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from gateway.simulation.scenarios import SCENARIOS, Scenario

DAY = date(2026, 11, 21)


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """One line: quantities are multiples of ten, so that all parts of them are whole."""

    number: str
    item: str
    quantity: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """One order of the plan."""

    index: int
    supplier: int
    scenario: Scenario
    wanted_on: date
    lines: tuple[PlannedLine, ...]

    @property
    def number(self) -> str:
        """The number of the purchase order."""
        return f"PO{self.index:07d}"

    @property
    def partner(self) -> str:
        """The supplier's short name."""
        return partner_name(self.supplier)


def partner_name(supplier: int) -> str:
    """Return the short name of a supplier."""
    return f"supplier{supplier:03d}"


def planned(orders: int, suppliers: int, seed: int) -> Iterator[PlannedOrder]:
    """Yield the orders of a plan."""
    chance = random.Random(seed)  # noqa: S311 - a plan, no secret
    weights = [scenario.weight for scenario in SCENARIOS]
    for index in range(1, orders + 1):
        [scenario] = chance.choices(SCENARIOS, weights)
        lines = tuple(
            PlannedLine(
                str(place),
                f"B-{index}-{place}",
                Decimal(chance.randint(1, 50) * 10),
                Decimal(chance.randint(100, 100_000)) / 10,
            )
            for place in range(1, chance.randint(1, 3) + 1)
        )
        wanted = DAY + timedelta(days=chance.randint(5, 60))
        yield PlannedOrder(index, chance.randint(1, suppliers), scenario, wanted, lines)
