"""Where times and ids come from. Everything below the roof gets them handed in, so that tests can hand in others."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class IdMaker:
    """Makes ids that sort by time: 12 hex digits of milliseconds, 4 of a counter, 8 at random."""

    def __init__(self) -> None:
        self._last = 0
        self._count = 0

    def __call__(self) -> str:
        """Return a new id, later than any before it in this process."""
        now = time.time_ns() // 1_000_000
        if now > self._last:
            self._last, self._count = now, 0
        else:
            self._count += 1
            if self._count > 0xFFFF:
                self._last, self._count = self._last + 1, 0
        return f"{self._last:012x}{self._count:04x}{random.getrandbits(32):08x}"


def new_tracking_id() -> str:
    """Return a new tracking id: 32 hex digits."""
    return f"{random.getrandbits(128):032x}"


def new_span_id() -> str:
    """Return a new span id: 16 hex digits."""
    return f"{random.getrandbits(64):016x}"
