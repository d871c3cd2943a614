"""Alarms are heard again when the database is back, without waiting for the next look: what procrastinate leaves to us."""

import asyncio
from contextlib import asynccontextmanager

import psycopg
import pytest
from procrastinate.exceptions import ConnectorException

from gateway.ledger.postgres.connector import AlarmConnector
from gateway.ledger.postgres.queue import PostgresQueue
from gateway.stamps import utc_now
from tests.ledger.records import task
from tests.support.postgres import server

FINISH = "SELECT procrastinate_finish_job_v1(%(id)s, 'succeeded', true)"


def _address(database):
    return database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


@asynccontextmanager
async def _away(database):
    """Throw everybody out of the database, and let nobody in."""
    name = database.engine.url.database
    with psycopg.connect(f"{server()}/postgres", autocommit=True) as door:
        door.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        door.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        try:
            yield
        finally:
            door.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


async def _listening(database):
    query = "select count(*) from pg_stat_activity where datname = current_database() and query like 'LISTEN%%'"
    async with asyncio.timeout(20):
        while not await database.read(lambda connection: connection.exec_driver_sql(query).scalar()):
            await asyncio.sleep(0.02)


async def test_a_worker_listens_again_when_the_database_is_back(on_postgres):
    ended = asyncio.Event()

    async def work(given):
        await on_postgres.tx(lambda uow: [uow.own(given), uow.finish(given)])
        ended.set()

    # It looks by itself every ten minutes only: what comes sooner was heard.
    queue = PostgresQueue(on_postgres, utc_now, sweep_seconds=600, takeover_within=3000)
    running = asyncio.create_task(queue.run(work))
    try:
        await _listening(on_postgres)
        async with _away(on_postgres):
            await asyncio.sleep(0.5)  # It tries to listen, and is refused.
        await _listening(on_postgres)
        await on_postgres.tx(lambda uow: uow.schedule(task("t1", due_at=utc_now())))
        await asyncio.wait_for(ended.wait(), 20)
    finally:
        queue.stop()
        await running


@pytest.fixture
async def connector(on_postgres):
    made = AlarmConnector(conninfo=_address(on_postgres), min_size=1, max_size=1, timeout=5.0)
    await made.open_async()
    yield made
    await made.close_async()


async def test_a_heartbeat_under_which_the_connection_breaks_is_written_by_the_next_one(connector):
    await connector.execute_query_async("CREATE TABLE beats (at text); CREATE SEQUENCE tries")
    # The first try ends its own session; a sequence counts whether or not it is committed.
    beat = """DO $$ BEGIN
        IF nextval('tries') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
        INSERT INTO beats VALUES ('now'); END $$"""
    await connector.execute_query_async(beat)
    assert await connector.execute_query_all_async("SELECT at FROM beats") == [{"at": "now"}]


async def test_an_alarm_that_somebody_else_ended_has_ended(connector):
    await connector.execute_query_async(FINISH, id=4711)


async def test_what_the_database_refuses_is_told(connector):
    with pytest.raises(ConnectorException):
        await connector.execute_query_async("SELECT * FROM nothing_of_this_name")
