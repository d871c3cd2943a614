"""A worker that takes on many steps looks up what they need at once; what is missing or was changed is left to the step."""

import hashlib
from dataclasses import replace

import pytest

from gateway.ledger.postgres.presence import Presence
from gateway.pipeline.ports import Blob
from gateway.pipeline.task import StepName
from tests.ledger.conftest import NOW
from tests.ledger.records import document, task, transmission

DATA = b"ISA*00*"
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
async def presence(on_postgres):
    made = Presence()
    await on_postgres.write(made.arrive)
    return made


async def _taken(on_postgres, presence):
    found = await on_postgres.write(lambda connection: presence.claim_more(connection, 10, lambda: NOW))
    return {each.subject: each for each in found}


async def test_steps_that_read_and_deliver_carry_their_record_and_its_bytes(on_postgres, presence):
    came, made = transmission("t1", digest=DIGEST, size=len(DATA)), document("d1", canonical=DIGEST)

    def store(uow):
        uow.keep(DATA)
        uow.add(came)
        uow.add(made)
        uow.schedule(task("t1"))
        uow.schedule(task("d1", StepName.DELIVER))
        uow.schedule(task("t1", StepName.TRANSMIT))

    await on_postgres.tx(store)
    found = await on_postgres.write(lambda connection: presence.claim_more(connection, 10, lambda: NOW))
    carried = {each.step: each.carry for each in found}
    assert carried[StepName.READ] == (came, Blob(DIGEST, len(DATA), DATA))
    assert carried[StepName.DELIVER] == (made, DATA)
    assert carried[StepName.TRANSMIT] is None
    assert all(each.again for each in found), "they may have begun before"


async def test_what_is_not_there_or_was_changed_is_left_to_the_step(on_postgres, presence):
    def store(uow):
        uow.keep(DATA)
        uow.add(transmission("large", digest="e" * 64))
        uow.add(replace(transmission("changed"), digest=DIGEST))
        for name in ("large", "changed", "nowhere"):
            uow.schedule(task(name))

    await on_postgres.tx(store)
    await on_postgres.write(lambda connection: connection.exec_driver_sql("update blobs set data = 'other'"))
    found = await _taken(on_postgres, presence)
    assert {name: each.carry for name, each in found.items()} == {"large": None, "changed": None, "nowhere": None}
