"""Compare a line of an order with what another system reports of it, figure by figure. Pure; knows no report and no ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from gateway.tracking.order import OrderLine
from gateway.tracking.thread.statement import Kind

PRICE = "price"
SUMMED = ("ordered", "shipped", "received", "invoiced")
FIGURES = (*SUMMED, PRICE)
# Which papers say a figure: what a system lacks of it, it gets by being handed these again.
PAPERS: Mapping[str, Kind] = {"shipped": Kind.SHIPPED, "received": Kind.RECEIVED, "invoiced": Kind.INVOICED}
_OVER = ("cancelled", "closed", "rejected")


@dataclass(frozen=True, slots=True)
class Divergence:
    """One figure of one line that differs: ``here`` is ours, ``there`` that of the other system."""

    system: str
    line: str
    figure: str
    here: Decimal
    there: Decimal
    reported: bool = True

    @property
    def lacks(self) -> bool:
        """Whether the other system has less than we. A price is never lacking: it is another one."""
        return self.figure != PRICE and self.there < self.here

    @property
    def words(self) -> str:
        """Say what differs."""
        there = f"{self.there:f} in the {self.system}" if self.reported else f"the {self.system} does not report it"
        return f"{self.figure}: {self.here:f} here, {there}"


@dataclass(slots=True)
class Reported:
    """What a system reports of one line: quantities of several rows added up, and every price that they name."""

    sums: dict[str, Decimal] = field(default_factory=dict)
    prices: set[Decimal] = field(default_factory=set)

    def add(self, name: str, value: Decimal) -> None:
        """Add what one row says of a figure."""
        if name == PRICE:
            self.prices.add(value)
        else:
            self.sums[name] = self.sums.get(name, Decimal(0)) + value


def compare(system: str, line: OrderLine, reported: Reported | None, figures: Iterable[str]) -> list[Divergence]:
    """Return what differs between a line and its report (None: it has none), in the figures that the report speaks of.

    A line that is over may be missing in a report: systems leave out what they have archived.
    """
    if reported is None and line.state in _OVER:
        return []
    found = []
    for figure in figures:
        here: Decimal | None = getattr(line, figure)
        if here is None:
            continue  # An order without a price is invoiced at whatever was agreed elsewhere.
        there = _there(figure, here, reported)
        if there is not None and here != there:
            found.append(Divergence(system, line.number, figure, here, there, reported is not None))
    return found


def _there(figure: str, here: Decimal, reported: Reported | None) -> Decimal | None:
    """Return what the other system has; None where that says nothing about the figure."""
    if figure != PRICE:
        return reported.sums.get(figure, Decimal(0)) if reported is not None else Decimal(0)
    if reported is None:
        return None  # That the line is missing is said by its quantities.
    return next((price for price in sorted(reported.prices) if price != here), None)


def same_line(number: str) -> str:
    """Return a number of a line without the zeros that some systems write before it."""
    return number.strip().lstrip("0") or number.strip()
