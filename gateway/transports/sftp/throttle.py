"""Slows down whoever guesses: after some wrong logins an address must wait, each time longer. Knows no clock of its own."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

_REMEMBERED = 20_000  # Addresses; whoever has more of them is not slowed down by this.
_FIRST = timedelta(seconds=10)
_LONGEST = timedelta(minutes=15)
_FORGOTTEN = timedelta(hours=1)


@dataclass(slots=True)
class _Failures:
    count: int
    last_at: datetime


class Throttle:
    """Counts wrong logins by address. Users are not locked: anybody could lock a partner out by its name."""

    def __init__(self, allowed: int) -> None:
        self._allowed = allowed
        self._failures: OrderedDict[str, _Failures] = OrderedDict()

    def wait(self, address: str, now: datetime) -> timedelta:
        """Return how long an address must still wait; nothing when it may try."""
        found = self._failures.get(_group(address))
        if found is None or found.count < self._allowed:
            return timedelta(0)
        pause = min(_FIRST * (1 << min(found.count - self._allowed, 10)), _LONGEST)
        return max(found.last_at + pause - now, timedelta(0))

    def failed(self, address: str, now: datetime) -> None:
        """Count a wrong login."""
        key = _group(address)
        found = self._failures.pop(key, None)
        if found is None or now - found.last_at > _FORGOTTEN:
            found = _Failures(0, now)
        found.count, found.last_at = found.count + 1, now
        self._failures[key] = found
        while len(self._failures) > _REMEMBERED:
            self._failures.popitem(last=False)

    def succeeded(self, address: str) -> None:
        """Forget what an address did wrong."""
        self._failures.pop(_group(address), None)


def _group(address: str) -> str:
    """Return what counts as one address: of IPv6 the /64, because whoever has one has all of it."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(ip_network((int(found) >> 64 << 64, 64)))
    return address
