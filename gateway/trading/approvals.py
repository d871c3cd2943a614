"""Who must approve which decision, as ``approvals:`` in gateway.yaml says it. Knows no case."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from gateway.tracking.approval import Rule
from gateway.tracking.case_actions import ACTIONS, Action
from gateway.trading.kinds import Name

_ACCEPTED = sorted(cause for cause, actions in ACTIONS.items() if Action.ACCEPT in actions)


class ApprovalText(BaseModel):
    """A decision that takes effect only after a second person has approved it, never the one who proposed it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Name = Field(
        description="Somebody with this role must approve; a key of an operator says under roles who has it."
    )
    causes: tuple[str, ...] = Field(
        (), description="Decisions about cases with these causes; without any: all of them."
    )
    value_over: Decimal | None = Field(
        None, ge=0, description="Only where an order is worth more than this; without it whatever it is worth."
    )
    currency: str | None = Field(
        None,
        min_length=1,
        max_length=10,
        description="The currency of value_over; orders in another one are approved whatever they are worth.",
    )

    @field_validator("causes")
    @classmethod
    def _decided(cls, causes: tuple[str, ...]) -> tuple[str, ...]:
        for cause in causes:
            if cause not in _ACCEPTED:
                raise ValueError(f"no case with the cause {cause!r} is accepted; take some of: {', '.join(_ACCEPTED)}")
        return causes

    @model_validator(mode="after")
    def _limited(self) -> ApprovalText:
        if self.currency is not None and self.value_over is None:
            raise ValueError("a currency stands beside a limit; add value_over: AMOUNT, or take currency away")
        return self

    @property
    def rule(self) -> Rule:
        """Return it as the desk reads it."""
        return Rule(self.role, frozenset(self.causes), self.value_over, self.currency)
