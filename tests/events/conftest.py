"""A ledger on each database, with its address, so that processes of their own can open it too."""

import pytest

from gateway.ledger.engine import make_engine
from gateway.ledger.migrate import upgrade
from gateway.ledger.opening import open_ledger
from tests.support.postgres import fresh_database


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """The address of a ledger without events."""
    if request.param == "sqlite":
        made = f"sqlite:///{tmp_path / 'ledger.db'}"
        engine = make_engine(made)
        upgrade(engine)
        engine.dispose()
        yield made
    else:
        with fresh_database() as made:
            yield made


@pytest.fixture
async def ledger(url):
    made = open_ledger(make_engine(url))
    yield made
    await made.close()
