"""Figures of how orders stand now."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import sqlalchemy as sa

from gateway.ledger import order_tables, tables, total_tables
from gateway.ledger.figures.samples import NONE, SAMPLE, Measured, counts, number, summed
from gateway.pipeline.figure_views import FigureQuery
from gateway.tracking.figures import Figure, Part
from gateway.tracking.thread.finding import Check

_OUTSIDE: sa.ColumnElement[str] = sa.literal_column("'outside'")
_ORDERS_NAMED = 100  # Parts that name single orders.
totals, matches = total_tables.order_totals, tables.matches


def orders_awaiting_acknowledgment(connection: sa.Connection, query: FigureQuery) -> Figure:
    """Count orders that suppliers have not answered; those that we have not answered stand beside."""
    split = (totals.c.role, totals.c.partner, totals.c.plant)
    rows = summed(connection, split, (totals.c.awaiting,), _of(total_tables.STANDS, totals.c.partner, query))
    ours = sum(int(count) for role, _partner, _plant, count in rows if role == "seller")
    measured = [
        Measured(int(count), {"supplier": partner, "plant": plant})
        for role, partner, plant, count in rows
        if role == "buyer"
    ]
    return counts(measured, customers_wait_for=ours)


def suppliers_missing_ship_notices(connection: sa.Connection, query: FigureQuery) -> Figure:
    """Count suppliers that have not announced in time what they promised."""
    split, sums = (totals.c.partner, totals.c.day), (totals.c.unannounced, totals.c.unannounced_orders)
    found: dict[str, list[tuple[date, int, int]]] = {}
    for partner, day, count, of in summed(connection, split, sums, _late(query)):
        if count:
            found.setdefault(partner, []).append((day, int(count), int(of)))
    parts = []
    for partner, days in found.items():
        more = {"orders": sum(of for _day, _count, of in days), "oldest_promised_on": str(min(days)[0])}
        parts.append(Part("supplier", partner, sum(count for _day, count, _of in days), more))
    parts.sort(key=lambda part: (-part.value, part.name))
    missing = int(sum(part.value for part in parts))
    return Figure(len(parts), missing, tuple(parts), {"lines": missing})


def dates_beyond_tolerance(connection: sa.Connection, query: FigureQuery) -> Figure:
    """Count papers with a day that is not what was agreed, and name their orders."""
    columns = (matches.c.seq, matches.c.partner, matches.c.order_id, matches.c.findings)
    outside = sa.and_(order_tables.DIFFERS, matches.c.verdict == _OUTSIDE)
    wanted = sa.select(*columns).where(_of(outside, matches.c.partner, query))
    rows = connection.execute(wanted.order_by(matches.c.seq.desc()).limit(SAMPLE + 1)).all()
    found = [(partner, order, _of_days(findings)) for _seq, partner, order, findings in rows[:SAMPLE]]
    found = [each for each in found if each[2]]
    by_supplier = Counter(partner for partner, _order, _words in found)
    parts = [Part("supplier", name, count) for name, count in by_supplier.most_common()]
    parts += [Part("order", order, 1, {"words": words}) for _partner, order, words in found[:_ORDERS_NAMED]]
    return Figure(len(found), len(rows[:SAMPLE]), tuple(parts), complete=len(rows) <= SAMPLE)


def _of_days(findings: list[dict[str, Any]]) -> str:
    said = [each for each in findings if each["check"] == Check.DATE and each["verdict"] == "outside"]
    return "; ".join((f"line {each['line']}: " if each["line"] else "") + each["words"] for each in said)


def plants_at_risk(connection: sa.Connection, query: FigureQuery) -> Figure:
    """Count plants with orders that are late, or that have a paper outside of what was agreed."""
    outside = _of(sa.and_(total_tables.STANDS, totals.c.role == "buyer"), totals.c.partner, query)
    found: dict[str, dict[str, int]] = {}
    for name, column, wanted in (
        ("late_orders", totals.c.late, _late(query)),
        ("orders_outside", totals.c.outside, outside),
    ):
        for plant, count in summed(connection, (totals.c.plant,), (column,), wanted):
            if count:
                found.setdefault(plant or NONE, {"late_orders": 0, "orders_outside": 0})[name] = int(count)
    parts = [Part("plant", plant, sum(each.values()), dict(each)) for plant, each in found.items()]
    parts.sort(key=lambda part: (-part.value, part.name))
    return Figure(len(parts), int(sum(part.value for part in parts)), tuple(parts))


def order_risk_exposure(connection: sa.Connection, query: FigureQuery) -> Figure:
    """Count lines that are late, and add up what the missing part of them costs."""
    split, sums = (
        (totals.c.partner, totals.c.plant, totals.c.currency),
        (totals.c.missing, number(totals.c.missing_value)),
    )
    rows = [row for row in summed(connection, split, sums, _late(query)) if row[3]]
    measured = [Measured(int(count), {"supplier": name, "plant": plant}) for name, plant, _money, count, _value in rows]
    made = counts(measured)
    money: dict[str, float] = {}
    for _name, _plant, currency, _count, value in rows:
        money[currency or NONE] = money.get(currency or NONE, 0.0) + float(value)
    parts = [Part("currency", name, round(value, 2)) for name, value in sorted(money.items())]
    return Figure(made.value, int(made.value or 0), (*made.parts, *parts))


def _late(query: FigureQuery) -> sa.ColumnElement[bool]:
    late = sa.and_(total_tables.OPEN, totals.c.day < query.now.date(), totals.c.role == "buyer")
    return _of(late, totals.c.partner, query)


def _of(wanted: sa.ColumnElement[bool], partner: sa.Column[Any], query: FigureQuery) -> sa.ColumnElement[bool]:
    return wanted if query.partner is None else sa.and_(wanted, partner == query.partner)
