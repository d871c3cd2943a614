"""A ledger on each database, with its address, so that processes of their own can open it too; and brokers of each kind."""

import pytest

from gateway.ledger.engine import make_engine
from gateway.ledger.migrate import upgrade
from gateway.ledger.opening import open_ledger
from tests.events.served import KINDS, Nats, Rabbit, server_certificate
from tests.support.postgres import fresh_database
from tests.support.rabbit import RabbitServer


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


@pytest.fixture(scope="session")
def rabbit_server(tmp_path_factory):
    """The RabbitMQ of this run."""
    folder = tmp_path_factory.mktemp("rabbit")
    server = RabbitServer(folder, *server_certificate(folder))
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(params=KINDS)
def broker(request, tmp_path):
    """A broker of each kind, not yet started."""
    if request.param == "nats":
        return Nats(tmp_path / "nats")
    return Rabbit(request.getfixturevalue("rabbit_server"))
