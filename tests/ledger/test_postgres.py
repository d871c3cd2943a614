"""What one writer gives SQLite for nothing must hold on PostgreSQL with many at once: two ledgers stand for two processes."""

import asyncio
import inspect
import threading
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from gateway.errors import ConcurrentChange, LeaseLost, LedgerAway
from gateway.ledger.engine import make_engine
from gateway.ledger.finders import Finders
from gateway.ledger.opening import open_ledger
from gateway.ledger.postgres import database as module
from gateway.ledger.postgres.presence import Presence
from gateway.ledger.postgres.sweep import sweep
from gateway.ledger.postgres.unit_of_work import ABSENT
from gateway.ledger.repair_finders import RepairFinders
from gateway.ledger.statements import Statements
from gateway.ledger.thread_finders import ThreadFinders
from gateway.stamps import utc_now
from gateway.tracking.document import Document
from gateway.tracking.order import Order
from gateway.tracking.thread.states import LineState
from gateway.tracking.transmission import Transmission
from tests.ledger.conftest import MINUTE, NOW
from tests.ledger.records import document, numbered, task, transmission

DAY = timedelta(days=1)


@pytest.fixture
async def two(on_postgres):
    """Two ledgers on one database, as two processes have them."""
    url = on_postgres.engine.url.render_as_string(hide_password=False)
    other = open_ledger(make_engine(url))
    yield on_postgres, other
    await other.close()


async def _together(two, work, count=12):
    """Run ``work(uow, n)`` many times on both ledgers at once; return the answers."""
    return await asyncio.gather(*(two[n % 2].tx(lambda uow, n=n: work(uow, n)) for n in range(count)))


def _count(database, table):
    return database.read(lambda connection: connection.exec_driver_sql(f"select count(*) from {table}").scalar())


@pytest.mark.parametrize("key", ["key", None])
async def test_copies_that_come_at_once_are_stored_once(two, key):
    def receive(uow, n):
        known = uow.find_transmission("partner:acme", key=key, digest="d" * 64, since=NOW - DAY)
        if known is None:
            uow.add(transmission(f"t{n}", idempotency_key=key))
        return known

    answers = await _together(two, receive)
    assert answers.count(None) == 1
    assert await _count(two[0], "transmissions") == 1


async def test_documents_under_the_same_numbers_that_come_at_once_are_copies_of_the_first(two):
    def read(uow, n):
        made = document(f"t{n}-1")
        first = uow.find_first(made, NOW - DAY)
        made.state = "duplicate" if first else "delivered"
        uow.add(made)
        return first.id if first else None

    answers = await _together(two, read)
    assert answers.count(None) == 1 and len(set(answers)) == 2


async def test_numbers_of_an_envelope_are_looked_at_one_after_the_other(two):
    def read(uow, n):
        made = document(f"t{n}-1", transmission_id=f"t{n}")
        used = uow.find_used(made, NOW - DAY)
        uow.add(made)
        return len(used)

    assert sorted(await _together(two, read)) == list(range(12))


async def test_a_business_number_that_comes_twice_at_once_is_seen_by_the_second(two):
    def read(uow, n):
        found = uow.find_numbered(numbered(f"t{n}-1"), NOW - DAY)
        uow.add(document(f"t{n}-1"))
        uow.add(numbered(f"t{n}-1"))
        return len(found)

    assert sorted(await _together(two, read)) == list(range(12))


async def test_an_order_that_many_open_at_once_is_opened_once(two):
    def correlate(uow, n):
        known = uow.find(Order, "acme:buyer:PO1")
        if known is None:
            uow.add(Order("acme:buyer:PO1", "acme", "buyer", "PO1", "", LineState.UNKNOWN, NOW, NOW, "t"))
        return known is None

    assert (await _together(two, correlate)).count(True) == 1


async def test_no_change_is_lost_when_many_change_the_same_record(two):
    await two[0].tx(lambda uow: uow.add(transmission("t1", size=0)))

    def grow(uow, n):
        known = uow.find(Transmission, "t1")
        uow.change(Transmission, "t1", size=known.size + 1)

    await _together(two, grow, 40)
    assert (await two[1].load(Transmission, "t1")).size == 40


async def test_control_numbers_of_two_processes_have_no_gap_and_none_comes_twice(two):
    class Broken(Exception):
        pass

    def take(uow, n):
        number = uow.next_number("acme:interchange", 1, 999)
        if n % 5 == 0:
            raise Broken
        return number, uow.next_number("acme:interchange", 1, 999)

    answers = await asyncio.gather(
        *(two[n % 2].tx(lambda uow, n=n: take(uow, n)) for n in range(50)), return_exceptions=True
    )
    taken = [number for answer in answers if isinstance(answer, tuple) for number in answer]
    assert sorted(taken) == list(range(1, 81))


