"""The smallest parts: text, numbers, dates, and pairs of a kind and a value."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints, WithJsonSchema


def plain(number: Decimal) -> str:
    """Return a number as people write it: never 1E+3."""
    return f"{number:f}"


def exact(value: Any) -> Any:
    """Return a value as it is; raise ValueError for a float of more digits than it can hold, which has lost some already."""
    if isinstance(value, float) and len(Decimal(repr(value)).as_tuple().digits) > _SAFE_DIGITS:
        raise ValueError('a JSON number can\'t hold so many digits; write it as text, such as "12345678901234567.89"')
    return value


_SAFE_DIGITS = 15  # Every decimal of so many digits comes through a float unharmed.

Text = Annotated[str, StringConstraints(min_length=1, max_length=4096)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Number = Annotated[
    Decimal,
    Field(allow_inf_nan=False, max_digits=30),  # First: behind a function the limits would be checked in Python.
    BeforeValidator(exact),
    PlainSerializer(plain, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d+(\.\d+)?$", "maxLength": 33}, mode="serialization"),
]
Day = dt.date
Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,2})?)?$")]


class Part(BaseModel):
    """Base of everything canonical: unknown keys are an error, so that a typing mistake never loses a value.

    What validates a part is built when it is first needed, so that a command doesn't wait for messages of which it sees none.
    """

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)

    @classmethod
    def complete(cls) -> None:
        """Build now what validates this part and all that are made of it, as a program of several threads should."""
        cls.model_rebuild()
        for part in cls.__subclasses__():
            part.complete()


class Identifier(Part):
    """An id and whose numbering it is: ``{"kind": "gtin_14", "value": "00614141000012"}``."""

    kind: Code | None = None
    value: Text


class Reference(Part):
    """A number that points to something else: a contract, a department, a bill of lading."""

    kind: Code
    value: Text | None = None
    description: Text | None = None


class Moment(Part):
    """A date, with time or as a period, and what happens then."""

    kind: Code | None = None
    date: Day | None = None
    time: Clock | None = None
    zone: Code | None = None
    period_format: Code | None = None
    period: Text | None = None


class Quantity(Part):
    """How much, in which unit."""

    value: Number
    unit: Code | None = None


class UnitFactor(Part):
    """A unit within a compound unit, to the power of ``exponent``, times ``multiplier``."""

    unit: Code | None = None
    exponent: Number | None = None
    multiplier: Number | None = None


class UnitDetail(Part):
    """What a compound unit says beside its first unit, such as the kilograms in a price per 100 kilograms."""

    exponent: Number | None = None
    multiplier: Number | None = None
    second: UnitFactor | None = None


class QuantityOf(Part):
    """A quantity and what it counts."""

    kind: Code
    value: Number | None = None
    unit: Code | None = None
    unit_detail: UnitDetail | None = None
    text: Text | None = None


class Amount(Part):
    """Money and what it is for. Without ``currency`` it is in the currency of the document."""

    kind: Code
    amount: Number
    currency: Code | None = None
    credit_or_debit: Code | None = None


class Measurement(Part):
    """A measured value or range: weight, temperature, thickness."""

    reference: Code | None = None
    kind: Code | None = None
    value: Number | None = None
    unit: Code | None = None
    unit_detail: UnitDetail | None = None
    industry_unit: Identifier | None = None
    minimum: Number | None = None
    maximum: Number | None = None
    significance: Code | None = None
    attribute: Code | None = None
    surface: Code | None = None
    method: Code | None = None


class Description(Part):
    """A description of goods: free text, or a code of somebody's list."""

    form: Code | None = None
    characteristic: Code | None = None
    agency: Code | None = None
    code: Text | None = None
    text: Text | None = None
    surface: Code | None = None
    subqualifier: Text | None = None
    applies: Code | None = None
    language: Code | None = None
    measurements: tuple[Measurement, ...] = ()


class Note(Part):
    """Words for people, perhaps under a reference of their own."""

    kind: Code | None = None
    value: Text | None = None
    description: Text | None = None
    date: Day | None = None
    time: Clock | None = None
    dates: tuple[Moment, ...] = ()
    text: tuple[Text, ...] = ()


class Location(Part):
    """A place, named by a code or in words."""

    kind: Code | None = None
    value: Text | None = None
