"""Holds the opinion of pyx12 against our verdict on the same set, and gives each difference its class.

What makes two findings the same is `gateway.x12.second_opinion.findings`'; why two verdicts may differ is
`gateway.x12.second_opinion.reasons`'. Serves X12.20, whose codes both speak.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.x12.second_opinion.findings import Finding, of_ours, of_theirs
from gateway.x12.second_opinion.opinion import Opinion
from gateway.x12.second_opinion.reasons import reason_for
from gateway.x12.second_opinion.scene import Scene
from gateway.x12.validator import Judgment


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One thing that only one of the two says (``ours``: this gateway); ``reason`` is the class of it."""

    reason: str
    ours: bool
    finding: Finding

    def __str__(self) -> str:
        found = self.finding
        who = "only this gateway" if self.ours else "only pyx12"
        return f"{who}: {found.code.ack_code or found.code.slug} {found.place}: {found.words} [{self.reason}]"


@dataclass(slots=True)
class Comparison:
    """Where the two verdicts on one set differ; ``agreed`` counts what both found."""

    judgment: Judgment
    opinion: Opinion
    disagreements: list[Disagreement] = field(default_factory=list)
    agreed: int = 0

    @property
    def same_verdict(self) -> bool:
        """Whether both accept the set, or neither does."""
        return self.judgment.accepted == self.opinion.accepted


def compare(judgment: Judgment, opinion: Opinion) -> Comparison:
    """Compare what was said of one set. What an agreement tolerates counts as said: pyx12 knows of no agreement."""
    made = Comparison(judgment, opinion)
    transaction = judgment.transaction
    if not opinion.given or transaction is None:
        return made
    ours = {found.key: found for found in map(of_ours, judgment.faults)}
    theirs = {found.key: found for found in map(of_theirs, opinion.remarks)}
    made.agreed = len(ours.keys() & theirs.keys())
    scene = Scene(
        judgment.definition,
        transaction.as_sent(),
        transaction.marks,
        list(ours.values()),
        list(theirs.values()),
        opinion.shipped,
        len(transaction.segments) if transaction.cut_short else 0,
        judgment.more_faults > 0,
    )
    left = [(found, True) for key, found in ours.items() if key not in theirs]
    left += [(found, False) for key, found in theirs.items() if key not in ours]
    left.sort(key=lambda each: (each[0].position, each[0].element, each[0].component, not each[1]))
    made.disagreements = [
        Disagreement(reason_for(found, scene, ours=is_ours), is_ours, found) for found, is_ours in left
    ]
    return made
