"""How figures are made of what was measured: medians, shares, and their parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import median
from typing import Any, NamedTuple

import sqlalchemy as sa

from gateway.tracking.figures import Figure, Part

SAMPLE = 20_000  # What of a period is measured at most: the newest. A median of so many is as good as one of all.
NONE = "-"  # The name of the part without a name.


class Measured(NamedTuple):
    """One thing that was measured, and to what part of each split it belongs: supplier -> acme."""

    value: float
    of: dict[str, str | None]


def spans(measured: Sequence[Measured], *, complete: bool, **more: Any) -> Figure:
    """Return the median of times, with the 95th percentile and the longest, whole and by parts."""
    if not measured:
        return Figure(None, 0, complete=complete, more=more)
    parts = [Part(by, name, *_median(values)) for by, name, values in _split(measured)]
    value, beside = _median([each.value for each in measured])
    return Figure(value, len(measured), tuple(parts), beside | more, complete)


def shares(measured: Sequence[Measured], *, complete: bool, **more: Any) -> Figure:
    """Return a share in percent of what was measured as 0 to 1, whole and by parts."""
    if not measured:
        return Figure(None, 0, complete=complete, more=more)
    parts = [Part(by, name, _percent(values), {"measured": len(values)}) for by, name, values in _split(measured)]
    return Figure(_percent([each.value for each in measured]), len(measured), tuple(parts), more, complete)


def counts(measured: Sequence[Measured], *, complete: bool = True, **more: Any) -> Figure:
    """Return a sum, whole and by parts, the largest part first."""
    parts = [Part(by, name, _round(sum(values))) for by, name, values in _split(measured)]
    parts.sort(key=lambda part: (part.by, -part.value, part.name))
    return Figure(_round(sum(each.value for each in measured)), len(measured), tuple(parts), more, complete)


def newest(connection: sa.Connection, query: sa.Select[Any], at: Any) -> tuple[Sequence[Any], bool]:
    """Return the newest rows of a query by a column, and whether these are all."""
    rows = connection.execute(query.order_by(at.desc()).limit(SAMPLE + 1)).all()
    return rows[:SAMPLE], len(rows) <= SAMPLE


def summed(
    connection: sa.Connection,
    split: Sequence[sa.Column[Any]],
    sums: Sequence[sa.ColumnElement[Any]],
    wanted: sa.ColumnElement[bool],
) -> Sequence[Any]:
    """Return sums of columns, a row for each of the values of ``split`` of which anything is left."""
    added = [sa.func.sum(each) for each in sums]
    left = sa.or_(*(each != 0 for each in added))
    return connection.execute(sa.select(*split, *added).where(wanted).group_by(*split).having(left)).all()


def number(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """A decimal for the database to reckon with: on SQLite it is kept as text."""
    return sa.cast(column, sa.Numeric(asdecimal=False))


def seconds(begin: datetime, end: datetime) -> float:
    """Return how long it took; clocks of others may be ahead of ours."""
    return max(0.0, (end - begin).total_seconds())


def supplier_of(order_id: str) -> str:
    """Return the partner of an order, with which its id begins."""
    return order_id.partition(":")[0]


def _split(measured: Iterable[Measured]) -> list[tuple[str, str, list[float]]]:
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for each in measured:
        for by, name in each.of.items():
            found[by, name or NONE].append(each.value)
    return [(by, name, values) for (by, name), values in sorted(found.items())]


def _median(values: list[float]) -> tuple[float, dict[str, Any]]:
    ordered = sorted(values)
    high = ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)]
    beside = {"measured": len(ordered), "p95": _round(high), "longest": _round(ordered[-1])}
    return _round(median(ordered)), beside


def _percent(values: list[float]) -> float:
    return _round(100 * sum(values) / len(values))


def _round(value: float) -> float:
    return round(value, 2)
