"""How likely a case stops a line, and why."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from gateway.tracking.order import Order, OrderLine
from gateway.tracking.risk import NOTHING_KNOWN, risk_of

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def order(days_old=0, **more):
    then = NOW - timedelta(days=days_old)
    return Order("s:buyer:PO1", "s", "buyer", "PO1", "", "shipped", then, then, "t", currency="USD", **more)


def line(**more):
    values = {"ordered": Decimal(10), "price": Decimal(10), "wanted_on": TODAY, "unit": "EA"} | more
    return OrderLine("s:buyer:PO1:1", "s:buyer:PO1", "s", "buyer", "1", more.pop("state", "shipped"), NOW, **values)


def test_what_is_wanted_today_and_not_even_shipped_is_explained_part_by_part():
    assert risk_of([(order(30), line())], TODAY).words == (
        "40 of 40 for the day: line 1 of order PO1 is wanted on 2026-11-21 (today)",
        "10 of 10 for the quantity: 10 of 10 EA are not usable here",
        "25 of 25 for the cover: 0 EA of that are on their way",
        "5 of 15 for the value: 100.00 USD",
        "10 of 10 for the age: the order is known for 30 days",
    )


def test_what_is_here_stops_no_line_whatever_its_invoice_says():
    here = risk_of([(order(), line(shipped=Decimal(10), received=Decimal(10)))], TODAY)
    assert here.score == 5
    assert "and is here" in here.words[0]


def test_what_quality_keeps_back_is_not_here():
    kept = line(shipped=Decimal(10), received=Decimal(10), held=Decimal(10))
    assert risk_of([(order(), kept)], TODAY).score > 70


def test_of_several_lines_the_one_most_at_risk_counts():
    late, far = line(), line(wanted_on=TODAY + timedelta(days=60))
    both = risk_of([(order(), far), (order(), late)], TODAY)
    assert both.score == risk_of([(order(), late)], TODAY).score
    assert both.words[-1] == "1 more open line is touched, at less risk"


def test_where_no_order_waits_nothing_stops():
    over = line()
    over.state = "closed"
    assert risk_of([], TODAY) == NOTHING_KNOWN == risk_of([(order(), over)], TODAY)


quantities = st.decimals(0, 1000, places=2)


@given(
    ordered=quantities,
    shipped=quantities,
    received=quantities,
    refused=quantities,
    held=quantities,
    days=st.integers(-400, 400),
    price=st.none() | st.decimals(0, 10**9, places=4),
    old=st.integers(0, 4000),
)
def test_the_points_are_those_of_the_words_and_never_more_than_a_hundred(days, price, old, **figures):
    wanted = TODAY + timedelta(days=days)
    one = line(wanted_on=wanted, price=price, **figures)
    risk = risk_of([(order(old), one)], TODAY)
    assert risk.score == sum(int(each.split()[0]) for each in risk.words)
    assert 0 <= risk.score <= 100
    sooner = line(wanted_on=wanted - timedelta(days=1), price=price, **figures)
    assert risk_of([(order(old), sooner)], TODAY).score >= risk.score
