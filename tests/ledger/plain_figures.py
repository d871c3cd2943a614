"""The figures over orders as plain sums over all of them: what the ledger adds up as orders change must always be the same."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import sqlalchemy as sa

from gateway.ledger.records import TABLE_OF, columns_of
from gateway.tracking.order import Order, OrderLine
from gateway.tracking.thread.awaiting import ANSWERED, ARRIVED, ON_ITS_WAY

SUMMED = (
    "orders_awaiting_acknowledgment",
    "suppliers_missing_ship_notices",
    "plants_at_risk",
    "order_risk_exposure",
    "fill_rate",
    "on_time_receipt",
    "on_time_shipment",
)


def plain(orders, lines, query):
    """Return, by the name of each figure, its value and its parts as counters."""
    of = {order.id: order for order in orders}
    today = query.now.date()
    ours = [order for order in orders if order.role == "buyer"]
    bought = [line for line in lines if line.role == "buyer"]
    awaiting = Counter(order.partner for order in ours if order.awaits_acknowledgment)
    late = [order for order in ours if order.need_by is not None and order.need_by < today]
    plants = Counter(order.plant or "-" for order in late)
    plants.update(order.plant or "-" for order in ours if order.verdict == "outside")
    unannounced = [
        line for line in bought
        if line.state in ANSWERED | ON_ITS_WAY and line.promised_on and line.promised_on < today and line.shipped < line.promised
    ]  # fmt: skip
    missing = [
        line for line in bought
        if line.wanted_on and line.wanted_on < today and line.state not in ARRIVED and missed(line) > 0
    ]  # fmt: skip
    money = Counter()
    for line in missing:
        money[of[line.order_id].currency or "-"] += missed(line) * (line.price or Decimal(0))
    over = min(query.until.date(), today - timedelta(days=1))
    wanted = [
        line for line in bought
        if line.wanted_on and query.since.date() <= line.wanted_on <= over and line.state != "cancelled"
    ]  # fmt: skip
    filled = [min(line.received, line.ordered) / line.ordered for line in wanted if line.ordered > 0]
    in_time = [line.received_on is not None and line.received_on <= line.wanted_on and
               line.received >= line.ordered - line.rejected > 0 for line in wanted]  # fmt: skip
    promised = [line for line in wanted if line.promised_on and line.promised > 0]
    left = [line.shipped_on is not None and line.shipped_on <= line.promised_on and line.shipped >= line.promised
            for line in promised]  # fmt: skip
    return {
        "orders_awaiting_acknowledgment": (sum(awaiting.values()), {"supplier": awaiting}),
        "suppliers_missing_ship_notices": (
            len({line.partner for line in unannounced}),
            {"supplier": Counter(line.partner for line in unannounced)},
        ),
        "plants_at_risk": (len(plants), {"plant": plants}),
        "order_risk_exposure": (
            len(missing),
            {"supplier": Counter(line.partner for line in missing), "currency": money},
        ),
        "fill_rate": (mean(filled), {}),
        "on_time_receipt": (mean(in_time), {}),
        "on_time_shipment": (mean(left), {}),
    }


def near(found, expected):
    """Tell whether a figure is right: it is rounded to two places, and money is added up by the database as floats."""
    return abs(found - float(expected)) < 0.011 + abs(float(expected)) * 1e-9


def missed(line):
    """How much of a line has not come."""
    return line.ordered - line.rejected - line.received


def mean(values):
    """A share in percent; None of nothing."""
    return float(100 * sum(values) / len(values)) if values else None


async def read_all(database, kind):
    """Return all records of a kind."""
    wanted = sa.select(*columns_of(kind)).order_by(TABLE_OF[kind].c.seq)
    return await database.read(lambda connection: [kind(*row) for row in connection.execute(wanted)])


async def assert_they_are_the_plain_sums(database, figures, query):
    """Compare each figure with the plain sum over all orders in the ledger; return how many were there to compare."""
    expected = plain(await read_all(database, Order), await read_all(database, OrderLine), query)
    seen = 0
    for name in SUMMED:
        figure, (value, splits) = await figures.figure(name, query), expected[name]
        assert (figure.value is None) == (value is None), name
        assert value is None or abs(figure.value - float(value)) < 0.011, (name, figure.value, value)
        for by, parts in splits.items():
            found = {part.name: part.value for part in figure.parts if part.by == by}
            assert found.keys() == parts.keys(), (name, by)
            assert all(near(found[each], parts[each]) for each in found), (name, by, found, parts)
        seen += bool(value)
    return seen
