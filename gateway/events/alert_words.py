"""What a mail about cases says, in plain words: what waits, whose it is, and what to do next. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.tracking.case import Case

_SUBJECT, _DETAIL = 150, 600  # Longer ones are cut; the whole stands in the case.


@dataclass(frozen=True, slots=True)
class Told:
    """A case, and the purchase order that it is about, where there is one."""

    case: Case
    order_number: str | None = None


def subject_of(told: Sequence[Told]) -> str:
    """Return the subject of a mail: the case, or how many and the first one."""
    first = told[0]
    words = first.case.title
    about = [first.case.partner] if first.case.partner else []
    about += [f"order {first.order_number}"] if first.order_number else []
    if about:
        words = f"{words} ({', '.join(about)})"
    if len(told) > 1:
        words = f"{len(told)} cases: {words} and others"
    return f"[gateway] {_line(words, _SUBJECT)}"


def body_of(told: Sequence[Told], now: datetime) -> str:
    """Return the text of a mail: each case with its next action and the command that shows it."""
    head = "A case waits for a person." if len(told) == 1 else f"{len(told)} cases wait for a person."
    return "\n\n".join([head, *(_about(each, now) for each in told)]) + "\n"


def _about(told: Told, now: datetime) -> str:
    case = told.case
    rows = [
        ("Case", case.title),
        ("Detail", _line(case.detail, _DETAIL)),
        ("Partner", case.partner or ""),
        ("Order", told.order_number or ""),
        ("Owner", case.owner),
        ("With", case.assignee or ""),
        ("Open", f"for {age_of(now - case.opened_at)}, since {case.opened_at:%Y-%m-%d %H:%M} UTC"),
        ("Next", case.next_action),
        ("Look", f"gateway case show {case.id}"),
    ]
    return "\n".join(f"{name + ':':<9}{value}" for name, value in rows if value)


def age_of(open_for: timedelta) -> str:
    """Return how long a case is open, as people say it."""
    minutes = max(int(open_for.total_seconds()) // 60, 0)
    for size, unit in ((1440, "day"), (60, "hour")):
        if minutes >= 2 * size:
            return f"{minutes // size} {unit}s"
    return "1 minute" if minutes == 1 else f"{minutes} minutes" if minutes else "less than a minute"


def _line(text: str, longest: int) -> str:
    """Return a text as one line without control characters; what stands in it may be a partner's."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line if len(line) <= longest else f"{line[: longest - 4]} ..."
