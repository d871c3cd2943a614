"""An independent verdict on X12 sets: that of pyx12, by maps made of our definitions or by its own for health care.

It is asked by `gateway check --second-opinion` and by the tests, which hold both verdicts against each other; no document is
ever accepted or refused by it. Knows no partner, no file and no clock. Serves X12.5, X12.6 and X12.20.
"""

from __future__ import annotations

from collections.abc import Iterable

from gateway.x12.model import TransactionSet
from gateway.x12.reader import read
from gateway.x12.second_opinion.comparison import Comparison, Disagreement, compare
from gateway.x12.second_opinion.opinion import Opinion, Remark, opinion_on
from gateway.x12.second_opinion.reasons import REASONS, UNEXPLAINED

__all__ = [
    "REASONS",
    "UNEXPLAINED",
    "Comparison",
    "Disagreement",
    "Opinion",
    "Remark",
    "compare",
    "opinion_on",
    "second_opinion",
]


def second_opinion(data: bytes | Iterable[bytes]) -> list[Opinion]:
    """Return the opinion of pyx12 on each set in ``data``, in order. Raises X12Error as `gateway.x12.reader.read` does."""
    return [opinion_on(part) for part in read(data) if isinstance(part, TransactionSet)]
