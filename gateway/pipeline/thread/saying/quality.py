"""What quality documents say of goods: 842 keeps back what it names, 863 what did not come out within its limits.

An 863 within its limits lets go what waits for nothing but test results: what an earlier one kept back, and what our quality
keeps until the certificate comes. What is held for any other reason only our quality lets go, or a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, TypeAlias

from gateway.canonical.nonconformance_report import NonconformanceReport, ReportLevel
from gateway.canonical.quality import ProvenMeasurement, Statistic
from gateway.canonical.test_results import TestedItem, TestLevel, TestResults
from gateway.pipeline.thread.saying.said import Said, purpose_of, told
from gateway.tracking.thread.quarantine import TEST_RESULTS
from gateway.tracking.thread.statement import Kind, LineSaid, Purpose

Measured: TypeAlias = ProvenMeasurement | Statistic

_NONCONFORMING = "nonconforming"
_LOT, _LINE, _ORDER = "lot", "line_item", "purchase_order"
_NO_ITEM = ("lot", "serial", "order")
_NO = ("N", "no")


def of_nonconformance_report(body: NonconformanceReport) -> list[Said]:
    """A report of what is wrong with goods keeps them back: each item that it names, as far as it says how much."""
    found: dict[str, list[LineSaid]] = {}
    order = _reference(body.references, _ORDER) or ""
    _walk(body.levels, order, found)
    reason = next((each.text for each in body.descriptions if each.text), None)
    return _held(body.report_number, reason, found)


def _walk(levels: Iterable[ReportLevel], order: str, found: dict[str, list[LineSaid]]) -> None:
    """Collect what is nonconforming below some levels; an order's number counts for all that hangs below it."""
    for level in levels:
        contract = level.contract.order_number if level.contract is not None else None
        below = _reference(level.references, _ORDER) or contract or order
        if level.nonconformances:
            found.setdefault(below, []).append(_nonconforming(level))
        _walk(level.levels, below, found)


def _nonconforming(level: ReportLevel) -> LineSaid:
    quantities = [each for part in level.nonconformances for each in part.quantities if each.kind == _NONCONFORMING]
    known = [each for each in quantities if each.value is not None]
    lots = [_reference(each.references, _LOT) for each in level.samplings]
    return LineSaid(
        line=_reference(level.references, _LINE),
        items=_items(level.item_ids),
        quantity=sum((each.value or Decimal(0) for each in known), Decimal(0)) or None,
        unit=known[0].unit if known else None,
        lot=_lot(level) or next((each for each in lots if each), None),
        words=next((each.text for each in level.nonconformances if each.text), None),
    )


def of_test_results(body: TestResults) -> list[Said]:
    """A report of tests keeps back each item or lot of which a value lies outside of its limits, and passes the others.

    Passed is what has values with limits, all of them within. What no limit stands beside says nothing. A report that is taken
    back says nothing either: what it let go or kept back is for quality to decide.
    """
    if purpose_of(body.purpose) in (Purpose.CANCELLATION, Purpose.COPY):
        return []
    order = _reference(body.references, _ORDER) or ""
    tested: list[tuple[str, TestedItem | TestLevel, list[Measured]]] = []
    tested += [(_reference(line.references, _ORDER) or order, line, measured_of(line)) for line in body.lines]
    tested += [(order, *each) for level in body.levels for each in _by_item(level)]
    failed: dict[str, list[LineSaid]] = {}
    passed: dict[str, list[LineSaid]] = {}
    for number, item, values in tested:
        outside = [each for each in (*values, *body.measurements) if outside_limits(each)]
        if outside:
            words = "; ".join(f"{each.kind or 'value'} {each.value:f} outside of its limits" for each in outside)
            failed.setdefault(number, []).append(_of_item(item, words[:500]))
        elif has_limits(values) and not _denied(item):
            passed.setdefault(number, []).append(_of_item(item))
    number = body.report_number or body.second_number or f"{body.reported_on}"
    return _held(number, None, failed, awaits=TEST_RESULTS) + _passed(number, passed, failed)


def _passed(number: str, passed: dict[str, list[LineSaid]], failed: dict[str, list[LineSaid]]) -> list[Said]:
    """Say what passed, but for what failed in another of its tests."""
    made = []
    for order, lines in passed.items():
        bad = {_whose(line) for line in failed.get(order, ())}
        meant = [line for line in lines if _whose(line) not in bad and (order or line.lot is not None)]
        if meant:
            made.append(Said(order, Kind.PASSED, number, lines=meant, anyone=not order))
    return made


def _whose(line: LineSaid) -> tuple[object, ...]:
    return (line.lot,) if line.lot is not None else (None, line.line, line.items)


def _by_item(level: TestLevel, around: TestLevel | None = None) -> Iterator[tuple[TestLevel, list[Measured]]]:
    """Yield each item or lot of a tree with what was measured of it, also on levels below that name none: samples, tests."""
    named = level if level.item_ids or around is None else around
    values: list[Measured] = [*level.measurements, *level.statistics]
    for below in level.levels:
        for item, found in _by_item(below, named):
            if item is named:
                values += found
            else:
                yield item, found
    yield named, values


def measured_of(line: TestedItem) -> list[Measured]:
    """Return everything that was measured of an item: of itself, in its tests, by each method and after each period."""
    values: list[Measured] = list(line.measurements)
    for test in line.tests:
        values += [*test.measurements, *test.statistics]
        values += [each for method in test.methods for each in method.measurements]
        values += [each for period in test.periods for each in period.measurements]
    return values


def has_limits(values: Iterable[Measured]) -> bool:
    """Tell whether a limit stands beside one of some values."""
    return any(each.value is not None and (each.minimum is not None or each.maximum is not None) for each in values)


def outside_limits(measured: Measured) -> bool:
    """Tell whether a measured value lies outside of the limits that stand beside it."""
    value, low, high = measured.value, measured.minimum, measured.maximum
    return value is not None and ((low is not None and value < low) or (high is not None and value > high))


def _denied(item: TestedItem | TestLevel) -> bool:
    """Tell whether one of the characteristics of an item is said not to be as it should (element 1073)."""
    return any(each.answer in _NO for each in getattr(item, "tests", ()))


def _of_item(item: TestedItem | TestLevel, words: str | None = None) -> LineSaid:
    references = getattr(item, "references", ())
    return LineSaid(line=_reference(references, _LINE), items=_items(item.item_ids), lot=_lot(item), words=words)


def _held(number: str, reason: str | None, found: dict[str, list[LineSaid]], awaits: str | None = None) -> list[Said]:
    made = []
    for order, lines in found.items():
        # Without an order the lot says whose goods are meant.
        meant = lines if order else [line for line in lines if line.lot is not None]
        if meant:
            made.append(
                Said(order, Kind.HELD, number, head=told(reason=reason, awaits=awaits), lines=meant, anyone=not order)
            )
    return made


def _items(ids: Iterable[Any]) -> tuple[tuple[str, str], ...]:
    return tuple((each.kind or "", each.value) for each in ids if each.kind not in _NO_ITEM)


def _lot(item: Any) -> str | None:
    named = next((each.value for each in item.item_ids if each.kind == _LOT), None)
    return named or _reference(getattr(item, "references", ()), _LOT)


def _reference(references: Iterable[Any], kind: str) -> str | None:
    return next((each.value for each in references if each.kind == kind and each.value), None)
