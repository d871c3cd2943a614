"""The log is sealed without gaps, nobody can change it in silence, and what was changed is named."""

import asyncio
import hashlib
import json
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from gateway.ledger import tables
from gateway.ledger.chain import SqlLog
from gateway.ledger.engine import make_engine
from gateway.pipeline.oversight.seal import Sealer
from gateway.tracking.chain import NOTHING_BEFORE, unpack_leaves
from tests.ledger.records import event


async def write(database, *events):
    def work(uow):
        for each in events:
            uow.add(each)

    await database.tx(work)


@contextmanager
def another(database):
    """A transaction of somebody else on the same database."""
    engine = make_engine(database.engine.url)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


async def test_blocks_hold_every_event_once_in_order_and_each_holds_on_to_the_one_before(database, log, clock):
    sealer = Sealer(log, clock, most=4)
    for number in range(3):
        await write(database, *(event(f"t{number}", n=n) for n in range(3)))
    assert await sealer.seal() == 3
    assert await sealer.seal() == 0
    await write(database, event("t9"))
    assert await sealer.seal() == 1
    blocks = [await log.block(number) for number in range(1, 5)]
    assert [block.count for block in blocks] == [4, 4, 1, 1]
    assert [leaf.seq for block in blocks for leaf in unpack_leaves(block.leaves)] == list(range(1, 11))
    assert [block.previous for block in blocks] == [NOTHING_BEFORE, *(block.hash for block in blocks[:-1])]
    for block in blocks:
        assert hashlib.sha256(block.header).hexdigest() == block.hash
        assert hashlib.sha256(block.lines).hexdigest() == block.root


async def test_the_text_of_an_event_is_json_of_all_its_columns_in_the_order_of_their_names(database, log):
    await write(database, event("t1", words='Grüße "\\ \x1f \u2028', number=1.5, nothing=None))
    [stored] = await log.events(1, 1)
    told = json.loads(stored.text)
    assert list(told) == sorted(column.name for column in tables.events.c)
    assert told["data"] == {"words": 'Grüße "\\ \x1f \u2028', "number": 1.5, "nothing": None}
    assert told["at"] == "2026-11-21T08:00:00.000000+00:00"
    assert stored.leaf.digest == hashlib.sha256(stored.text).hexdigest()


async def test_a_database_refuses_to_change_or_delete_what_is_in_the_log(database, log, sealer):
    await write(database, event())
    await sealer.seal()
    await sealer.check()
    statements = [f"DELETE FROM {name}" for name in ("events", "seals", "checkpoints")]
    statements += [
        "UPDATE events SET subject = 'x'",
        "UPDATE seals SET root = 'x'",
        "UPDATE checkpoints SET hash = 'x'",
    ]
    statements += ["TRUNCATE events"] if database.engine.dialect.name == "postgresql" else []
    for statement in statements:
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.engine.connect() as connection:
            connection.execute(sa.text(statement))
    assert len(await log.events(1, 9)) == 1


async def test_two_sealers_at_once_make_one_chain(database, log, clock):
    await write(database, *(event(f"t{n}") for n in range(40)))
    await asyncio.gather(*(Sealer(log, clock, most=4).seal() for _ in range(4)), return_exceptions=True)
    await Sealer(log, clock, most=4).seal()
    blocks = [await log.block(number) for number in range(1, 11)]
    assert [leaf.seq for block in blocks for leaf in unpack_leaves(block.leaves)] == list(range(1, 41))
    assert await log.block(11) is None


async def test_each_day_has_one_checkpoint_and_it_names_the_one_before(database, log, sealer, clock):
    assert await sealer.check_daily() is None, "there is nothing to check"
    await write(database, event())
    await sealer.seal()
    first = await sealer.check_daily()
    clock.go(hours=2)
    await write(database, event())
    await sealer.seal()
    assert await sealer.check_daily() is None
    clock.go(hours=22)
    second = await sealer.check_daily()
    assert (first.number, first.block, second.number, second.block) == (1, 1, 2, 2)
    assert second.previous == first.hash == hashlib.sha256(first.text).hexdigest()
    assert await log.checkpoint_over(1) == first
    assert await log.checkpoint_over(2) == second


async def test_what_becomes_visible_late_is_waited_for_and_never_left_out(on_postgres, clock):
    """A transaction takes a low number, another one a higher one, and the first commits last."""
    log = SqlLog(on_postgres)
    sealer = Sealer(log, clock)
    insert = sa.insert(tables.events).values(
        type="t", at=clock(), subject="late", partner=None, tracking_id="0" * 32, data={}
    )
    with another(on_postgres) as late:
        late.execute(insert)
        await write(on_postgres, event("early"))
        assert await sealer.seal() == 0, "number 1 may still come"
        late.commit()
    assert await sealer.seal() == 1
    assert [each.subject for each in await log.events(1, 9)] == ["late", "early"]


async def test_a_long_transaction_that_writes_no_event_holds_nothing_up(on_postgres, clock):
    with another(on_postgres) as long:
        long.execute(sa.text("SELECT pg_current_xact_id()"))
        await write(on_postgres, event())
        assert await Sealer(SqlLog(on_postgres), clock).seal() == 1
