"""What happens when something that was promised does not come in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field

from gateway.trading.duration import Duration


class OverdueText(BaseModel):
    """What happens when something that was promised does not come in time."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    case: bool | None = Field(
        None, description="Whether it becomes a case; by default it does. Without one it is only an event."
    )
    escalate_within: Duration | None = Field(
        None, description="How long after that the case goes to the business, if it is still open; by default never."
    )


@dataclass(frozen=True, slots=True)
class Overdue:
    """What happens when something that was promised does not come in time."""

    case: bool = True
    escalate_within: timedelta | None = None
