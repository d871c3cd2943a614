"""Compare a line of an order with what another system reports of it, figure by figure. Pure; knows no report and no ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from gateway.tracking.order import OrderLine
from gateway.tracking.thread.statement import Kind

FIGURES = ("ordered", "shipped", "received", "invoiced")
# Which papers of a partner say a figure: what the ERP lacks of it, it gets by being handed these again.
PAPERS: Mapping[str, Kind] = {"shipped": Kind.SHIPPED, "invoiced": Kind.INVOICED}
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
        """Whether the other system has less than we."""
        return self.there < self.here

    @property
    def words(self) -> str:
        """Say what differs."""
        there = f"{self.there:f} in the {self.system}" if self.reported else f"the {self.system} does not report it"
        return f"{self.figure}: {self.here:f} here, {there}"


def compare(
    system: str, line: OrderLine, reported: Mapping[str, Decimal] | None, figures: Iterable[str]
) -> list[Divergence]:
    """Return what differs between a line and its report (None: it has none), in the figures that the report speaks of.

    A line that is over may be missing in a report: systems leave out what they have archived.
    """
    if reported is None and line.state in _OVER:
        return []
    found = []
    for figure in figures:
        here: Decimal = getattr(line, figure)
        there = reported.get(figure, Decimal(0)) if reported is not None else Decimal(0)
        if here != there:
            found.append(Divergence(system, line.number, figure, here, there, reported is not None))
    return found


def same_line(number: str) -> str:
    """Return a number of a line without the zeros that some systems write before it."""
    return number.strip().lstrip("0") or number.strip()
