"""The scorecard of a supplier: what each of its figures means and what it counts, as a table.

Docs, API and command line are drawn from these rows. How the whole business goes stands in `gateway.tracking.figures`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway.tracking.promise import ACKNOWLEDGMENT, INVOICE, SHIP_NOTICE


@dataclass(frozen=True, slots=True)
class Measure:
    """A row: ``numerator`` of ``denominator``, in percent. Where ``whats`` is given, both count promises of these kinds."""

    name: str
    title: str
    words: str
    numerator: str
    denominator: str
    more_is_better: bool = True
    whats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """What was counted: ``achieved`` of ``counted``; lines that were filled in part add their part to ``achieved``.

    ``complete`` is false where there was more in the period than is counted: then the newest were.
    """

    achieved: float = 0.0
    counted: int = 0
    complete: bool = True

    @property
    def percent(self) -> float | None:
        """The share in percent; None where there was nothing to count."""
        return round(100 * self.achieved / self.counted, 2) if self.counted else None


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The scores of one supplier, from ``since`` on and before ``until``: name of a measure -> score."""

    partner: str
    since: datetime
    until: datetime
    scores: dict[str, Score]


_IN_TIME = "Those that came by the time they were due."
_PROMISED = "The ones that were due in the period. What was called off, or is due later by now, is not counted."
_WANTED = "Lines of our orders that were wanted in the period, on days that are over, and not cancelled."
_PAPERS = (
    "Documents of the supplier that came in the period and that we have read; without tests, copies, and acknowledgments"
    " (997, 999, TA1)."
)
_COMPARED = "Those of them that were compared with an order."
_ROWS = (
    Measure(
        "on_time_acknowledgment",
        "On-time acknowledgment",
        "Whether our orders and their changes were answered in time (855, 865), where the agreement promises an answer.",
        _IN_TIME,
        f"Answers. {_PROMISED}",
        whats=("855", "865"),
    ),
    Measure(
        "on_time_functional_acknowledgment",
        "On-time functional acknowledgment",
        "Whether what we sent was confirmed as readable in time (997, 999). What we sent once more is due anew.",
        _IN_TIME,
        f"Functional acknowledgments. {_PROMISED}",
        whats=(ACKNOWLEDGMENT,),
    ),
    Measure(
        "on_time_ship_notice",
        "On-time ship notice",
        "Whether shipments were announced in time (856): by the day that follows from the order, or so long after it, as agreed.",
        _IN_TIME,
        f"Ship notices. {_PROMISED}",
        whats=(SHIP_NOTICE, "856"),
    ),
    Measure(
        "on_time_shipment",
        "On-time shipment",
        "Whether the goods left by the day that the supplier had promised.",
        "Lines of which all that was promised was shipped by the promised day.",
        f"{_WANTED} Of these, the ones that the supplier had promised.",
    ),
    Measure(
        "on_time_invoice",
        "On-time invoice",
        "Whether invoices came in time (810): so long after the shipment or the order, as agreed.",
        _IN_TIME,
        f"Invoices. {_PROMISED}",
        whats=(INVOICE, "810"),
    ),
    Measure(
        "fill_rate",
        "Fill rate",
        "How much of what was ordered was received: the mean over lines.",
        "The sum of what was received of each line, as a part of what was ordered, at most 1.",
        _WANTED,
    ),
    Measure(
        "shipped_fill_rate",
        "Fill rate by ship notices",
        "How much of what was ordered was announced as shipped: the mean over lines. For where nobody reports receipts to us.",
        "The sum of what was shipped of each line, as a part of what was ordered, at most 1.",
        _WANTED,
    ),
    Measure(
        "error_rate",
        "Error rate",
        "How many documents of the supplier were in error: rejected, or with a difference beyond what was agreed.",
        "Those that were rejected, or that differ by more than was agreed, also where somebody took them as they are.",
        _PAPERS,
        more_is_better=False,
    ),
    Measure(
        "rejected_documents",
        "Rejected documents",
        "How many documents broke the standard or the guide, so that we rejected them.",
        "Those that were rejected, as they stand now.",
        _PAPERS,
        more_is_better=False,
    ),
    Measure(
        "discrepancies",
        "Discrepancies",
        "How many papers about orders differ from them by more than was agreed; without agreed tolerances none does.",
        "Those that differ by more than was agreed, also where somebody took them as they are.",
        f"{_PAPERS} {_COMPARED}",
        more_is_better=False,
    ),
)
MEASURES: dict[str, Measure] = {row.name: row for row in _ROWS}
