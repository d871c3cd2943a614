"""Pieces of work that share a transaction on PostgreSQL: what goes wrong with one is its own, and who waits holds up nobody."""

import asyncio
import threading

import pytest
import sqlalchemy as sa

from gateway.errors import ConcurrentChange, LedgerAway, LedgerError
from gateway.ledger.engine import make_engine
from gateway.ledger.postgres.database import PostgresDatabase
from gateway.ledger.postgres.groups import GROUP
from gateway.tracking.document import Document
from gateway.tracking.transmission import Transmission
from tests.ledger.records import transmission


@pytest.fixture
async def other(on_postgres):
    """A second gateway on the same database."""
    made = PostgresDatabase(make_engine(on_postgres.engine.url.render_as_string(hide_password=False)))
    yield made
    await made.close()


def _names(database):
    def look(connection):
        return [row[0] for row in connection.exec_driver_sql("select id from transmissions order by id")]

    return database.read(look)


async def _several(database, *works):
    return await asyncio.gather(*(database.tx(work) for work in works), return_exceptions=True)


async def test_what_waits_at_the_same_time_shares_a_commit(on_postgres):
    commits = []
    on_postgres.after_commit = lambda: commits.append(1)
    await _several(on_postgres, *(lambda uow, n=n: uow.add(transmission(f"t{n:02}")) for n in range(GROUP)))
    assert len(commits) == 1
    assert len(await _names(on_postgres)) == GROUP


async def test_what_the_database_refuses_is_told_to_its_own_piece_alone(on_postgres):
    """Nobody waits for the answer to an INSERT, so it must be known at the end of the piece at the latest."""
    await on_postgres.tx(lambda uow: uow.add(transmission("there")))
    answers = await _several(
        on_postgres,
        lambda uow: uow.add(transmission("a")),
        lambda uow: uow.add(transmission("there")),
        lambda uow: uow.find(Transmission, "a").id,
        lambda uow: uow.add(transmission("b", size=2**70)),
        lambda uow: uow.add(transmission("c")),
    )
    assert [type(answer).__name__ for answer in answers] == [
        "NoneType",
        "ConcurrentChange",
        "str",
        "NumericValueOutOfRange",
        "NoneType",
    ]
    assert await _names(on_postgres) == ["a", "c", "there"]


async def test_a_piece_that_is_undone_lets_go_of_what_it_locked_and_the_next_one_takes_it_again(on_postgres, other):
    at_the_lock, go_on = threading.Event(), threading.Event()

    def fails(uow):
        uow.find(Transmission, "wanted")
        raise ValueError

    def waits(uow):
        at_the_lock.set()
        assert go_on.wait(20)
        return uow.find(Transmission, "wanted")

    running = asyncio.create_task(_several(on_postgres, fails, waits))
    assert await asyncio.to_thread(at_the_lock.wait, 20)
    assert await other.tx(lambda uow: uow.find(Transmission, "wanted")) is None, "nobody holds the lock any more"
    await other.tx(lambda uow: uow.add(transmission("wanted")))
    go_on.set()
    failed, found = await running
    assert isinstance(failed, ValueError)
    assert found.id == "wanted"


async def test_a_writer_that_waits_for_a_lock_holds_up_nobody_else(on_postgres, other):
    """Who waits with it would wait too, but who comes later is written by another one."""
    await on_postgres.tx(lambda uow: uow.add(transmission("locked")))
    locked, let_go = threading.Event(), threading.Event()

    def holds(uow):
        uow.find(Transmission, "locked")
        locked.set()
        assert let_go.wait(20)

    holding = asyncio.create_task(other.tx(holds))
    assert await asyncio.to_thread(locked.wait, 20)
    waiting = asyncio.create_task(on_postgres.tx(lambda uow: uow.find(Transmission, "locked")))
    await asyncio.sleep(0.01)
    async with asyncio.timeout(15):
        await on_postgres.tx(lambda uow: uow.add(transmission("free")))
    assert not waiting.done()
    let_go.set()
    await asyncio.gather(holding, waiting)
    assert await _names(on_postgres) == ["free", "locked"]


async def test_a_commit_that_fails_is_told_to_everybody_but_who_failed_before(on_postgres):
    def fail():
        on_postgres.before_commit = lambda: None
        raise LedgerError("the disk is full")

    def broken(uow):
        raise ValueError

    on_postgres.before_commit = fail
    answers = await _several(on_postgres, lambda uow: uow.add(transmission("a")), broken, lambda uow: None)
    assert [type(answer) for answer in answers] == [LedgerError, ValueError, LedgerError]
    assert await _names(on_postgres) == []
    await on_postgres.tx(lambda uow: uow.add(transmission("a")))
    assert await _names(on_postgres) == ["a"]


async def test_a_connection_that_breaks_in_a_piece_takes_the_whole_group_back(on_postgres, other):
    def broken(uow):
        process = uow.cursor.rows("own process", _own_process, {})[0][0]
        with other.engine.connect() as connection:
            connection.exec_driver_sql(f"select pg_terminate_backend({process})")
        uow.find(Document, "x")

    answers = await _several(on_postgres, lambda uow: uow.add(transmission("a")), broken, lambda uow: None)
    assert all(isinstance(answer, LedgerAway) for answer in answers), answers
    assert await _names(on_postgres) == []


def _own_process():
    return sa.select(sa.func.pg_backend_pid())


async def test_two_that_meet_in_groups_are_one_that_goes_on_and_one_that_comes_again(on_postgres, other):
    """Each holds what the other one wants: the server undoes one piece, and its neighbours in the group are written."""
    for name in ("one", "two"):
        await on_postgres.tx(lambda uow, name=name: uow.add(transmission(name)))
    met = threading.Barrier(2)

    def work(uow, first, second):
        uow.find(Transmission, first)
        met.wait(20)
        uow.find(Transmission, second)

    answers = await asyncio.gather(
        _several(on_postgres, lambda uow: uow.add(transmission("a")), lambda uow: work(uow, "one", "two")),
        _several(other, lambda uow: uow.add(transmission("b")), lambda uow: work(uow, "two", "one")),
    )
    assert sorted(type(each[1]).__name__ for each in answers) == ["ConcurrentChange", "NoneType"]
    assert [each[0] for each in answers] == [None, None]
    assert isinstance(next(each[1] for each in answers if each[1]), ConcurrentChange)
    assert await _names(on_postgres) == ["a", "b", "one", "two"]
