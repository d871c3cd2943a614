"""A real ledger for each test, on each database that we run on, and a clock that a test sets."""

from datetime import timedelta

import pytest

from gateway.ledger.chain import SqlLog
from gateway.pipeline.oversight.seal import Sealer
from tests.ledger.conftest import NOW, database, on_postgres, on_sqlite, sqlite_url  # noqa: F401  The fixtures.


class Clock:
    """A clock that goes only where it is told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self):
        return self.now

    def go(self, **how: float) -> None:
        self.now += timedelta(**how)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def log(database):  # noqa: F811
    return SqlLog(database)


@pytest.fixture
def sealer(log, clock):
    return Sealer(log, clock)
