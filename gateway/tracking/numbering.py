"""The numbers that a sender gives its interchanges: what was skipped, and what runs backwards. Knows no ledger.

X12.6: ISA13 identifies the interchange between both parties; most senders count it up by one for each. Those who do not are not
watched.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

LAST = 999_999_999
_LEAP = 100  # Who skips more than this has begun to count from elsewhere; nothing of it is believed to be lost.


@dataclass(slots=True)
class NumberSeries:
    """A row of the ledger: how far a sender has come, by partner, sender and receiver."""

    id: str
    partner: str
    last: int
    seen_in: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Followed:
    """What a number says after the one before it.

    ``missing`` were skipped. ``backwards``: the number is below what came before. ``leaps``: it is far beyond it.
    """

    last: int
    missing: range = range(0)
    backwards: bool = False
    leaps: bool = False


def follow(last: int | None, number: int) -> Followed:
    """Compare ``number`` with the highest one before it; behind 999999999 comes 0 or 1."""
    if last is None or number == last:
        return Followed(number)
    if number > last:
        skipped = range(last + 1, number)
        return Followed(number, skipped) if len(skipped) <= _LEAP else Followed(number, leaps=True)
    if last - number > LAST // 2:
        # It began again: what was skipped at the end is told, what was skipped at the beginning too.
        skipped_last, skipped_first = range(last + 1, LAST + 1), range(1, number)
        if len(skipped_last) + len(skipped_first) > _LEAP:
            return Followed(number, leaps=True)
        return Followed(number, skipped_last or skipped_first)
    return Followed(last, backwards=True)


def read_number(text: str) -> int | None:
    """Return a control number, or None for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None
