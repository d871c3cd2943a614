"""A real ledger on disk for each test."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.ledger.database import Database, make_engine
from gateway.ledger.migrate import upgrade

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture
async def database(url):
    engine = make_engine(url)
    upgrade(engine)
    made = Database(engine)
    yield made
    await made.close()
