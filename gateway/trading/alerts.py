"""Who is told of cases by mail, as `gateway.yaml` says it. Knows no mail server and no clock."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from gateway.tracking.case import CAUSES, Case, Owner
from gateway.trading.calendars import KnownZone
from gateway.trading.duration import Duration, read_duration
from gateway.trading.kinds import Name, Secret, Shape

MailAddress = Annotated[
    str,
    Shape(
        r"[!#-'*+\-./0-9=?A-Z^_`a-z{|}~]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?",
        "a mail address is NAME@HOST, without a name of a person beside it",
        "write it such as edi@acme.example",
    ),
]
Host = Annotated[
    str,
    Shape(
        r"[A-Za-z0-9.:-]{1,253}", "a host is a name or an address, without a port", "write it such as mail.acme.example"
    ),
]
_QUIET = r"([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]"


def _some_hours(text: str) -> str:
    if re.fullmatch(_QUIET, text) is None or text[:5] == text[6:]:
        raise ValueError("quiet hours are two different times, over midnight too; write them such as 22:00-06:00")
    return text


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MailText(_Text):
    """The mail server that takes our mails (SMTP)."""

    host: Host = Field(description="Its name; its certificate must bear it.")
    port: int = Field(587, ge=1, le=65535, description="587 for starttls, 465 for implicit, as a rule.")
    tls: Literal["starttls", "implicit", "none"] = Field(
        "starttls", description="How the connection is encrypted; none is for a server on the same machine."
    )
    certificate: str | None = Field(
        None,
        description="Root certificate of a server that the system does not know, as PEM; below the configuration folder.",
    )
    user: Secret | None = Field(
        None, description="Where the user is: env:NAME or file:PATH; left out: nobody signs in."
    )
    password: Secret | None = Field(None, description="Where the password is: env:NAME or file:PATH.")
    sender: MailAddress = Field(alias="from", description="The address that mails come from.")
    timeout: Duration = Field(read_duration("30s"), description="How long it may take to answer.")

    @field_validator("timeout")
    @classmethod
    def _bounded(cls, timeout: timedelta) -> timedelta:
        if not timedelta(seconds=1) <= timeout <= timedelta(minutes=5):
            raise ValueError("a mail server is waited for 1s to 5m; write it such as 30s")
        return timeout

    @model_validator(mode="after")
    def _whole(self) -> MailText:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password go together; add the other one, or take this one away")
        if self.user is not None and self.tls == "none":
            raise ValueError(
                "a password is not sent in plain; set tls: starttls or implicit, or take user and password away"
            )
        return self


class QuietText(_Text):
    """Hours in which nothing is sent; at their end one mail tells of all."""

    hours: Annotated[str, AfterValidator(_some_hours)] = Field(
        description="From when to when, each day, such as 22:00-06:00; over midnight too."
    )
    zone: KnownZone = Field("UTC", description="In which time zone, such as America/Chicago; by default UTC.")

    def until(self, now: datetime) -> datetime | None:
        """Return when the quiet ends that is now; None when it is not quiet."""
        zone = ZoneInfo(self.zone)
        begin, end = (time.fromisoformat(each) for each in self.hours.split("-"))
        here = now.astimezone(zone)
        at = here.time().replace(tzinfo=None)
        quiet = begin <= at < end if begin < end else at >= begin or at < end
        if not quiet:
            return None
        day = here.date() if at < end else here.date() + timedelta(days=1)
        return datetime.combine(day, end, zone).astimezone(now.tzinfo)


class RuleText(_Text):
    """Who is told of which cases: a step of the chain that a case goes along while it stays open."""

    to: tuple[MailAddress, ...] = Field(min_length=1, description="Who is told.")
    causes: tuple[str, ...] = Field((), description="Cases with these causes only. Left out: all.")
    owners: tuple[Owner, ...] = Field((), description="Cases of these owners only. Left out: all.")
    partners: tuple[Name, ...] = Field((), description="Cases of these partners only. Left out: all.")
    after: Duration = Field(read_duration("0s"), description="How long a case is open before this rule tells of it.")
    quiet: QuietText | None = Field(None, description="When nothing is sent; left out: never.")

    @field_validator("causes")
    @classmethod
    def _known(cls, causes: tuple[str, ...]) -> tuple[str, ...]:
        for each in causes:
            if each not in CAUSES:
                raise ValueError(f"there is no cause {each!r}; write one of {', '.join(sorted(CAUSES))}")
        return causes

    def wants(self, case: Case) -> bool:
        """Return whether this rule is about a case."""
        chosen = ((self.causes, case.cause), (self.owners, case.owner), (self.partners, case.partner))
        return all(not wanted or value in wanted for wanted, value in chosen)


class AlertsText(_Text):
    """Mails about cases."""

    mail: MailText = Field(description="The mail server that takes our mails (SMTP).")
    rules: dict[Name, RuleText] = Field(
        min_length=1, description="Who is told of which cases, by names of your choice."
    )
