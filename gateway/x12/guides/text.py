"""The words of a guide file, as pydantic models; from them the JSON schema of guides is made.

What the words mean is checked against the set's definition in `gateway.x12.guides.rule`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag

Length = Annotated[str, StringConstraints(pattern=r"^\d+(\.\.\d+)?$")]
Days = Annotated[str, StringConstraints(pattern=r"^[1-9]\d{0,3}d$")]
Unique = bool | Literal["file", "always"] | Days
Levels = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,2}(/[A-Z0-9]{1,2})*$")]


class RuleText(BaseModel):
    """What a guide may ask of one place."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    require: bool = Field(False, description="It must be there in each repetition of the loop around it.")
    forbid: bool = Field(False, description="It may not be there.")
    min_use: int | None = Field(None, ge=1, description="How often the segment or loop must come at least.")
    max_use: int | None = Field(None, ge=1, description="How often the segment or loop may come.")
    codes: tuple[str, ...] | None = Field(None, description="The codes allowed, those beyond the standard included.")
    length: Length | None = Field(None, description="Length allowed in characters, of a number in digits: 10 or 2..10.")
    pattern: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="How the value looks: 9 digit, A capital letter, X either, ? any character, * any more, {2..5} repeats, | or;"
        r" \ takes the meaning from what follows. PO-9{6}",
    )
    unique: Unique = Field(
        False,
        description="No two of them have the same value: true in one document, file in the documents of one file, 365d from"
        " this partner within so many days, always from this partner ever.",
    )
    not_before: str | None = Field(None, description="Path of a date; this date may not be earlier.")
    total: str | None = Field(
        None, description="What it counts or adds up: count(PO1), sum(PO1/02), sum(IT1/02 * IT1/04), hash(PO1/02)."
    )
    when: str | None = Field(
        None, description="The rule holds only then: PO104, not PO104, DTM01 = 002|010, DTM01 != 002; several with and."
    )
    note: str | None = Field(None, description="Why, in words for the partner; it is shown with the fault.")

    @property
    def lengths(self) -> tuple[int, int]:
        """The least and the greatest length allowed; ``10`` means exactly that."""
        low, _, high = (self.length or "0").partition("..")
        return int(low), int(high or low)

    @property
    def unique_beyond(self) -> bool:
        """Whether its values are unique beyond one document."""
        return isinstance(self.unique, str)

    @property
    def unique_within(self) -> timedelta:
        """How far back its values are unique; nothing where only the file counts."""
        if self.unique == "always":
            return timedelta.max
        return (
            timedelta(days=int(self.unique[:-1]))
            if isinstance(self.unique, str) and self.unique != "file"
            else timedelta()
        )

    @property
    def least(self) -> int:
        """How often it must be there."""
        return self.min_use or int(self.require)


def _shape(value: Any) -> str:
    return "several" if isinstance(value, list | tuple) else "one"


Rules = Annotated[
    Annotated[RuleText, Tag("one")] | Annotated[tuple[RuleText, ...], Tag("several")], Discriminator(_shape)
]


class GuideText(BaseModel):
    """A guide file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    guide: str = Field(description="Its name, such as acme/856.")
    set: Annotated[str, StringConstraints(pattern=r"^\d{3}$")] = Field(description="The transaction set.")
    version: str = Field(description="The version it is written for, such as 004010.")
    title: str = Field("", description="One line for people.")
    hierarchy: tuple[Levels, ...] = Field(
        (), description="The paths of HL levels that a document may have, such as S/O/P/I."
    )
    rules: dict[str, Rules] = Field(
        default_factory=dict, description="Path -> what is asked there; a list where several rules are about one place."
    )
