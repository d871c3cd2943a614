"""One step that is due for one subject."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class StepName(StrEnum):
    """Every step there is. Which follows which stands in `gateway.pipeline.route`."""

    READ = "read"
    VALIDATE = "validate"
    TRANSLATE = "translate"
    DELIVER = "deliver"
    COMPOSE = "compose"
    TRANSMIT = "transmit"
    CHASE = "chase"
    CONFIRM = "confirm"
    CHASE_RECEIPT = "chase_receipt"
    CHASE_DEADLINES = "chase_deadlines"
    RECOMPUTE = "recompute"
    LOOK_FOR_ORDER = "look_for_order"
    ADVISE_RECEIPT = "advise_receipt"
    ANSWER = "answer"
    JUDGE_AGAIN = "judge_again"
    RECONCILE = "reconcile"


@dataclass(slots=True)
class Task:
    """One step that is due for one subject (a transmission, a document or a receipt).

    Steps of the same ``lane`` run one after the other, in the order in which they were scheduled. ``carry`` holds what the
    step before knew, as long as both run in one process, or what was looked up with the step; otherwise it is empty, and the
    step looks it up. ``again`` says that the step was found in the ledger, so it may have begun before.
    """

    step: StepName
    subject: str
    tracking_id: str
    due_at: datetime
    lane: str | None = None
    attempts: int = 0
    carry: Any = None
    again: bool = False

    @property
    def id(self) -> str:
        """One subject has each step once."""
        return f"{self.subject}:{self.step}"
