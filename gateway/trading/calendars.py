"""The calendars of our plants, as own.yaml says them. The first one whose plants fit counts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, time
from fnmatch import fnmatchcase
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from gateway.tracking.calendar import Calendar

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = r"([01][0-9]|2[0-3]):([0-5][0-9])-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)"


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("there is no such time zone; write it as the IANA names it, such as America/Chicago") from None
    return name


KnownZone = Annotated[str, AfterValidator(_known_zone)]


def _whole_hours(text: str) -> str:
    if re.fullmatch(_HOURS, text) is None or text[:5] >= text[6:]:
        raise ValueError("working hours are two times, the later one last; write them such as 08:00-17:00")
    return text


class CalendarText(BaseModel):
    """When the people of some plants work. What is due counts in this time."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    plants: tuple[str, ...] = Field(("*",), min_length=1, description="Which plants, as patterns; by default all.")
    zone: KnownZone = Field("UTC", description="Their time zone, such as America/Chicago; by default UTC.")
    days: tuple[Day, ...] = Field(
        DAYS[:5], min_length=1, description="On which days of the week they work; by default Monday to Friday."
    )
    hours: Annotated[str, AfterValidator(_whole_hours)] = Field(
        "00:00-24:00", description="From when to when, such as 08:00-17:00; by default around the clock."
    )
    holidays: tuple[date, ...] = Field((), description="Days on which nobody works, such as 2026-12-25.")

    @property
    def calendar(self) -> Calendar:
        """The calendar that follows."""
        opens, closes = self.hours.split("-")
        return Calendar(
            ZoneInfo(self.zone),
            frozenset(DAYS.index(day) for day in self.days),
            time.fromisoformat(opens),
            time.fromisoformat(closes) if closes != "24:00" else time(0),
            frozenset(self.holidays),
        )


_ALWAYS = Calendar()


def calendar_for(calendars: Iterable[CalendarText], plant: str | None) -> Calendar:
    """Return the calendar of a plant; without one it is always working time, in UTC."""
    for each in calendars:
        if any(fnmatchcase(plant or "", pattern) for pattern in each.plants):
            return each.calendar
    return _ALWAYS
