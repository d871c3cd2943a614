"""Calendars and working time as people write them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gateway.tracking.calendar import Calendar, Span
from gateway.trading.calendars import CalendarText, calendar_for
from gateway.trading.spans import read_span


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("24h", Span(timedelta(hours=24))),
        ("8 working hours", Span(working_hours=8)),
        ("1 working hour", Span(working_hours=1)),
        ("2 working days", Span(working_days=2)),
        ("1 working day", Span(working_days=1)),
    ],
)
def test_a_length_of_time_goes_by_the_clock_or_by_working_time(text, span):
    assert read_span(text) == read_span(span) == span


@pytest.mark.parametrize(
    "text", ["", "8", "8 hours", "8 working", "-1 working days", "8  working hours", "1.5 working days"]
)
def test_anything_else_is_refused_with_examples_of_both(text):
    with pytest.raises(ValueError, match='such as 90s, 15m, 24h or 30d; or in working time, such as "8 working hours"'):
        read_span(text)


@given(st.text(max_size=20))
def test_no_text_breaks_it(text):
    try:
        assert isinstance(read_span(text), Span)
    except ValueError as error:
        assert "working hours" in str(error) or "at most" in str(error)


def test_a_calendar_says_when_a_plant_works():
    text = CalendarText(zone="America/Chicago", hours="08:00-17:30", holidays=("2026-12-25",))
    five = frozenset(range(5))
    assert text.calendar == Calendar(
        ZoneInfo("America/Chicago"), five, time(8), time(17, 30), frozenset({date(2026, 12, 25)})
    )
    around = CalendarText(days=("sat", "sun")).calendar
    assert (around.days, around.end(date(2026, 11, 21))) == ({5, 6}, datetime(2026, 11, 22, tzinfo=UTC))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"zone": "Chicago"}, "such as America/Chicago"),
        ({"zone": "../../etc/passwd"}, "such as America/Chicago"),
        ({"zone": ""}, "such as America/Chicago"),
        ({"hours": "8-17"}, "such as 08:00-17:00"),
        ({"hours": "17:00-08:00"}, "the later one last"),
        ({"hours": "08:00-08:00"}, "the later one last"),
        ({"days": []}, "at least 1"),
        ({"days": ["someday"]}, "mon"),
        ({"plants": []}, "at least 1"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_with_an_example(value, words):
    with pytest.raises(ValidationError, match=words):
        CalendarText.model_validate(value)


def test_the_first_calendar_that_fits_a_plant_counts():
    texts = (
        CalendarText(plants=("CHI*",), zone="America/Chicago"),
        CalendarText(plants=("*1", "BER"), zone="Europe/Berlin"),
        CalendarText(plants=("CHI1",), zone="Asia/Tokyo"),
    )
    zones = [str(calendar_for(texts, plant).zone) for plant in ("CHI1", "BER", "X1", "X2", None)]
    assert zones == ["America/Chicago", "Europe/Berlin", "Europe/Berlin", "UTC", "UTC"]
    assert calendar_for((), "CHI1") == Calendar()
