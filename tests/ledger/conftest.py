"""A real ledger for each test, on each database that we run on."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.ledger.engine import make_engine
from gateway.ledger.migrate import upgrade
from gateway.ledger.opening import open_ledger
from tests.support.ledgers import KINDS, ready_ledger
from tests.support.postgres import fresh_database

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=KINDS)
def url(request, tmp_path):
    """The address of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ledger.db'}"
    else:
        with fresh_database(empty=True) as made:
            yield made


@pytest.fixture(params=KINDS)
async def database(request, tmp_path):
    """A ledger that is ready."""
    async with ready_ledger(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def sqlite_url(tmp_path):
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture
async def on_sqlite(sqlite_url):
    """The embedded ledger, for what only that one does."""
    engine = make_engine(sqlite_url)
    upgrade(engine)
    made = open_ledger(engine)
    yield made
    await made.close()


@pytest.fixture
async def on_postgres():
    """The ledger of several machines, for what only that one does."""
    with fresh_database() as address:
        made = open_ledger(make_engine(address))
        yield made
        await made.close()
