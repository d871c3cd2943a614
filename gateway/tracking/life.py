"""A life as a table: (state, event) -> state. What stands in no row may not happen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from gateway.errors import LifecycleError

State = TypeVar("State", bound=str)
Event = TypeVar("Event", bound=str)


@dataclass(frozen=True, slots=True)
class Row(Generic[State, Event]):
    """In one of ``states``, ``event`` leads to ``to``."""

    states: tuple[State, ...]
    event: Event
    to: State


class Life(Generic[State, Event]):
    """The whole table of one kind of record."""

    def __init__(self, name: str, rows: Iterable[Row[State, Event]]) -> None:
        self.name = name
        self.rows = tuple(rows)
        self._next = {(state, row.event): row.to for row in self.rows for state in row.states}

    def after(self, state: State, event: Event) -> State:
        """Return the state that follows; raise LifecycleError when ``event`` may not happen in ``state``."""
        following = self._next.get((state, event))
        if following is None:
            allowed = sorted({str(known) for now, known in self._next if now == state}) or ["nothing"]
            raise LifecycleError(
                f"A {self.name} that is {state} can't be {event}; what may happen now: {', '.join(allowed)}.",
                subject=self.name,
                state=state,
                event=event,
            )
        return following

    def allows(self, state: State, event: Event) -> bool:
        """Tell whether ``event`` may happen in ``state``."""
        return (state, event) in self._next
