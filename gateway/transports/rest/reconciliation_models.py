"""The bodies of reconciliation: what a system reports, runs, what they found, and what is decided about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StringConstraints, WithJsonSchema

from gateway.canonical.values import Number
from gateway.pipeline.reconciliation.deciding import Plan
from gateway.tracking.case_note import TEXT_LENGTH
from gateway.tracking.reconciliation import Reconciliation, Repair
from gateway.tracking.reconciling import FIGURES
from gateway.tracking.reported import ReportedLine

_Text = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")]
_PLAIN = r"^-?[0-9]+(\.[0-9]+)?$"


def _plain(said: Any) -> Any:
    if isinstance(said, str) and re.fullmatch(_PLAIN, said) is None:
        raise ValueError("a figure is written such as 12.5")
    return said


_Figure = Annotated[
    Number,
    BeforeValidator(_plain),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": _PLAIN}, {"type": "number"}]}, mode="serialization"),
]
_Which = Annotated[str, StringConstraints(min_length=1, max_length=340, pattern=r"^[^\x00-\x1f\x7f]+$")]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ReportedLineBody(_Said):
    """What a system has of one line of an order; figures that it does not know are left out."""

    order_number: _Text
    line: _Text = Field(description="Zeros before the number do not count.")
    partner: _Text | None = Field(None, description="Only where the same number is used with several partners.")
    release: _Text | None = Field(None, description="Only where an order has several releases.")
    ordered: _Figure | None = None
    shipped: _Figure | None = None
    received: _Figure | None = None
    invoiced: _Figure | None = None
    price: _Figure | None = Field(None, description="The price of one unit.")


class ReportBody(_Said):
    """What a system reports. Several entries about one line add up."""

    lines: tuple[ReportedLineBody, ...] = Field(
        min_length=1, description="All lines of all orders that it has, or of one partner."
    )

    def reported(self) -> Iterator[ReportedLine]:
        """Yield the lines as they are compared."""
        for each in self.lines:
            figures = {name: value for name in FIGURES if (value := getattr(each, name)) is not None}
            yield ReportedLine(each.order_number.strip(), each.line, figures, each.partner or "", each.release or "")


class GivenReportBody(BaseModel):
    """A report that was compared; its bytes are kept."""

    system: str
    transmission: str = Field(description="For GET /api/v1/documents/{id}/content.")
    digest: str = Field(description="SHA-256 of its bytes.")
    size: int
    name: str | None
    as_of: datetime


class RunBody(BaseModel):
    """A run: what was compared, and what came of it."""

    id: str
    trigger: str = Field(description="person, system or nightly.")
    asked_by: str
    began_at: datetime
    ended_at: datetime
    partner: str | None = Field(description="Null where the orders with all partners were compared.")
    reports: list[GivenReportBody]
    lines: int = Field(description="How many lines of orders were compared.")
    differ: int = Field(description="How many figures differ.")
    stored: int = Field(description="How many of these are kept; less than differ where there were too many.")
    dismissed: int = Field(description="How many of these were dismissed before, and differ by the same.")
    healed: int = Field(description="How many that differed in a run before differ no more.")
    strangers: int = Field(description="How many lines the reports name that nobody here knows.")
    unknown: list[list[str]] = Field(description="The first of them: system, order, line.")

    @classmethod
    def of(cls, made: Reconciliation) -> RunBody:
        """Show a run."""
        return cls.model_validate(made, from_attributes=True)


class RunList(BaseModel):
    """Some runs, the newest first; ``after`` is the cursor for those before."""

    items: list[RunBody]
    after: int | None


class RepairBody(BaseModel):
    """A figure that differs, what proves ours, what is proposed, and what was decided."""

    number: int
    order_number: str
    order_id: str
    partner: str
    line: str
    system: str
    figure: str
    here: str
    there: str
    reported: bool = Field(description="False where the report does not speak of the line at all.")
    words: str
    proof: list[str]
    proposal: str
    deliver: list[str] = Field(description="Documents that applying it hands over again; none: nothing can be sent.")
    state: str = Field(description="proposed, applied or dismissed; healed or repeated where a later run found it so.")
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None

    @classmethod
    def of(cls, repair: Repair) -> RepairBody:
        """Show a repair."""
        names = cls.model_fields.keys() - {"here", "there", "words"}
        texts = {"here": f"{repair.here:f}", "there": f"{repair.there:f}", "words": repair.divergence.words}
        return cls(**{name: getattr(repair, name) for name in names}, **texts)


class RunWhole(RunBody):
    """A run with what it found; ``after`` is the cursor for more."""

    repairs: list[RepairBody]
    after: int | None

    @classmethod
    def with_repairs(cls, made: Reconciliation, repairs: list[Repair], after: int | None) -> RunWhole:
        """Show a run with some of its repairs."""
        found = [RepairBody.of(each) for each in repairs]
        return cls(**RunBody.of(made).model_dump(), repairs=found, after=after)


class RepairsAsked(_Said):
    """What is decided about repairs of a run."""

    action: Literal["apply", "dismiss"] = Field(
        description="apply: hand documents over again under the same keys; dismiss: it is right as it is."
    )
    reason: str = Field(min_length=1, max_length=TEXT_LENGTH, description="It stands on the timeline.")
    lines: tuple[_Which, ...] = Field(
        (), max_length=2000, description="Which of them: a number as shown, or ORDER/LINE; by default all."
    )
    preview: StrictBool = Field(False, description="Only say what would happen.")


class RefusedRepair(BaseModel):
    """A repair that can't be applied, and why."""

    number: int
    reason: str


class RepairsDecided(BaseModel):
    """What was done, or with preview would be."""

    done: bool = Field(description="False for a preview.")
    effect: str = Field(description="What it does outside of the house, in words.")
    taken: list[RepairBody]
    decided: list[RepairBody] = Field(description="Those that were decided before; nothing is done about them again.")
    refused: list[RefusedRepair]
    deliver: list[str] = Field(description="The documents that are handed over again.")

    @classmethod
    def of(cls, plan: Plan, *, done: bool) -> RepairsDecided:
        """Show what came of deciding."""
        return cls(
            done=done,
            effect=plan.effect,
            taken=[RepairBody.of(each) for each in plan.taken],
            decided=[RepairBody.of(each) for each in plan.decided],
            refused=[RefusedRepair(number=each.number, reason=why) for each, why in plan.refused],
            deliver=plan.deliver,
        )
