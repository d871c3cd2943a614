"""What forecasts and shipping schedules have in common: how much is wanted when, how firmly, and what came so far."""

from __future__ import annotations

from gateway.canonical.lines import DestinationQuantities
from gateway.canonical.particulars import IndustryCodes
from gateway.canonical.values import Clock, Code, Day, Moment, Number, Part, QuantityOf, Reference, Text


class JustInTime(Part):
    """A part of a day's quantity at its time."""

    quantity: Number
    time: Clock
    references: tuple[Reference, ...] = ()
    dates: tuple[Moment, ...] = ()


class Scheduled(Part):
    """A quantity on a date or over a bucket of time.

    ``certainty`` says whether it is firm or planned, ``timing`` how long the bucket is that begins on ``date``.
    """

    quantity: Number
    certainty: Code
    timing: Code
    date: Day | None = None
    until: Day | None = None
    time_kind: Code | None = None
    time: Clock | None = None
    reference: Reference | None = None
    planning_schedule: Code | None = None
    quantity_kind: Code | None = None
    reason: Code | None = None
    description: Text | None = None
    dates: tuple[Moment, ...] = ()
    quantities: tuple[QuantityOf, ...] = ()
    destinations: tuple[DestinationQuantities, ...] = ()
    industry_codes: tuple[IndustryCodes, ...] = ()
    just_in_time: tuple[JustInTime, ...] = ()


class Delivery(Part):
    """What was shipped or received: one shipment, or a cumulative quantity since the date on which its year began."""

    kind: Code | None = None
    quantity: Number | None = None
    date_kind: Code | None = None
    date: Day | None = None
    time: Clock | None = None
    until: Day | None = None
    until_time: Clock | None = None
    references: tuple[Reference, ...] = ()


class DeliveryDay(Part):
    """A day or days of the week, and when on them."""

    pattern: Code | None = None
    time: Code | None = None


class DeliveryPattern(Part):
    """On which days is shipped or delivered, and the quantities that follow this pattern."""

    days: tuple[DeliveryDay, ...] = ()
    schedules: tuple[Scheduled, ...] = ()


class ReleaseStatus(Part):
    """Where a part stands in its life: first orders, pilot, balance-out."""

    code: Code
    description: Text | None = None