async def test_who_blocks_one_another_is_told_to_come_again_and_nothing_is_half_done(two):
    await two[0].tx(lambda uow: [uow.add(transmission("a", size=0)), uow.add(transmission("b", size=0))])
    met = threading.Barrier(2)

    def work(uow, first, second):
        uow.find(Transmission, first)
        met.wait(10)
        uow.find(Transmission, second)
        for name in (first, second):
            uow.change(Transmission, name, size=1)

    answers = await asyncio.gather(
        two[0].tx(lambda uow: work(uow, "a", "b")), two[1].tx(lambda uow: work(uow, "b", "a")), return_exceptions=True
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["ConcurrentChange", "NoneType"]
    assert "It is tried again" in str(next(answer for answer in answers if answer))


async def test_a_unique_index_stands_behind_all_of_it(two):
    await two[0].tx(lambda uow: uow.add(transmission("a")))
    with pytest.raises(ConcurrentChange):
        await two[1].tx(lambda uow: uow.add(transmission("a")))


async def test_a_lane_is_filled_in_the_order_of_commits(two):
    """The first one is in its transaction when the second one wants to: it waits, so its number in the lane is higher."""
    begun, go_on = threading.Event(), threading.Event()

    def wait():
        begun.set()
        assert go_on.wait(10)

    two[0].before_commit = wait
    first = asyncio.create_task(two[0].tx(lambda uow: uow.schedule(task("first", lane="one"))))
    await asyncio.to_thread(begun.wait, 10)
    second = asyncio.create_task(two[1].tx(lambda uow: uow.schedule(task("second", lane="one"))))
    done, _ = await asyncio.wait({second}, timeout=0.3)
    assert not done, "it waits for the lane"
    go_on.set()
    await asyncio.gather(first, second)
    assert [found.subject for found in await two[1].due(NOW, 10)] == ["first"]


async def test_an_outcome_is_written_only_by_whom_the_step_belongs_to(two):
    step = task("t1", due_at=utc_now())
    step.carry = object()
    two[0].claims.worker, two[0].claims.room = "first", lambda: True
    two[1].claims.worker = "second"
    await two[0].tx(lambda uow: uow.schedule(step))
    with pytest.raises(LeaseLost):
        await two[1].tx(lambda uow: [uow.own(step), uow.finish(step)])
    assert await _count(two[0], "steps") == 1
    await two[0].tx(lambda uow: [uow.own(step), uow.finish(step)])
    assert await _count(two[0], "steps") == 0


# Alarms


async def _alarms(database):
    def look(connection):
        rows = connection.exec_driver_sql(
            "select args->>'step', lock, scheduled_at from procrastinate_jobs order by id"
        )
        return [tuple(row) for row in rows]

    return await database.read(look)


async def test_a_step_and_its_alarm_are_committed_together_or_not_at_all(on_postgres):
    def broken(uow):
        uow.schedule(task("t1"))
        uow.keep_piece()
        uow.flush()
        raise ValueError

    with pytest.raises(ValueError):
        await on_postgres.tx(broken)
    assert await _alarms(on_postgres) == []
    await on_postgres.tx(lambda uow: uow.schedule(task("t1")))
    assert await _alarms(on_postgres) == [("t1:read", None, None)]


async def test_an_alarm_is_set_for_what_is_near_and_for_the_first_of_a_lane(on_postgres):
    soon = utc_now() + timedelta(seconds=20)
    steps = [
        task("now", lane="one"),
        task("behind", lane="one"),
        task("soon", due_at=soon),
        task("far", due_at=soon + DAY),
    ]
    await on_postgres.tx(lambda uow: [uow.schedule(each) for each in steps])
    assert await _alarms(on_postgres) == [("now:read", "one", None), ("soon:read", None, soon)]
    await on_postgres.tx(lambda uow: uow.finish(steps[0]))
    assert (await _alarms(on_postgres))[-1] == ("behind:read", "one", None)


async def test_an_alarm_whose_end_could_not_be_written_does_not_hold_its_lane_for_ever(on_postgres):
    """The connection broke just then. The worker lives on, so only the ledger shows that nobody has the step."""
    presence = Presence()
    await on_postgres.write(presence.arrive)
    await on_postgres.tx(lambda uow: [uow.schedule(task(name, lane=name)) for name in ("rang", "claimed", "young")])

    def ring(connection):
        connection.exec_driver_sql("insert into procrastinate_workers default values")
        connection.exec_driver_sql(
            "update procrastinate_jobs set status = 'doing', worker_id = (select max(id) from procrastinate_workers)"
        )
        connection.exec_driver_sql(
            "update procrastinate_events set at = now() - interval '1 hour' where type = 'started' and job_id not in"
            " (select id from procrastinate_jobs where args->>'step' = 'young:read')"
        )
        presence.claim(connection, "claimed:read", utc_now)

    await on_postgres.write(ring)
    await on_postgres.write(lambda connection: sweep(connection, 15))
    states = "select args->>'step', status::text from procrastinate_jobs order by 1"
    found = await on_postgres.read(lambda connection: dict(tuple(row) for row in connection.exec_driver_sql(states)))
    assert found == {"claimed:read": "doing", "rang:read": "todo", "young:read": "doing"}


async def test_who_is_woken_takes_on_what_it_has_room_for_and_takes_back_those_alarms(two):
    laned = [task("laned", lane="one"), task("later", due_at=utc_now() + timedelta(seconds=20))]
    await two[0].tx(lambda uow: [uow.schedule(each) for each in [task(f"t{n}") for n in range(5)] + laned])
    first, second = Presence(), Presence()

    async def take(database, presence, limit):
        return await database.write(lambda connection: presence.claim_more(connection, limit, utc_now))

    found = await asyncio.gather(take(two[0], first, 2), take(two[1], second, 2))
    taken = {each.id for tasks in found for each in tasks}
    assert len(taken) == 4, "nobody is given what the other one has"
    assert {alarm[0] for alarm in await _alarms(two[0])} == {f"t{n}:read" for n in range(5)} - taken | {
        "laned:read",
        "later:read",
    }
    assert [each.subject for each in await take(two[0], first, 9)] == [
        f"t{n}" for n in range(5) if f"t{n}:read" not in taken
    ]


# What differs from SQLite by itself, and must not


async def test_what_sqlite_stores_is_stored_here_too(database):
    long, nul = "9" * 2000, "A\0B"
    await database.tx(lambda uow: uow.add(document(control_number=long, sender=nul, faults=[{"value": nul}])))
    found = await database.load(Document, "t1-1")
    assert found.control_number == long and found.faults == [{"value": nul}]
    assert found.sender in (nul, "A\N{SYMBOL FOR NULL}B")


def test_every_finder_says_what_it_locks():
    """A finder that is not named locks all that it looks for; that is safe, and seldom meant."""
    text = "".join(map(inspect.getsource, (Finders, ThreadFinders, RepairFinders)))
    used = {part.split('"')[1] for part in text.split("self._all(")[1:] if '"' in part.split(")")[0]}
    used |= {part.split('"')[1] for part in text.split("self._before_looking(")[1:] if part.startswith('"')}
    assert used and used == set(ABSENT)


async def test_no_finder_walks_a_table(on_postgres, monkeypatch):
    seen = {}
    plain = Statements.get

    def watched(self, key, make):
        statement = plain(self, key, make)
        seen[statement.sql] = statement
        return statement

    monkeypatch.setattr(Statements, "get", watched)

    def everything(uow):
        uow.find(Document, "x")
        uow.find_transmission("s", key="k", digest="d", since=NOW)
        uow.find_first(document(), NOW)
        uow.find_used(document(), NOW)
        uow.find_numbered(numbered(), NOW)
        uow.find_named("acme", "1")
        uow.find_sent("acme", "PO", "1")
        uow.find_sent_interchange("acme", "1")
        uow.find_for_order("acme", "PO1", "855", "inbound")
        uow.find_receipts("s", "inbound", "m")
        uow.receipts_of("x")
        uow.due_receipts(NOW)
        uow.promises_of("x")
        uow.find_promises("acme", "PO1", "855")
        uow.promises_answered("x")
        uow.open_cases("x")
        uow.find_holds()
        uow.sent_in("x")
        uow.answers_to("x")
        uow.change(Document, "x", state="sent")
        uow.hold(task())
        uow.finish(task())
        uow.close_cases("x", "y", NOW)
        uow.find_orders_numbered("PO1")
        uow.on_shelf("?lot:L1")
        uow.open_lines("B-1", None, 10)
        uow.open_lines(None, "P1", 10)
        uow.repairs_of("x")
        uow.open_repairs("erp")
        uow.dismissed_repairs("x")
        uow.open_repairs_of("x")
        uow.step_due_at("x")
        uow.next_number("x", 1, 2)

    await on_postgres.tx(everything)

    def plans(connection):
        connection.exec_driver_sql("set enable_seqscan = off")  # Tables without rows are walked otherwise.
        raw = connection.connection.driver_connection
        return {
            sql: "\n".join(row[0] for row in raw.execute(f"explain (generic_plan) {_numbered(sql, statement.names)}"))
            for sql, statement in seen.items()
            if not sql.startswith("INSERT")
        }

    found = await on_postgres.read(plans)
    assert len(found) > 15
    assert not {sql: plan for sql, plan in found.items() if "Seq Scan" in plan}


def _numbered(sql, names):
    for number, name in enumerate(dict.fromkeys(names), start=1):
        sql = sql.replace(f"%({name})s", f"${number}")
    return sql


async def test_a_server_that_comes_back_soon_is_not_noticed(on_postgres):
    await on_postgres.tx(lambda uow: uow.add(transmission("a")))
    name = on_postgres.engine.url.database

    def throw_out(connection):
        connection.exec_driver_sql(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and pid != pg_backend_pid()",
            (name,),
        )

    await on_postgres.read(throw_out)
    await asyncio.gather(*(on_postgres.tx(lambda uow, n=n: uow.add(transmission(f"t{n}"))) for n in range(8)))
    assert await _count(on_postgres, "transmissions") == 9


async def test_a_server_that_is_away_is_named_with_the_next_action(monkeypatch):
    monkeypatch.setattr(module, "_AWAY_SECONDS", 0.2)
    away = open_ledger(make_engine("postgresql+psycopg://gateway:secret@127.0.0.1:9/nowhere"))
    for asking in (away.tx(lambda uow: None), away.load(Document, "x")):
        with pytest.raises(LedgerAway, match=r"does not answer: .*Start it, or correct GATEWAY_DATABASE_URL") as raised:
            await asking
        assert "secret" not in str(raised.value)
    await away.close()


async def test_a_change_that_was_read_before_its_minute_is_seen(two):
    """What waited for a lock sees what was committed meanwhile, not what was there when it began."""
    await two[0].tx(lambda uow: uow.add(document("t1-1", state="accepted")))
    seen, begun, go_on = [], threading.Event(), threading.Event()

    def first(uow):
        uow.find(Document, "t1-1")
        begun.set()
        assert go_on.wait(10)
        uow.change(Document, "t1-1", state="delivered", updated_at=NOW + MINUTE)

    changing = asyncio.create_task(two[0].tx(first))
    await asyncio.to_thread(begun.wait, 10)
    looking = asyncio.create_task(two[1].tx(lambda uow: seen.append(uow.find(Document, "t1-1").state)))
    await asyncio.sleep(0.2)
    go_on.set()
    await asyncio.gather(changing, looking)
    assert seen == ["delivered"]


async def test_connections_are_kept_from_one_burst_to_the_next(on_postgres):
    made = []
    sa.event.listen(on_postgres.engine.pool, "connect", lambda *_given: made.append(1))
    for burst in range(4):
        names = [f"t{burst}-{n}" for n in range(40)]
        await asyncio.gather(*(on_postgres.tx(lambda uow, name=name: uow.add(transmission(name))) for name in names))
    assert len(made) <= 8, "one for each writer"


async def test_a_connection_that_breaks_is_a_server_that_is_away_whatever_it_says_last(on_postgres):
    """The server ends a transaction in which nobody speaks with an error of a kind that says nothing of the connection."""

    def falls_silent(connection):
        driver = connection.connection.driver_connection
        driver.execute("SET idle_in_transaction_session_timeout = '50ms'")
        time.sleep(0.3)
        driver.execute("SELECT 1")

    with pytest.raises(LedgerAway):
        await on_postgres.write(falls_silent)
    await on_postgres.tx(lambda uow: uow.find(Document, "x"))


async def test_a_connection_that_has_forgotten_our_statements_is_given_up(on_postgres):
    """A pooler between us and the server, or somebody's DISCARD ALL, takes them away; nobody's document is to blame for that."""
    await on_postgres.tx(lambda uow: uow.find(Document, "x"))
    await on_postgres.write(lambda connection: connection.connection.driver_connection.execute("DEALLOCATE ALL"))
    with pytest.raises(LedgerAway):
        await on_postgres.tx(lambda uow: uow.find(Document, "x"))
    await on_postgres.tx(lambda uow: uow.find(Document, "x"))
