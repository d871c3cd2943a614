"""How documents about one order are matched with one another: what an agreement says about differences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gateway.tracking.thread.tolerance import Judging, Special, Tolerance
from gateway.trading.duration import Duration


class ToleranceText(BaseModel):
    """How far a document may differ; what is left out is inherited, and by default nothing may."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    quantity_over: Decimal | None = Field(None, ge=0, le=1000, description="Percent more than expected.")
    quantity_under: Decimal | None = Field(None, ge=0, le=100, description="Percent less than expected.")
    price_percent: Decimal | None = Field(None, ge=0, le=100, description="Percent more or less than ordered.")
    price_amount: Decimal | None = Field(None, ge=0, description="Or so much a unit, in the currency of the order.")
    days_early: int | None = Field(None, ge=0, le=3660, description="Days before the day that was wanted or promised.")
    days_late: int | None = Field(None, ge=0, le=3660, description="Days after it.")
    charges: Decimal | None = Field(None, ge=0, description="Charges of an invoice beyond those of the order.")
    tax: Decimal | None = Field(None, ge=0, description="By how much the tax may differ; by default 0.01.")
    total: Decimal | None = Field(None, ge=0, description="By how much the total may differ; by default 0.01.")
    substitutes: bool | None = Field(None, description="Whether another item may come under a line; by default not.")


class SpecialText(ToleranceText):
    """Other tolerances for some items or plants; the first that fits counts."""

    items: str = Field("*", max_length=80, description="Which items, as a pattern: B-1*.")
    plant: str = Field("*", max_length=80, description="Which plant, as a pattern.")


class MatchText(ToleranceText):
    """How documents of an order are matched. Without ``match`` differences are noted, and no one is asked."""

    against: Literal["receipt", "order"] | None = Field(
        None, description="With what an invoice is matched: receipt, as by default (three ways), or order."
    )
    outside: Literal["hold", "deliver"] | None = Field(
        None,
        description="Whether a document that differs by more waits for a decision, as by default, or goes to the ERP.",
    )
    answer: tuple[Literal["812", "824", "860"], ...] | None = Field(
        None,
        description="What tells the partner of it: 824 what differs, 812 what is debited, 860 orders what an acknowledgment"
        " proposed and was accepted; by default nothing.",
    )
    waits: Duration | None = Field(
        None,
        description="How long a document waits for what it is matched with, before it becomes a case; by default 3d.",
    )
    special: tuple[SpecialText, ...] | None = Field(None, description="Other tolerances for some items or plants.")


_NOTHING_AGREED = Judging(agreed=False)


@dataclass(frozen=True, slots=True)
class Matching:
    """How documents of an order are matched, with nothing left open. ``agreed`` is false where nobody said anything."""

    judging: Judging = _NOTHING_AGREED
    against: str = "receipt"
    outside: str = "deliver"
    answer: tuple[str, ...] = ()
    waits: timedelta = timedelta(days=3)

    @property
    def agreed(self) -> bool:
        """Whether differences are anybody's business."""
        return self.judging.agreed


def settle_match(levels: Iterable[MatchText | None]) -> Matching:
    """Make what was agreed of what the levels say, nearest first."""
    said = [level for level in levels if level is not None]
    if not said:
        return Matching()
    tolerance = Tolerance()
    for level in reversed(said):
        tolerance = _over(tolerance, level)
    specials = next((level.special for level in said if level.special is not None), ())
    judging = Judging(tolerance, tuple(Special(_over(tolerance, each), each.items, each.plant) for each in specials))

    def say(name: str, otherwise: Any) -> Any:
        return next((value for level in said if (value := getattr(level, name)) is not None), otherwise)

    return Matching(
        judging,
        against=say("against", "receipt"),
        outside=say("outside", "hold"),
        answer=say("answer", ()),
        waits=say("waits", timedelta(days=3)),
    )


def _over(tolerance: Tolerance, text: ToleranceText) -> Tolerance:
    """Lay what a level says over a tolerance."""
    given = {each.name: value for each in fields(Tolerance) if (value := getattr(text, each.name)) is not None}
    return replace(tolerance, **given)
