"""When a plant works: its zone, days, hours and holidays, and what so long before or after a moment is there.

Pure: a moment is always in UTC, a time zone is handed in. Where clocks are put forward, a time that does not exist is the one as
long after the last that does; where they are put back, the first of the two is meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_DAY = timedelta(days=1)
_MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: so long by the clock, so many working days, or so many working hours; one of the three."""

    elapsed: timedelta = timedelta(0)
    working_days: int = 0
    working_hours: int = 0


@dataclass(frozen=True, slots=True)
class Calendar:
    """One plant's calendar. ``days`` are those of the week, Monday is 0; ``closes`` at midnight is the end of the day.

    There must be a day in ``days``, and ``closes`` must not be before ``opens``. By default it works always, in UTC.
    """

    zone: tzinfo = UTC
    days: frozenset[int] = frozenset(range(7))
    opens: time = _MIDNIGHT
    closes: time = _MIDNIGHT
    holidays: frozenset[date] = frozenset()

    def works_on(self, day: date) -> bool:
        """Tell whether it is a working day."""
        return day.weekday() in self.days and day not in self.holidays

    def begin(self, day: date) -> datetime:
        """Return when work begins on a day, or would begin."""
        return self._at(day, self.opens)

    def end(self, day: date) -> datetime:
        """Return when work ends on a day, or would end."""
        return self._at(day, self.closes) if self.closes != _MIDNIGHT else self._at(day + _DAY, _MIDNIGHT)

    def day_of(self, moment: datetime) -> date:
        """Return the day that it is there."""
        return moment.astimezone(self.zone).date()

    def after(self, moment: datetime, span: Span) -> datetime:
        """Return what is so long after a moment."""
        if span.working_days:
            return self._days_on(moment, span.working_days, _DAY)
        if not span.working_hours:
            return moment + span.elapsed
        left = timedelta(hours=span.working_hours)
        for begin, end in self._shifts(self.day_of(moment), _DAY):
            start = max(begin, moment)
            if end - start >= left:
                return start + left
            left -= max(end - start, timedelta(0))
        raise AssertionError("the days never end")

    def before(self, moment: datetime, span: Span) -> datetime:
        """Return what is so long before a moment."""
        if span.working_days:
            return self._days_on(moment, span.working_days, -_DAY)
        if not span.working_hours:
            return moment - span.elapsed
        left = timedelta(hours=span.working_hours)
        for begin, end in self._shifts(self.day_of(moment), -_DAY):
            stop = min(end, moment)
            if stop - begin >= left:
                return stop - left
            left -= max(stop - begin, timedelta(0))
        raise AssertionError("the days never end")

    def _days_on(self, moment: datetime, count: int, step: timedelta) -> datetime:
        """Return the same time of day so many working days on."""
        local = moment.astimezone(self.zone)
        day = local.date()
        while count:
            day += step
            count -= self.works_on(day)
        return self._at(day, local.time())

    def _shifts(self, day: date, step: timedelta) -> Iterator[tuple[datetime, datetime]]:
        """Go through the working times from a day on, forward or back."""
        while True:
            if self.works_on(day):
                yield self.begin(day), self.end(day)
            day += step

    def _at(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at.replace(fold=0), self.zone).astimezone(UTC)
