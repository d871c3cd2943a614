"""What may be said of master data, over HTTP and in files: checked here, and made into entries."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from gateway.canonical.values import Number
from gateway.tracking.master import (
    Conversion,
    CrossReference,
    Entry,
    Item,
    Location,
    Standing,
    conversion_id,
    reference_id,
)

Key = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f|]+$")]
Word = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f|]+$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$")]
PartnerName = Annotated[str, StringConstraints(pattern="^[a-z0-9][a-z0-9-]{0,40}$")]
State = Literal["kept", "proposed", "removed"]
Positive = Annotated[Number, Field(gt=0)]


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OtherId(_Text):
    """Another id of an item; without ``partner`` it holds with everybody, as a GTIN does."""

    kind: Word = "supplier_part"
    value: Key
    partner: PartnerName | None = None


class Pack(_Text):
    """One unit of an item is so many of another one: one case is 12 each."""

    unit: Word
    quantity: Positive
    into: Word

    @model_validator(mode="after")
    def _two(self) -> Pack:
        if self.unit == self.into:
            raise ValueError("a unit converts into another one; correct unit or into")
        return self


class ItemText(_Text):
    """An item. Ids and units that are named here are added to those that are known; they are removed at their own doors."""

    base_unit: Word | None = None
    item_class: Key | None = Field(None, description="A group of items, for tolerances and routing.")
    words: Words | None = Field(None, description="What people call it.")
    state: Literal["kept", "removed"] = "kept"
    ids: tuple[OtherId, ...] = Field((), max_length=200)
    units: tuple[Pack, ...] = Field((), max_length=50)

    def entries(self, number: str) -> list[Entry]:
        """Return it as entries."""
        item = Item(number, self.base_unit, self.item_class, self.words, self.state)
        ids = [ReferenceText(item=number, **each.model_dump()).entry() for each in self.ids]
        return [item, *ids, *(UnitText(item=number, **each.model_dump()).entry() for each in self.units)]


class ReferenceText(OtherId):
    """A cross-reference: an id that others use, and our number of the item that is meant."""

    item: Key
    state: State = "kept"

    def entry(self) -> Entry:
        """Return it as an entry."""
        partner = self.partner or ""
        made = reference_id(partner, self.kind, self.value)
        return CrossReference(made, self.item, partner, self.kind, self.value, self.state)


class UnitText(Pack):
    """A conversion of one item, or of everything."""

    item: Key | None = Field(None, description="Our number of the item; without it the conversion holds for all.")
    state: Literal["kept", "removed"] = "kept"

    def entry(self) -> Entry:
        """Return it as an entry."""
        item = self.item or ""
        made = conversion_id(item, self.unit, self.into)
        return Conversion(made, item, self.unit, self.into, Decimal(self.quantity), self.state)


class LocationText(_Text):
    """A plant or another place of ours."""

    id: Key
    name: Words | None = None
    zone: Word | None = Field(None, description="Its time zone, such as Europe/Berlin.")
    calendar: Word | None = Field(None, description="The name of the calendar with its working days.")
    state: Literal["kept", "removed"] = "kept"

    def entry(self) -> Entry:
        """Return it as an entry."""
        return Location(self.id, self.name, self.zone, self.calendar, self.state)


class Version(BaseModel):
    """One version of an entry."""

    version: int
    changed_at: datetime
    changed_by: str
    before: dict[str, object] = Field(description="What it was; empty where it is new.")
    after: dict[str, object]


STANDINGS = tuple(str(each) for each in Standing)
