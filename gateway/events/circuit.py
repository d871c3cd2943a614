"""How patiently somebody is tried again, and when not at all for a while. Pure: time and chance are handed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

_FAILURES = 5  # So many in a row, whatever is sent, and the endpoint itself is meant.


@dataclass(frozen=True, slots=True)
class Patience:
    """``first`` is about the first wait; each is twice the one before, up to ``longest``; an event is tried ``within``."""

    first: timedelta
    longest: timedelta
    within: timedelta

    def wait(self, failures: int, random: float) -> timedelta:
        """Return the wait after so many failures; ``random`` in [0, 1) takes up to half of it away."""
        whole = min(self.longest, self.first * (1 << min(failures - 1, 30)))
        return whole * (1 - random / 2)


class Circuit:
    """One endpoint: closed, all goes through; open, nothing until a moment; then a single probe decides."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._failures = 0
        self._until: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether nothing but a probe may go through."""
        return self._until is not None

    @property
    def until(self) -> datetime | None:
        """When the next probe may go; None while it is closed."""
        return self._until

    def succeeded(self) -> None:
        """Close it."""
        self._failures, self._until = 0, None

    def failed(self, now: datetime, random: float) -> None:
        """Count a failure; open it when there were too many in a row, each time for longer."""
        self._failures += 1
        if self._failures >= _FAILURES:
            self._until = now + self._patience.wait(self._failures - _FAILURES + 1, random)
