"""An inventory advice: how much of an item is where, by kind of quantity: on hand, committed, for sale, in transit."""

from __future__ import annotations

from gateway.canonical.contract_summary import ContractSummary
from gateway.canonical.heading import Totals
from gateway.canonical.lines import DestinationQuantities, LeadTime, ScheduleLine, SubLine
from gateway.canonical.logistics import Marks, Packaging
from gateway.canonical.money import AllowanceCharge, CurrencyOf, Price
from gateway.canonical.particulars import IndustryCodes, Percentage
from gateway.canonical.parties import Contact, CurrencyUse, Party
from gateway.canonical.values import (
    Clock,
    Code,
    Day,
    Description,
    Identifier,
    Measurement,
    Moment,
    Number,
    Part,
    QuantityOf,
    Reference,
    Text,
    UnitDetail,
)


class PricedUnit(Part):
    """A unit and the price of one of it."""

    unit: Code
    unit_detail: UnitDetail | None = None
    amount: Number | None = None
    basis: Code | None = None


class Demand(Part):
    """Why and where an item is wanted."""

    code: Identifier | None = None
    reference: Reference | None = None
    second_code: Identifier | None = None
    quantity: Number | None = None
    answer: Code | None = None
    third_code: Identifier | None = None


class InventorySchedule(ScheduleLine):
    """A part of a quantity that comes on a date of its own."""

    measurements: tuple[Measurement, ...] = ()


class StockedReference(Reference):
    """A lot, a container or another part of a quantity, with its dates and where it lies."""

    dates: tuple[Moment, ...] = ()
    party: Party | None = None
    industry_codes: tuple[IndustryCodes, ...] = ()


class InventoryQuantity(QuantityOf):
    """One quantity of an item: what it counts is its ``kind``. Lots and places that make it up stand under ``references``."""

    unit_prices: tuple[PricedUnit, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    lead_times: tuple[LeadTime, ...] = ()
    dates: tuple[Moment, ...] = ()
    schedules: tuple[InventorySchedule, ...] = ()
    industry_codes: tuple[IndustryCodes, ...] = ()
    references: tuple[StockedReference, ...] = ()


class MeasuredMarks(Marks):
    """Marks, and what is measured of the package that bears them."""

    measurements: tuple[Measurement, ...] = ()


class InventorySubLine(SubLine):
    """A part of an item that is counted on its own, as it is packed."""

    packaging: tuple[Packaging, ...] = ()
    marks: tuple[MeasuredMarks, ...] = ()


class InventoryLine(Part):
    """One item: its quantities by kind, and by place where places differ."""

    number: Text | None = None
    item_ids: tuple[Identifier, ...] = ()
    quantities: tuple[InventoryQuantity, ...] = ()
    descriptions: tuple[Description, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    packaging: tuple[Packaging, ...] = ()
    dates: tuple[Moment, ...] = ()
    prices: tuple[Price, ...] = ()
    currency: CurrencyOf | None = None
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    destinations: tuple[DestinationQuantities, ...] = ()
    marks: tuple[Marks, ...] = ()
    unit_prices: tuple[PricedUnit, ...] = ()
    contract: ContractSummary | None = None
    demands: tuple[Demand, ...] = ()
    maintenance: Code | None = None
    percentages: tuple[Percentage, ...] = ()
    lead_times: tuple[LeadTime, ...] = ()
    industry_codes: tuple[IndustryCodes, ...] = ()
    sub_lines: tuple[InventorySubLine, ...] = ()
    parties: tuple[Party, ...] = ()
    custom: dict[str, Text] | None = None


class InventoryAdvice(Part):
    """What a partner has in stock, or asks after. Where the heading names a warehouse, all lines speak of it."""

    purpose: Code = "original"
    report_kind: Code
    report_number: Text
    reported_on: Day
    reported_at: Clock | None = None
    action: Code | None = None
    currency: CurrencyUse | None = None
    dates: tuple[Moment, ...] = ()
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    parties: tuple[Party, ...] = ()
    industry_codes: tuple[IndustryCodes, ...] = ()
    lines: tuple[InventoryLine, ...] = ()
    totals: Totals | None = None
    custom: dict[str, Text] | None = None
