"""What quality documents have in common: characteristics, tests, samples, what was measured and what does not conform."""

from __future__ import annotations

from gateway.canonical.particulars import Paperwork
from gateway.canonical.values import (
    Code,
    Day,
    Identifier,
    Measurement,
    Moment,
    Number,
    Part,
    Reference,
    Text,
    UnitDetail,
)


class Comment(Part):
    """Words for people, and what they are about."""

    kind: Code | None = None
    text: Text


class Characteristic(Part):
    """What is looked at: a dimension, a content, a property; by a word, a code of somebody's list, or a text."""

    kind: Code | None = None
    characteristic: Code | None = None
    agency: Code | None = None
    code: Text | None = None
    text: Text | None = None
    subqualifier: Text | None = None
    answer: Code | None = None


class TestMethod(Part):
    """How something was tested, in which medium, and after which procedure."""

    characteristic: Code | None = None
    agency: Code | None = None
    code: Text | None = None
    method: Code | None = None
    medium: Code | None = None
    text: Text | None = None
    date: Day | None = None
    reference: Text | None = None
    subqualifier: Text | None = None


class Sample(Part):
    """What was taken to be tested: its state, from where and in which direction it was cut."""

    state: Code | None = None
    choice: Code | None = None
    frequency: int | None = None
    frequency_unit: Code | None = None
    unit_detail: UnitDetail | None = None
    kind: Code | None = None
    direction: Code | None = None
    position: Code | None = None
    text: Text | None = None
    gauge_length: Number | None = None


class SamplingPlan(Part):
    """How many pieces were sampled out of how many, and how often."""

    samples: int | None = None
    sample_size: int | None = None
    lot_size: int | None = None
    ratio: Number | None = None
    unit: Code | None = None
    unit_detail: UnitDetail | None = None
    frequency: int | None = None


class ProvenMeasurement(Measurement):
    """A measured value with its limits; ``attribute`` says whether it lies within them."""

    dates: tuple[Moment, ...] = ()
    references: tuple[Reference, ...] = ()


class Statistic(Part):
    """A number over many measured values, such as a mean or a deviation, with its limits."""

    statistic: Code
    value: Number
    unit: Code | None = None
    unit_detail: UnitDetail | None = None
    kind: Code | None = None
    reference: Code | None = None
    minimum: Number | None = None
    maximum: Number | None = None
    significance: Code | None = None
    dates: tuple[Moment, ...] = ()
    references: tuple[Reference, ...] = ()


class ReferencedPaperwork(Paperwork):
    """A paper that goes with the report, its dates, and the numbers on it."""

    references: tuple[Reference, ...] = ()
    dates: tuple[Moment, ...] = ()


class ItemUnderTest(Part):
    """The item that a report speaks of, by the numbers of buyer and supplier, by lot, heat or serial number."""

    number: Text | None = None
    item_ids: tuple[Identifier, ...] = ()
