"""A receiving advice: what a buyer received of what was shipped, and in which condition it came."""

from __future__ import annotations

from gateway.canonical.heading import Totals
from gateway.canonical.lines import ItemIds, SubLine
from gateway.canonical.logistics import Equipment, Handling, Marks, PackageCount, PackDetail, Routing
from gateway.canonical.money import Accounting, AllowanceCharge
from gateway.canonical.particulars import IndustryCodes
from gateway.canonical.parties import Contact, CurrencyUse, FreightTerms, Party
from gateway.canonical.people import Person
from gateway.canonical.values import (
    Clock,
    Code,
    Day,
    Description,
    Measurement,
    Moment,
    Number,
    Part,
    Quantity,
    Reference,
    Text,
    UnitDetail,
)


class OrderReceived(Part):
    """The order under which goods were received."""

    order_number: Text
    release: Text | None = None
    change_sequence: Text | None = None
    ordered_on: Day | None = None
    order_line: Text | None = None
    contract: Text | None = None
    order_type: Code | None = None


class QuantityReceived(Part):
    """A quantity that was received or returned."""

    value: Number
    unit: Code | None = None
    unit_detail: UnitDetail | None = None


class Disputed(Part):
    """A part of the quantity in one condition: damaged, short, over, rejected, on hold."""

    value: Number
    unit: Code | None = None
    condition: Code


class QuantityShipped(Part):
    """What the sender of the goods said of the line."""

    number: Text | None = None
    quantity: Quantity | None = None
    to_date: Number | None = None
    ordered: Quantity | None = None
    returnable: Code | None = None
    status: Code | None = None


class ReceivedSubLine(SubLine):
    """A part of a line that was received."""

    people: tuple[Person, ...] = ()
    industry_codes: tuple[IndustryCodes, ...] = ()


class ReceivedLine(Part):
    """One line received. ``received`` is what came or was accepted; lots and serial numbers stand among the item ids."""

    number: Text | None = None
    received: QuantityReceived | None = None
    returned: QuantityReceived | None = None
    disputed: tuple[Disputed, ...] = ()
    received_to_date: Number | None = None
    shipped: QuantityShipped | None = None
    items: tuple[ItemIds, ...] = ()
    orders: tuple[OrderReceived, ...] = ()
    currency: CurrencyUse | None = None
    descriptions: tuple[Description, ...] = ()
    packs: tuple[PackDetail, ...] = ()
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()
    dates: tuple[Moment, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    freight_terms: FreightTerms | None = None
    packages: tuple[PackageCount, ...] = ()
    routings: tuple[Routing, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    handling: tuple[Handling, ...] = ()
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    marks: tuple[Marks, ...] = ()
    industry_codes: tuple[IndustryCodes, ...] = ()
    sub_lines: tuple[ReceivedSubLine, ...] = ()
    parties: tuple[Party, ...] = ()
    accounting: tuple[Accounting, ...] = ()
    custom: dict[str, Text] | None = None


class ReceivingAdvice(Part):
    """What was received: which shipment, of which orders, how much, when, and what is wrong with it."""

    purpose: Code = "original"
    receipt_number: Text
    receipt_type: Code
    created_on: Day | None = None
    created_at: Clock | None = None
    condition: Code | None = None
    action: Code | None = None
    orders: tuple[OrderReceived, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[Moment, ...] = ()
    currency: CurrencyUse | None = None
    contacts: tuple[Contact, ...] = ()
    packages: tuple[PackageCount, ...] = ()
    routings: tuple[Routing, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    handling: tuple[Handling, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    parties: tuple[Party, ...] = ()
    industry_codes: tuple[IndustryCodes, ...] = ()
    accounting: tuple[Accounting, ...] = ()
    lines: tuple[ReceivedLine, ...] = ()
    totals: Totals | None = None
    custom: dict[str, Text] | None = None
