"""How long to wait before the next try: exponential backoff with full jitter, so that many don't come back at once."""

from __future__ import annotations

from datetime import timedelta

from gateway.trading.agreement import Retry

DEFAULT = Retry()


# How long to wait before each further try, one after the other; behind the last one there are no more.
Waits = tuple[timedelta, ...]


def delay(retry: Retry | Waits, attempts: int, random: float) -> timedelta | None:
    """Return the wait before the next try after ``attempts`` failed ones, or None when there shall be no more.

    ``random`` is in [0, 1); the wait is that part of min(longest, first x 2^(attempts-1)). Waits that were agreed one by
    one are kept as they are.
    """
    if isinstance(retry, tuple):
        return retry[attempts - 1] if attempts <= len(retry) else None
    if attempts >= retry.attempts:
        return None
    ceiling = min(retry.longest, retry.first * 2 ** min(attempts - 1, 30))
    return timedelta(seconds=ceiling.total_seconds() * random)
