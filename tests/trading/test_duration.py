"""Durations as people write them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.trading.duration import read_duration


@pytest.mark.parametrize(
    ("text", "seconds"), [("0s", 0), ("90s", 90), ("15m", 900), ("24h", 86_400), ("30d", 2_592_000), ("007m", 420)]
)
def test_a_duration_is_a_number_and_a_unit(text, seconds):
    assert read_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "15", "m", "1.5h", "-1d", "1 d", "1d ", "15m\n", "1w", "1H", "P1D", "٣d", "99999999999999d"]
)
def test_anything_else_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="write it such as 90s, 15m, 24h or 30d"):
        read_duration(text)


def test_a_duration_that_ends_after_us_all_is_refused():
    assert read_duration("36500d") == timedelta(days=36_500)
    with pytest.raises(ValueError, match="at most 36500d"):
        read_duration("36501d")


def test_what_is_a_duration_already_stays_as_it_is():
    assert read_duration(timedelta(hours=1)) == timedelta(hours=1)


@given(st.text(max_size=8))
def test_no_text_breaks_it(text):
    try:
        assert isinstance(read_duration(text), timedelta)
    except ValueError as error:
        assert "; " in str(error)
