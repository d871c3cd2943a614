"""How values change between X12 and canonical when the profile says nothing else: dates, times, decimals by element type."""

from __future__ import annotations

from typing import Any

from gateway.mapping.functions import (
    FUNCTIONS,
    IMPLIED,
    Way,
    read_date,
    read_time,
    write_date,
    write_decimal,
    write_short_date,
    write_time,
)
from gateway.x12.standards.definition import Element

# After one of these a value has its type already.
TYPED = frozenset({"date", "time", "decimal", "implied", "text", "integer", "times", "convert"})


def natural(element: Element | None) -> tuple[list[Way], list[Way]]:
    """Return how a value of this element's type is read and how it is written, when the profile says nothing else."""
    kind = element.type if element else "AN"
    if kind == "DT":
        short = element is not None and element.maximum == 6
        return [read_date], [write_short_date if short else write_date]
    if kind == "TM":
        return [read_time], [write_time]
    if kind == "R":
        return [], [write_decimal]  # pydantic reads the text as it stands.
    if kind == "N0":
        return [], [IMPLIED[0][1]]
    if kind[0] == "N":
        read, write = IMPLIED[int(kind[1])]
        return [read], [write]
    return [], [str]


def concat(mark: str) -> Way:
    """Return a way that joins a value with those of other elements."""

    def join(*parts: str) -> str:
        return mark.join(part for part in parts if part)

    return join


def convert(table: dict[str, str]) -> Way:
    """Return a way that turns a quantity into its base unit; rows read ``DZ: 12 EA``."""
    factors = {unit: row.split()[0] for unit, row in table.items()}
    times = FUNCTIONS["times"]
    ways = {unit: times.read([factor], {}) for unit, factor in factors.items()}

    def into_base(value: str, unit: str = "") -> Any:
        way = ways.get(unit)
        return value if way is None else way(value)

    return into_base
