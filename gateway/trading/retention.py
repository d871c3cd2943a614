"""How long each kind of document is kept, as gateway.yaml says it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from gateway.tracking.retention import Retention
from gateway.trading.duration import Duration, read_duration
from gateway.trading.kinds import SetId

_SHORTEST = timedelta(days=1)


def _long_enough(kept: timedelta) -> timedelta:
    if kept < _SHORTEST:
        raise ValueError("bytes are kept for a day or longer; write it such as 2557d, which is 7 years")
    return kept


_Kept = Annotated[Duration, AfterValidator(_long_enough)]


class RetentionText(BaseModel):
    """How long bytes are kept; after that they are purged, and the proof of them stays."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    default: _Kept = Field(
        read_duration("2557d"), description="Every kind of document that is not named; by default 7 years."
    )
    kinds: dict[SetId, _Kept] = Field(
        default_factory=dict,
        description='By transaction set, such as "810": 3653d. What answers a document is kept as long as that.',
    )

    @property
    def rules(self) -> Retention:
        """The rules that follow."""
        return Retention(self.default, self.kinds)
