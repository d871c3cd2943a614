"""Figures of how orders stand now."""

from __future__ import annotations

from collections import Counter
from typing import Any

import sqlalchemy as sa

from gateway.ledger import order_tables, tables
from gateway.ledger.figures.samples import NONE, SAMPLE, Measured, counts
from gateway.pipeline.figure_views import FigureQuery
from gateway.tracking.figures import Figure, Part
from gateway.tracking.thread.awaiting import ARRIVED, Awaited
from gateway.tracking.thread.finding import Check

_OUTSIDE: sa.ColumnElement[str] = sa.literal_column("'outside'")
_ORDERS_NAMED = 100  # Parts that name single orders.
orders, lines, matches = tables.orders, tables.order_lines, tables.matches


def orders_awaiting_acknowledgment(connection: sa.Connection, query: FigureQuery) -> Figure:
    """Count orders that suppliers have not answered; those that we have not answered stand beside."""
    split = (orders.c.role, orders.c.partner, orders.c.plant)
    wanted = _of(order_tables.AWAITS[Awaited.ACKNOWLEDGMENT], orders.c.partner, query)
    rows = connection.execute(sa.select(*split, sa.func.count()).where(wanted).group_by(*split)).all()
    ours = sum(count for role, _partner, _plant, count in rows if role == "seller")
    measured = [
        Measured(count, {"supplier": partner, "plant": plant})
        for role, partner, plant, count in rows
        if role == "buyer"
    ]
    return counts(measured, customers_wait_for=ours)


def suppliers_missing_ship_notices(connection: sa.Connection, query: FigureQuery) -> Figure:
    """Count suppliers that have not announced in time what they promised."""
    less = _number(lines.c.shipped) < _number(lines.c.promised)
    due = sa.and_(order_tables.PROMISED, lines.c.promised_on < query.now.date())
    wanted = sa.and_(due, less, lines.c.role == "buyer", _of(sa.true(), lines.c.partner, query))
    found = (sa.func.count(), sa.func.count(lines.c.order_id.distinct()), sa.func.min(lines.c.promised_on))
    rows = connection.execute(sa.select(lines.c.partner, *found).where(wanted).group_by(lines.c.partner)).all()
    parts = [
        Part("supplier", name, count, {"orders": of, "oldest_promised_on": str(oldest)})
        for name, count, of, oldest in sorted(rows, key=lambda row: (-row[1], row[0]))
    ]
    missing = sum(int(part.value) for part in parts)
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
    late = sa.and_(order_tables.WANTED, orders.c.need_by < query.now.date())
    outside = sa.and_(order_tables.UNCLEAN, orders.c.verdict == _OUTSIDE)
    found: dict[str, dict[str, int]] = {}
    for name, wanted in (("late_orders", late), ("orders_outside", outside)):
        theirs = sa.and_(_of(wanted, orders.c.partner, query), orders.c.role == "buyer")
        counted = sa.select(orders.c.plant, sa.func.count()).where(theirs).group_by(orders.c.plant)
        for plant, count in connection.execute(counted):
            found.setdefault(plant or NONE, {"late_orders": 0, "orders_outside": 0})[name] = count
    parts = [Part("plant", plant, sum(each.values()), dict(each)) for plant, each in found.items()]
    parts.sort(key=lambda part: (-part.value, part.name))
    return Figure(len(parts), int(sum(part.value for part in parts)), tuple(parts))


def order_risk_exposure(connection: sa.Connection, query: FigureQuery) -> Figure:
    """Count lines that are late, and add up what the missing part of them costs."""
    missing = _number(lines.c.ordered) - _number(lines.c.rejected) - _number(lines.c.received)
    amount = sa.func.sum(missing * sa.func.coalesce(_number(lines.c.price), 0))
    late = sa.and_(order_tables.WANTED, orders.c.need_by < query.now.date(), orders.c.role == "buyer")
    wanted = sa.and_(
        _of(late, orders.c.partner, query),
        lines.c.wanted_on < query.now.date(),
        lines.c.state.not_in([str(state) for state in ARRIVED]),
        missing > 0,
    )
    split = (orders.c.partner, lines.c.plant, orders.c.currency)
    joined = orders.join(lines, lines.c.order_id == orders.c.id)
    rows = connection.execute(
        sa.select(*split, sa.func.count(), amount).select_from(joined).where(wanted).group_by(*split)
    ).all()
    measured = [Measured(count, {"supplier": name, "plant": plant}) for name, plant, _money, count, _amount in rows]
    made = counts(measured)
    money: dict[str, float] = {}
    for _name, _plant, currency, _count, value in rows:
        money[currency or NONE] = money.get(currency or NONE, 0.0) + float(value)
    parts = [Part("currency", name, round(value, 2)) for name, value in sorted(money.items())]
    return Figure(made.value, int(made.value or 0), (*made.parts, *parts))


def _of(wanted: sa.ColumnElement[bool], partner: sa.Column[Any], query: FigureQuery) -> sa.ColumnElement[bool]:
    return wanted if query.partner is None else sa.and_(wanted, partner == query.partner)


def _number(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """A decimal for the database to reckon with: on SQLite it is kept as text."""
    return sa.cast(column, sa.Numeric(asdecimal=False))
