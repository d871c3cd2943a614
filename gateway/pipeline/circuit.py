"""Circuit breakers: when an ERP or a partner is down, one step probes it and all others wait, without using up their tries.

Pure: the time is handed in. A breaker opens when so many different documents failed in a row that it can't be the documents;
one that is refused again and again is the retry's business. Each process has its own breakers; after a restart all are closed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

_FAILURES = 5  # So many different ones in a row.
_FIRST, _LONGEST = timedelta(seconds=5), timedelta(minutes=5)
# Who has probed comes after the others: one that fails by itself must not keep them waiting.
_BEHIND = timedelta(seconds=1)
_PROBE = timedelta(seconds=60)  # A probe that says nothing for so long is not waited for.


class CircuitState(StrEnum):
    """Closed: everything goes through. Open: nothing until a time. Half open: one probe is on its way."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(slots=True)
class _Circuit:
    failed: set[str] = field(default_factory=set)
    until: datetime | None = None
    openings: int = 0
    probe: str | None = None
    probe_until: datetime | None = None


class Circuits:
    """One breaker for each place where things are handed over, by its name, such as ``erp:main``."""

    def __init__(self) -> None:
        self._known: dict[str, _Circuit] = {}

    def wait_until(self, place: str, subject: str, now: datetime) -> datetime | None:
        """Return None when ``subject`` may go to ``place`` now, else when to ask again. Who may go to an open one probes it."""
        circuit = self._known.get(place)
        if circuit is None or circuit.until is None:
            return None
        if now < circuit.until <= now + _LONGEST:  # One beyond that was set by a clock that has gone back since.
            return circuit.until
        if circuit.probe not in (None, subject) and circuit.probe_until is not None and now < circuit.probe_until:
            return min(circuit.probe_until, now + _FIRST)
        circuit.probe, circuit.probe_until = subject, now + _PROBE
        return None

    def succeeded(self, place: str) -> None:
        """Close the breaker: somebody answered there, be it with a refusal."""
        self._known.pop(place, None)

    def failed(self, place: str, subject: str, now: datetime) -> datetime | None:
        """Note that nobody answered there. The probe of an open breaker opens it anew, each time for longer.

        Return when ``subject`` may come again if it was that probe: it went for all that wait, so this is no try of its own.
        """
        circuit = self._known.setdefault(place, _Circuit())
        probed = circuit.until is not None
        if probed and subject != circuit.probe:
            return None  # It had set out before the breaker opened.
        circuit.failed.add(subject)
        if not probed and len(circuit.failed) < _FAILURES:
            return None
        wait = min(_LONGEST, _FIRST * 2 ** min(circuit.openings, 10))
        circuit.until, circuit.openings = now + wait, circuit.openings + 1
        circuit.probe = circuit.probe_until = None
        circuit.failed.clear()
        return circuit.until + _BEHIND if probed else None

    def states(self, now: datetime) -> dict[str, CircuitState]:
        """Return the state of each breaker that is not at rest."""
        return {place: self._state(circuit, now) for place, circuit in self._known.items()}

    @staticmethod
    def _state(circuit: _Circuit, now: datetime) -> CircuitState:
        if circuit.until is None:
            return CircuitState.CLOSED
        return CircuitState.OPEN if now < circuit.until else CircuitState.HALF_OPEN
