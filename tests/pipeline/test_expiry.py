"""One case for each certificate and threshold, in a real ledger."""

from dataclasses import dataclass

import pytest

from gateway.ledger.views import SqlViews
from gateway.pipeline.oversight.expiry import ExpiryWatch
from gateway.stamps import IdMaker
from tests.ledger.conftest import database, url  # noqa: F401 - fixtures
from tests.support.certificates import DAY, NOW
from tests.trading.test_expiry import _directory


@dataclass
class Stamps:
    now: object = NOW
    new_id = IdMaker()

    def clock(self):
        return self.now


@pytest.fixture
def watching(database):  # noqa: F811
    stamps, directory = Stamps(), _directory(ours=65, theirs=500)
    return ExpiryWatch(database, stamps, lambda: directory), stamps, SqlViews(database)


async def test_somebody_is_told_once_at_each_threshold(watching):
    watch, stamps, views = watching
    opened = []
    for day in range(70):
        stamps.now = NOW + day * DAY
        opened += [day] * await watch.look()
        opened += [day] * await watch.look()
    assert opened == [6, 36, 59, 66]
    (case,) = (await views.open_cases(None, 0, 10)).items
    assert (case.cause, case.partner) == ("certificate-expiring", None)
    assert case.detail == "our key main (sign, encrypt) has expired on 2027-01-25"
    assert case.next_action.startswith("make another with gateway cert new")
    (event,) = await views.events([case.subject])
    assert (event.type, event.data["name"], event.data["days"]) == ("certificate.expiring", "main", -1)


async def test_without_certificates_nothing_is_written(watching):
    watch, _stamps, views = watching
    assert await watch.look() == 0
    assert (await views.open_cases(None, 0, 10)).items == []
