"""The calendar of a plant: working days and hours, holidays, and the two nights on which clocks are changed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.tracking.calendar import Calendar, Span

WEEK = frozenset(range(5))
CHICAGO = Calendar(ZoneInfo("America/Chicago"), WEEK, time(8), time(17), frozenset({date(2026, 11, 26)}))
NIGHTS = Calendar(ZoneInfo("America/Chicago"))


def at(text, zone="America/Chicago"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def hours(count):
    return Span(working_hours=count)


def days(count):
    return Span(working_days=count)


@pytest.mark.parametrize(
    ("begin", "span", "end"),
    [
        ("2026-11-23 09:00", hours(4), "2026-11-23 13:00"),
        ("2026-11-23 15:00", hours(4), "2026-11-24 10:00"),  # Two hours are left of Monday.
        ("2026-11-23 08:00", hours(9), "2026-11-23 17:00"),  # The last second of a day belongs to it.
        ("2026-11-23 05:00", hours(1), "2026-11-23 09:00"),  # Nobody works before eight.
        ("2026-11-20 16:00", hours(2), "2026-11-23 09:00"),  # Over the weekend.
        ("2026-11-21 12:00", hours(1), "2026-11-23 09:00"),  # Saturday.
        ("2026-11-25 16:00", hours(2), "2026-11-27 09:00"),  # Over Thanksgiving.
        ("2026-11-25 10:30", days(1), "2026-11-27 10:30"),
        ("2026-11-20 10:30", days(5), "2026-11-30 10:30"),  # A weekend, a holiday and a weekend.
        ("2026-11-21 10:30", days(1), "2026-11-23 10:30"),
    ],
)
def test_so_long_after_a_moment_counts_working_time_only(begin, span, end):
    assert CHICAGO.after(at(begin), span) == at(end)


@pytest.mark.parametrize(
    ("end", "span", "begin"),
    [
        ("2026-11-24 10:00", hours(4), "2026-11-23 15:00"),
        ("2026-11-23 09:00", hours(2), "2026-11-20 16:00"),
        ("2026-11-27 08:00", hours(1), "2026-11-25 16:00"),
        ("2026-11-23 20:00", hours(1), "2026-11-23 16:00"),
        ("2026-11-27 10:30", days(1), "2026-11-25 10:30"),
        ("2026-11-30 08:00", days(5), "2026-11-20 08:00"),
    ],
)
def test_so_long_before_a_moment_counts_working_time_only(end, span, begin):
    assert CHICAGO.before(at(end), span) == at(begin)


def test_a_working_day_is_the_same_time_of_day_though_the_clocks_were_changed():
    friday = at("2026-03-06 10:00")
    assert CHICAGO.after(friday, days(1)) == at("2026-03-09 10:00")
    assert CHICAGO.after(friday, days(1)) - friday == timedelta(hours=71), "an hour of the night of 8 March is missing"
    assert CHICAGO.after(friday, Span(timedelta(days=3))) == at("2026-03-09 11:00"), "by the clock it is 72 hours"


def test_the_night_in_spring_has_one_hour_less_and_the_one_in_autumn_one_more():
    assert NIGHTS.end(date(2026, 3, 8)) - NIGHTS.begin(date(2026, 3, 8)) == timedelta(hours=23)
    assert NIGHTS.end(date(2026, 11, 1)) - NIGHTS.begin(date(2026, 11, 1)) == timedelta(hours=25)
    assert NIGHTS.after(at("2026-03-08 00:00"), hours(4)) == at("2026-03-08 05:00")
    assert NIGHTS.after(at("2026-11-01 00:00"), hours(4)) == at("2026-11-01 03:00")


def test_a_time_that_does_not_exist_is_the_one_as_long_after_midnight():
    early = Calendar(ZoneInfo("America/Chicago"), WEEK | {6}, time(2, 30), time(10))
    assert early.begin(date(2026, 3, 8)) == at("2026-03-08 03:30")
    assert early.begin(date(2026, 11, 1)) == at("2026-11-01 02:30")


def test_the_day_is_that_of_the_plant():
    assert CHICAGO.day_of(datetime(2026, 11, 24, 3, tzinfo=UTC)) == date(2026, 11, 23)
    assert Calendar(ZoneInfo("Asia/Tokyo")).day_of(datetime(2026, 11, 23, 16, tzinfo=UTC)) == date(2026, 11, 24)


def test_who_says_nothing_works_always():
    always = Calendar()
    moment = datetime(2026, 11, 21, 23, tzinfo=UTC)
    assert always.after(moment, hours(30)) == moment + timedelta(hours=30)
    assert (always.begin(date(2026, 11, 21)), always.end(date(2026, 11, 21))) == (
        datetime(2026, 11, 21, tzinfo=UTC),
        datetime(2026, 11, 22, tzinfo=UTC),
    )


_ZONES = st.sampled_from(["UTC", "America/Chicago", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe"])
_CALENDARS = st.builds(
    Calendar,
    _ZONES.map(ZoneInfo),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.sampled_from([time(0), time(6), time(8, 30)]),
    st.sampled_from([time(0), time(15), time(17, 15)]),
    st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=5),
)
_MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))


def _worked(calendar, begin, end):
    """Count by hand what is worked between two moments."""
    total, day = timedelta(0), calendar.day_of(begin) - timedelta(days=1)
    while day <= calendar.day_of(end) + timedelta(days=1):
        if calendar.works_on(day):
            total += max(min(calendar.end(day), end) - max(calendar.begin(day), begin), timedelta(0))
        day += timedelta(days=1)
    return total


@given(_CALENDARS, _MOMENTS, st.integers(1, 100))
def test_between_a_moment_and_so_many_working_hours_after_it_so_many_are_worked(calendar, moment, count):
    later, sooner = calendar.after(moment, hours(count)), calendar.before(moment, hours(count))
    assert sooner < moment < later
    assert _worked(calendar, moment, later) == _worked(calendar, sooner, moment) == timedelta(hours=count)
    assert calendar.works_on(calendar.day_of(later - timedelta(microseconds=1)))
    assert calendar.works_on(calendar.day_of(sooner))


@given(_CALENDARS, _MOMENTS, st.integers(1, 30))
def test_a_working_day_before_or_after_is_one(calendar, moment, count):
    for found in (calendar.after(moment, days(count)), calendar.before(moment, days(count))):
        assert calendar.works_on(calendar.day_of(found))
