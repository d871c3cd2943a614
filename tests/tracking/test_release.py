"""Release accounting: sums up to each day, and by how much a release is pulled in."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from gateway.tracking.release import ZERO, add_up, pulled_in

DAY = date(2026, 12, 1)
wants = st.lists(
    st.tuples(st.integers(0, 60).map(lambda n: DAY + timedelta(days=n)), st.integers(1, 500).map(Decimal)),
    min_size=1,
    max_size=20,
)
received = st.integers(0, 1000).map(Decimal)


@given(wants, received)
def test_the_sums_grow_from_what_was_received_to_all_that_is_wanted(wants, received):
    sums = add_up(received, wants)
    assert [day for day, _total in sums] == sorted({day for day, _quantity in wants})
    assert [total for _day, total in sums] == sorted(total for _day, total in sums)
    assert sums[-1][1] == received + sum(quantity for _day, quantity in wants)
    assert sums == add_up(received, list(reversed(wants)))


@given(wants, received, st.integers(0, 30))
def test_a_release_that_is_moved_as_a_whole_is_pulled_in_by_that_many_days(wants, received, days):
    before = add_up(received, wants)
    sooner = [(day - timedelta(days=days), total) for day, total in before]
    assert pulled_in(before, sooner, received) == days
    assert pulled_in(sooner, before, received) == 0
    assert pulled_in(before, before, received) == 0


@given(wants, received)
def test_what_has_come_since_is_not_pulled_in(wants, received):
    before = add_up(received, wants)
    sooner = [(day - timedelta(days=5), total) for day, total in before]
    assert pulled_in(before, sooner, before[-1][1]) == 0


def test_what_comes_late_in_one_release_and_is_wanted_at_once_in_the_next_is_not_pulled_in():
    before = add_up(ZERO, [(DAY, Decimal(10)), (DAY + timedelta(days=7), Decimal(10))])
    now = add_up(ZERO, [(DAY + timedelta(days=2), Decimal(10)), (DAY + timedelta(days=7), Decimal(10))])
    assert pulled_in(before, now, ZERO) == 0


def test_more_that_is_wanted_sooner_pulls_in_what_was_wanted_later():
    before = add_up(ZERO, [(DAY + timedelta(days=1), Decimal(10)), (DAY + timedelta(days=8), Decimal(10))])
    now = add_up(ZERO, [(DAY + timedelta(days=1), Decimal(15)), (DAY + timedelta(days=4), Decimal(5))])
    assert pulled_in(before, now, ZERO) == 4
