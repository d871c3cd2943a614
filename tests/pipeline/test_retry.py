"""Backoff with full jitter, within what was agreed."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.pipeline.retry import delay
from gateway.trading.agreement import Retry

TERMS = Retry(attempts=6, first=timedelta(seconds=10), longest=timedelta(seconds=60))


def test_each_wait_may_be_twice_as_long_up_to_the_longest():
    assert [delay(TERMS, n, 0.5).total_seconds() for n in range(1, 6)] == [5, 10, 20, 30, 30]
    assert delay(TERMS, 6, 0.5) is None, "the agreed number of tries is used up"


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_a_wait_is_never_longer_than_agreed(attempts, chance):
    wait = delay(Retry(attempts=20_000), attempts, chance)
    assert timedelta(0) <= wait <= Retry().longest
