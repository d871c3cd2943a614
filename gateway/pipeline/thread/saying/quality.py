"""What quality documents say of goods: 842 keeps back what it names, 863 what did not come out within its limits.

Neither lets anything go: that our own quality does, or a person. What a supplier reports as good was never held for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from gateway.canonical.nonconformance_report import NonconformanceReport, ReportLevel
from gateway.canonical.quality import ProvenMeasurement
from gateway.canonical.test_results import TestedItem, TestLevel, TestResults
from gateway.pipeline.thread.saying.said import Said, told
from gateway.tracking.thread.statement import Kind, LineSaid

_NONCONFORMING = "nonconforming"
_LOT, _LINE, _ORDER = "lot", "line_item", "purchase_order"
_NO_ITEM = ("lot", "serial", "order")


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
    """A report of tests keeps back each item or lot of which a value lies outside of its limits."""
    order = _reference(body.references, _ORDER) or ""
    found: dict[str, list[LineSaid]] = {}
    for line in body.lines:
        measured = [*line.measurements, *(each for test in line.tests for each in test.measurements)]
        _keep_failed(line, measured, _reference(line.references, _ORDER) or order, found)
    for level in _all(body.levels):
        _keep_failed(level, level.measurements, order, found)
    number = body.report_number or body.second_number or f"{body.reported_on}"
    return _held(number, None, found)


def _all(levels: Iterable[TestLevel]) -> Iterator[TestLevel]:
    for level in levels:
        yield level
        yield from _all(level.levels)


def _keep_failed(
    item: TestedItem | TestLevel, measured: Iterable[ProvenMeasurement], order: str, found: dict[str, list[LineSaid]]
) -> None:
    failed = [each for each in measured if outside_limits(each)]
    if failed:
        words = "; ".join(f"{each.kind or 'value'} {each.value:f} outside of its limits" for each in failed)
        references = getattr(item, "references", ())
        line = LineSaid(
            line=_reference(references, _LINE), items=_items(item.item_ids), lot=_lot(item), words=words[:500]
        )
        found.setdefault(order, []).append(line)


def outside_limits(measurement: ProvenMeasurement) -> bool:
    """Tell whether a measured value lies outside of the limits that stand beside it."""
    value, low, high = measurement.value, measurement.minimum, measurement.maximum
    return value is not None and ((low is not None and value < low) or (high is not None and value > high))


def _held(number: str, reason: str | None, found: dict[str, list[LineSaid]]) -> list[Said]:
    made = []
    for order, lines in found.items():
        # Without an order the lot says whose goods are meant.
        meant = lines if order else [line for line in lines if line.lot is not None]
        if meant:
            made.append(Said(order, Kind.HELD, number, head=told(reason=reason), lines=meant, anyone=not order))
    return made


def _items(ids: Iterable[Any]) -> tuple[tuple[str, str], ...]:
    return tuple((each.kind or "", each.value) for each in ids if each.kind not in _NO_ITEM)


def _lot(item: Any) -> str | None:
    named = next((each.value for each in item.item_ids if each.kind == _LOT), None)
    return named or _reference(getattr(item, "references", ()), _LOT)


def _reference(references: Iterable[Any], kind: str) -> str | None:
    return next((each.value for each in references if each.kind == kind and each.value), None)
