"""A nonconformance report: which goods are not as they should be, in which way, why, and what is done about it."""

from __future__ import annotations

from gateway.canonical.contract_summary import ContractSummary
from gateway.canonical.money import Accounting
from gateway.canonical.particulars import IndustryCodes
from gateway.canonical.parties import Party
from gateway.canonical.quality import (
    Characteristic,
    Comment,
    ItemUnderTest,
    ProvenMeasurement,
    ReferencedPaperwork,
    Sample,
    SamplingPlan,
    Statistic,
    TestMethod,
)
from gateway.canonical.values import (
    Amount,
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


class PartRelease(Part):
    """How far a part is released to be made and shipped."""

    status: Code
    text: Text | None = None


class CheckedSampling(SamplingPlan):
    """A sampling, and what was found in it."""

    references: tuple[Reference, ...] = ()
    sample: Sample | None = None
    measurements: tuple[ProvenMeasurement, ...] = ()
    statistics: tuple[Statistic, ...] = ()


class Cause(Part):
    """Why something does not conform: the part at fault and the reason, by code or in words."""

    item: Identifier | None = None
    name: Text | None = None
    agency: Code | None = None
    subqualifier: Text | None = None
    code: Text | None = None
    description: Text | None = None
    text: Text | None = None
    answer: Code | None = None


class Disposition(Part):
    """What is done about a nonconformance: ``response`` says return, rework, scrap, use as is; and with how much of it."""

    number: Text | None = None
    response: Code | None = None
    description: Text | None = None
    quantity: Number | None = None
    unit: Code | None = None
    unit_detail: UnitDetail | None = None
    remarks: tuple[Comment, ...] = ()
    dates: tuple[Moment, ...] = ()
    references: tuple[Reference, ...] = ()
    paperwork: tuple[ReferencedPaperwork, ...] = ()
    parties: tuple[Party, ...] = ()
    industry_codes: tuple[IndustryCodes, ...] = ()


class Nonconformance(Part):
    """One way in which goods are not as they should be: condition, quantities, causes, and what becomes of them."""

    attribute: Code | None = None
    determination: Code | None = None
    number: Text | None = None
    characteristic: Code | None = None
    agency: Code | None = None
    code: Text | None = None
    text: Text | None = None
    remarks: tuple[Comment, ...] = ()
    dates: tuple[Moment, ...] = ()
    references: tuple[Reference, ...] = ()
    quantities: tuple[QuantityOf, ...] = ()
    amounts: tuple[Amount, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    causes: tuple[Cause, ...] = ()
    parties: tuple[Party, ...] = ()
    industry_codes: tuple[IndustryCodes, ...] = ()
    dispositions: tuple[Disposition, ...] = ()
    accounting: tuple[Accounting, ...] = ()


class ReportLevel(ItemUnderTest):
    """A shipment, order or item that the report speaks of, with what it holds below ``levels``."""

    kind: Code
    descriptions: tuple[Description, ...] = ()
    releases: tuple[PartRelease, ...] = ()
    characteristics: tuple[Characteristic, ...] = ()
    dates: tuple[Moment, ...] = ()
    references: tuple[Reference, ...] = ()
    contract: ContractSummary | None = None
    quantities: tuple[QuantityOf, ...] = ()
    method: TestMethod | None = None
    sample: Sample | None = None
    paperwork: tuple[ReferencedPaperwork, ...] = ()
    industry_codes: tuple[IndustryCodes, ...] = ()
    measurements: tuple[ProvenMeasurement, ...] = ()
    accounting: tuple[Accounting, ...] = ()
    samplings: tuple[CheckedSampling, ...] = ()
    nonconformances: tuple[Nonconformance, ...] = ()
    levels: tuple[ReportLevel, ...] = ()
    custom: dict[str, Text] | None = None


class NonconformanceReport(Part):
    """What was found wrong with goods, or the answer to such a report."""

    purpose: Code = "original"
    report_number: Text
    reported_on: Day
    reported_at: Clock | None = None
    status: Code | None = None
    transaction_type: Code | None = None
    references: tuple[Reference, ...] = ()
    dates: tuple[Moment, ...] = ()
    descriptions: tuple[Description, ...] = ()
    measurements: tuple[ProvenMeasurement, ...] = ()
    paperwork: tuple[ReferencedPaperwork, ...] = ()
    parties: tuple[Party, ...] = ()
    levels: tuple[ReportLevel, ...] = ()
    custom: dict[str, Text] | None = None
