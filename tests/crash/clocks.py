"""Clocks for a running gateway: the time is passed in, so a test may pass in another one."""

from collections.abc import Callable
from datetime import datetime, timedelta

from tests.support.house import Running

_TIMES = 60


class JumpingClock:
    """The time of the machine, wrong by as much as a test wants."""

    def __init__(self, plain: Callable[[], datetime]) -> None:
        self._plain = plain
        self.wrong_by = timedelta(0)

    def __call__(self) -> datetime:
        return self._plain() + self.wrong_by


def set_clock(house: Running, clock: Callable[[], datetime]) -> None:
    """Give a gateway that runs another clock."""
    object.__setattr__(house.house.world, "clock", clock)
    house.house.worker._queue._clock = clock


def run_fast(house: Running) -> None:
    """Let the clock of a gateway run, from now on, a minute in each second."""
    plain = house.house.world.clock
    began = plain()
    set_clock(house, lambda: began + (plain() - began) * _TIMES)
