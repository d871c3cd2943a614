"""Test results: what was tested of an item, lot or heat, how, which values came out, and between which limits they must lie."""

from __future__ import annotations

from gateway.canonical.heading import Totals
from gateway.canonical.inventory_advice import PricedUnit
from gateway.canonical.logistics import PackDetail
from gateway.canonical.particulars import IndustryCodes
from gateway.canonical.parties import Contact, Party
from gateway.canonical.people import Person
from gateway.canonical.quality import (
    Characteristic,
    Comment,
    ItemUnderTest,
    ProvenMeasurement,
    Sample,
    SamplingPlan,
    Statistic,
    TestMethod,
)
from gateway.canonical.values import (
    Clock,
    Code,
    Day,
    Description,
    Moment,
    Part,
    QuantityOf,
    Reference,
    Text,
)


class ReferencedContact(Contact):
    """A person or desk, and the numbers under which it knows the matter."""

    references: tuple[Reference, ...] = ()


class ReportParty(Party):
    """A party of a report: the laboratory, the mill, the buyer."""

    contacts: tuple[ReferencedContact, ...] = ()


class TestedMeasurement(ProvenMeasurement):
    """A measured value with its limits, and codes of lists that somebody else keeps."""

    industry_codes: tuple[IndustryCodes, ...] = ()


class TestedStatistic(Statistic):
    """A number over many measured values with its limits, and codes of lists that somebody else keeps."""

    industry_codes: tuple[IndustryCodes, ...] = ()


class AppliedMethod(TestMethod):
    """A method, and what it measured."""

    measurements: tuple[TestedMeasurement, ...] = ()
    dates: tuple[Moment, ...] = ()
    references: tuple[Reference, ...] = ()


class PeriodLength(Part):
    """When in the life of a sample it was tested: the number of the period, or its length."""

    kind: Code
    number: Text | None = None
    length: int | None = None
    unit: Code | None = None


class TestPeriod(PeriodLength):
    """A period, and what was measured in it."""

    measurements: tuple[TestedMeasurement, ...] = ()
    dates: tuple[Moment, ...] = ()
    references: tuple[Reference, ...] = ()
    industry_codes: tuple[IndustryCodes, ...] = ()


class CharacteristicTest(Characteristic):
    """One characteristic that was tested. ``answer`` says whether it is as it should be."""

    unit_price: PricedUnit | None = None
    samples: tuple[Sample, ...] = ()
    samplings: tuple[SamplingPlan, ...] = ()
    dates: tuple[Moment, ...] = ()
    references: tuple[Reference, ...] = ()
    remarks: tuple[Comment, ...] = ()
    measurements: tuple[TestedMeasurement, ...] = ()
    statistics: tuple[TestedStatistic, ...] = ()
    methods: tuple[AppliedMethod, ...] = ()
    periods: tuple[TestPeriod, ...] = ()


class TestedItem(ItemUnderTest):
    """An item, lot or heat, and the results of its tests."""

    descriptions: tuple[Description, ...] = ()
    pack: PackDetail | None = None
    method: TestMethod | None = None
    measurements: tuple[TestedMeasurement, ...] = ()
    samples: tuple[Sample, ...] = ()
    samplings: tuple[SamplingPlan, ...] = ()
    quantities: tuple[QuantityOf, ...] = ()
    dates: tuple[Moment, ...] = ()
    references: tuple[Reference, ...] = ()
    remarks: tuple[Comment, ...] = ()
    parties: tuple[ReportParty, ...] = ()
    tests: tuple[CharacteristicTest, ...] = ()
    custom: dict[str, Text] | None = None


class Tester(Person):
    """Who tested, or for whom."""

    unit_price: PricedUnit | None = None


class TestLevel(ItemUnderTest):
    """A level of a report that is told as a tree: a lot, its samples, their tests."""

    kind: Code
    descriptions: tuple[Description, ...] = ()
    pack: PackDetail | None = None
    characteristic: Characteristic | None = None
    quantities: tuple[QuantityOf, ...] = ()
    methods: tuple[TestMethod, ...] = ()
    samples: tuple[Sample, ...] = ()
    period: PeriodLength | None = None
    measurements: tuple[TestedMeasurement, ...] = ()
    samplings: tuple[SamplingPlan, ...] = ()
    statistics: tuple[TestedStatistic, ...] = ()
    dates: tuple[Moment, ...] = ()
    remarks: tuple[Comment, ...] = ()
    industry_codes: tuple[IndustryCodes, ...] = ()
    people: tuple[Tester, ...] = ()
    levels: tuple[TestLevel, ...] = ()


class TestResults(Part):
    """A report of test results, such as the certificate of a mill or the analysis of a chemical."""

    purpose: Code = "original"
    reported_on: Day
    reported_at: Clock | None = None
    report_kind: Code | None = None
    report_number: Text | None = None
    second_number: Text | None = None
    security: Code | None = None
    remarks: tuple[Comment, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[Moment, ...] = ()
    descriptions: tuple[Description, ...] = ()
    pack: PackDetail | None = None
    method: TestMethod | None = None
    measurements: tuple[TestedMeasurement, ...] = ()
    parties: tuple[ReportParty, ...] = ()
    lines: tuple[TestedItem, ...] = ()
    levels: tuple[TestLevel, ...] = ()
    totals: Totals | None = None
    custom: dict[str, Text] | None = None
