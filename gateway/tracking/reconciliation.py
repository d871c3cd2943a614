"""The rows of the ledger about reconciliation: a run with the reports that it compared, and what it found, each with a repair.

A repair is proposed, and a person decides: it is applied, or dismissed with a reason. What the next run finds healed, or finds
again, is over here; found again it is proposed there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from gateway.tracking.life import Life, Row
from gateway.tracking.reconciling import Divergence

NIGHTLY_SUBJECT = "nightly-reconciliation"  # What the step of each night, and a case about it, are about.


class RepairState(StrEnum):
    """Where a repair stands. Proposed and applied ones are open: the next run says what became of them."""

    PROPOSED = "proposed"
    APPLIED = "applied"
    DISMISSED = "dismissed"
    HEALED = "healed"
    REPEATED = "repeated"


class RepairEvent(StrEnum):
    """What happens to a repair."""

    APPLY = "apply"
    DISMISS = "dismiss"
    HEAL = "heal"
    REPEAT = "repeat"


_S, _E = RepairState, RepairEvent
OPEN = (_S.PROPOSED, _S.APPLIED)
REPAIR_LIFE: Life[RepairState, RepairEvent] = Life(
    "repair",
    (
        Row((_S.PROPOSED,), _E.APPLY, _S.APPLIED),
        Row((_S.PROPOSED,), _E.DISMISS, _S.DISMISSED),
        Row(OPEN, _E.HEAL, _S.HEALED),
        Row(OPEN, _E.REPEAT, _S.REPEATED),
    ),
)


class Trigger(StrEnum):
    """Why a run was made."""

    PERSON = "person"
    SYSTEM = "system"
    NIGHTLY = "nightly"


@dataclass(slots=True)
class Reconciliation:
    """One run. ``reports`` say of each report: system, transmission (which keeps its bytes), digest, size, name and as_of.

    ``lines`` were compared; ``differ`` counts figures that differ, ``stored`` of them are repairs of this run, and of those
    ``dismissed`` were dismissed before and are no news. ``healed`` ones of runs before differ no more. ``strangers`` are lines
    that a report names and nobody here knows; the first of them stand in ``unknown`` as [system, order, line].
    """

    id: str
    trigger: str
    asked_by: str
    began_at: datetime
    ended_at: datetime
    tracking_id: str
    partner: str | None = None
    reports: list[dict[str, Any]] = field(default_factory=list)
    lines: int = 0
    differ: int = 0
    stored: int = 0
    dismissed: int = 0
    healed: int = 0
    strangers: int = 0
    unknown: list[list[str]] = field(default_factory=list)


@dataclass(slots=True)
class Repair:
    """One divergence that a run found, what proves it, and what is proposed. ``deliver``: documents to be handed over again.

    ``about`` names line, system and figure: it is the same in each run. ``number`` counts the repairs of a run from 1.
    ``replay`` is the id under which documents were handed over when it was applied.
    """

    id: str
    run_id: str
    number: int
    about: str
    order_id: str
    order_number: str
    partner: str
    line: str
    system: str
    figure: str
    here: Decimal
    there: Decimal
    reported: bool
    found_at: datetime
    tracking_id: str
    proof: list[str] = field(default_factory=list)
    proposal: str = ""
    deliver: list[str] = field(default_factory=list)
    state: str = RepairState.PROPOSED
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str | None = None
    replay: str | None = None

    @property
    def divergence(self) -> Divergence:
        """What differs."""
        return Divergence(self.system, self.line, self.figure, self.here, self.there, self.reported)

    @property
    def possible(self) -> bool:
        """Whether it can be applied from here; else somebody does what is proposed elsewhere."""
        return bool(self.deliver)


def about(order_id: str, divergence: Divergence) -> str:
    """Return the name of what a divergence is about, which is the same in each run."""
    return f"{order_id}:{divergence.line}|{divergence.system}|{divergence.figure}"
