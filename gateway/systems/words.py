"""The words that all systems share, and what they are answered."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gateway.canonical.values import Code, Number
from gateway.pipeline.thread.intake import Taken

# Numbers of systems: long enough for all that are written by people or printed on labels, and without control characters.
Number60 = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+$")]
PartnerName = Annotated[str, StringConstraints(pattern="^[a-z0-9][a-z0-9-]{0,40}$")]
Purpose = Literal["original", "replacement", "cancellation"]
Quantity = Annotated[Number, Field(ge=0)]
Positive = Annotated[Number, Field(gt=0)]
_Value = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]


class Part(BaseModel):
    """Base of what systems say: unknown keys are an error, so that a typing mistake never loses a value."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Item(Part):
    """An id of an item and whose numbering it is, such as buyer_part and B-1007."""

    kind: Code = "buyer_part"
    value: _Value


class Body(Part):
    """What every body may say beside its own: an id under which it comes once, and whose orders are meant."""

    id: Number60 | None = Field(
        None, description="Your own id of this message; the same one again is the same message."
    )
    partner: PartnerName | None = Field(
        None, description="The partner whose orders are meant; needed only where several have orders of one number."
    )


class OrderLineNamed(Part):
    """A line of an order: by its number, by its item, or both."""

    order_number: Number60
    release: Number60 | None = None
    line: Number60 | None = Field(None, description="The number of the line in the order.")
    item_ids: tuple[Item, ...] = Field((), max_length=10)


class OrderStand(BaseModel):
    """Where an order stands after that."""

    order_number: str
    release: str
    partner: str
    state: str = Field(description="The state of the order, as the reference lists them.")
    verdict: str = Field(description="What came of judging what was said: clean, noted, waiting, decided, outside.")
    findings: list[str] = Field(description="What differs or is missing, in words.")


class Accepted(BaseModel):
    """It is kept. What it names and nobody knows yet waits, and is judged by itself once it is known."""

    id: str
    duplicate: bool
    orders: list[OrderStand]
    unknown: list[str] = Field(description="What it names and nobody has told us of yet.")

    @classmethod
    def of(cls, taken: Taken) -> Accepted:
        """Return the answer for what was taken in."""
        orders = [
            OrderStand(
                order_number=each.order_number,
                release=each.release,
                partner=each.partner,
                state=each.state,
                verdict=each.verdict,
                findings=each.findings,
            )
            for each in taken.orders
        ]
        return cls(id=taken.id, duplicate=taken.duplicate, orders=orders, unknown=taken.unknown)
