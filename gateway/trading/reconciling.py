"""The nightly reconciliation, as ``reconciliation:`` in gateway.yaml says it: when, and where each report comes from."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from gateway.tracking.calendar import Calendar
from gateway.trading.calendars import CalendarText, KnownZone
from gateway.trading.duration import Duration, read_duration
from gateway.trading.kinds import Address, Name, Secret


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _time_of_day(text: str) -> str:
    if re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text) is None:
        raise ValueError('a time of day is hours and minutes; write it such as "02:30"')
    return text


def _soon(span: timedelta) -> timedelta:
    if span > timedelta(hours=20):
        raise ValueError("the next night would come before; write at most 20h")
    return span


class ReportText(_Text):
    """Where the report of one system comes from: an address that is asked, or a folder in which it puts files."""

    url: Address | None = Field(None, description="What is asked by GET; redirects are not followed.")
    erp: Name | None = Field(
        None, description="Whose key is shown there: an ERP under erps. By default the one of the report's name."
    )
    key: Secret | None = Field(None, description="Another bearer key: env:NAME or file:PATH.")
    timeout: Duration = Field(read_duration("60s"), description="How long the whole answer may take.")
    folder: str | None = Field(
        None, description="The folder, below the data folder unless absolute; its newest file counts."
    )
    pattern: str = Field("*", description="Which files in the folder are reports, such as stock-*.csv.")

    @model_validator(mode="after")
    def _somewhere(self) -> ReportText:
        if (self.url is None) == (self.folder is None):
            raise ValueError("a report comes from an address or from a folder; write url: or folder:")
        if self.folder is not None and (self.erp is not None or self.key is not None):
            raise ValueError("nobody is shown a key at a folder; take erp and key away")
        if self.erp is not None and self.key is not None:
            raise ValueError("one key is shown; take erp or key away")
        return self


class ReconciliationText(_Text):
    """Each night our orders are compared with what ERP and warehouse report of them."""

    at: Annotated[str, AfterValidator(_time_of_day)] = Field("02:00", description="When, such as 02:30.")
    zone: KnownZone = Field("UTC", description="In which time zone, such as Europe/Berlin; by default UTC.")
    within: Annotated[Duration, AfterValidator(_soon)] = Field(
        read_duration("2h"), description="How long a report that is not there yet is waited for, before that is a case."
    )
    every: Duration = Field(read_duration("5m"), description="How often it is looked for meanwhile.")
    largest_mb: int = Field(64, ge=1, le=1024, description="Largest report.")
    reports: dict[Name, ReportText] = Field(
        min_length=1, description="By system: erp, wms, or the name of an ERP under erps."
    )

    @property
    def calendar(self) -> Calendar:
        """The calendar whose days begin when reports are compared."""
        plain = CalendarText(zone=self.zone, days=("mon", "tue", "wed", "thu", "fri", "sat", "sun")).calendar
        return Calendar(plain.zone, opens=time.fromisoformat(self.at))
