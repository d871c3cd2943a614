"""What every queue owes to a worker, on each database: due steps come, once each, in the order of their lanes."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from gateway.errors import LedgerAway
from gateway.ledger.opening import open_queue
from gateway.ledger.postgres.presence import Presence
from gateway.pipeline.task import StepName
from gateway.stamps import utc_now
from tests.ledger.records import event, task


class Hands:
    """A worker that notes what it was given, and ends each step."""

    def __init__(self, database, queue):
        self.database, self.queue = database, queue
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.carried: list[object] = []
        self.at_once: set[str] = set()
        self.lanes: set[str] = set()
        self.pause = 0.0

    async def work(self, given):
        assert given.id not in self.at_once, "a step runs twice at the same time"
        assert given.lane is None or given.lane not in self.lanes, "two steps of a lane run at the same time"
        self.at_once.add(given.id)
        self.lanes.add(given.lane)
        self.begun.append(given.subject)
        self.carried.append(given.carry)
        try:
            await asyncio.sleep(self.pause)
            await self.end(given)
            self.ended.append(given.subject)
        finally:
            self.at_once.discard(given.id)
            self.lanes.discard(given.lane)

    async def end(self, given):
        await self.database.tx(lambda uow: [uow.own(given), uow.finish(given)])

    async def until(self, condition):
        async with asyncio.timeout(20):
            while not condition():
                await asyncio.sleep(0.01)


@asynccontextmanager
async def hands(database, kind=Hands, at_once=8):
    queue = open_queue(database, utc_now, at_once=at_once, takeover_within=2)
    made = kind(database, queue)
    running = asyncio.create_task(queue.run(made.work))
    try:
        yield made
    finally:
        queue.stop()
        await running
    assert queue.busy == 0


def _due(subject, **more):
    return task(subject, **({"due_at": utc_now()} | more))


async def _schedule(database, *tasks):
    await database.tx(lambda uow: [uow.schedule(each) for each in tasks])


async def test_what_is_due_comes_once_each(database):
    await _schedule(database, *(_due(f"t{n}") for n in range(40)))
    async with hands(database) as worker:
        await _schedule(database, *(_due(f"u{n}") for n in range(40)))
        await worker.until(lambda: len(worker.ended) == 80)
    assert sorted(worker.begun) == sorted([f"t{n}" for n in range(40)] + [f"u{n}" for n in range(40)])
    assert await database.due(utc_now(), 10) == []


async def test_no_more_run_at_a_time_than_was_said(database):
    most = []

    class Counting(Hands):
        async def end(self, given):
            most.append(len(self.at_once))
            await super().end(given)

    await _schedule(database, *(_due(f"t{n}") for n in range(30)))
    async with hands(database, Counting, at_once=3) as worker:
        worker.pause = 0.01
        await worker.until(lambda: len(worker.ended) == 30)
    assert 1 < max(most) <= 3


async def test_the_steps_of_a_lane_come_one_after_the_other_in_their_order(database):
    lanes = [f"lane{n % 3}" for n in range(18)]
    await _schedule(database, *(_due(f"{n:02d}", lane=lane) for n, lane in enumerate(lanes)))
    async with hands(database) as worker:
        await worker.until(lambda: len(worker.ended) == 18)
    for number in range(3):
        assert [name for name in worker.ended if int(name) % 3 == number] == [f"{n:02d}" for n in range(number, 18, 3)]


async def test_what_is_due_later_comes_later_and_not_before(database):
    later = utc_now() + timedelta(seconds=1)
    seen = []

    class Timed(Hands):
        async def end(self, given):
            seen.append((given.subject, utc_now() >= given.due_at))
            await super().end(given)

    await _schedule(database, _due("later", due_at=later), _due("never", due_at=later + timedelta(days=2)), _due("now"))
    async with hands(database, Timed) as worker:
        await worker.until(lambda: len(worker.ended) == 2)
    assert seen == [("now", True), ("later", True)]


async def test_a_step_that_is_tried_again_holds_its_lane_and_comes_again(database):
    class Failing(Hands):
        tries = 0

        async def end(self, given):
            if given.subject == "first" and self.tries < 2:
                self.tries += 1
                given.attempts, given.due_at = self.tries, utc_now() + timedelta(seconds=0.2)
                await self.database.tx(lambda uow: [uow.own(given), uow.schedule(given)])
            else:
                await super().end(given)

    await _schedule(database, _due("first", lane="one"), _due("second", lane="one"))
    async with hands(database, Failing) as worker:
        await worker.until(lambda: len(worker.ended) == 4)
    assert worker.begun == ["first", "first", "first", "second"]


async def test_a_held_step_holds_its_lane_until_a_person_sends_it_on(database):
    first = _due("first", lane="one")

    class Parking(Hands):
        parked = False

        async def end(self, given):
            if given.subject == "first" and not self.parked:
                self.parked = True
                await self.database.tx(lambda uow: [uow.own(given), uow.hold(given)])
            else:
                await super().end(given)

    await _schedule(database, first, _due("second", lane="one"), _due("other", lane="two"))
    async with hands(database, Parking) as worker:
        await worker.until(lambda: set(worker.ended) == {"first", "other"})
        await asyncio.sleep(0.2)
        assert worker.begun.count("second") == 0
        await _schedule(database, first)
        await worker.until(lambda: "second" in worker.ended)
    assert [name for name in worker.begun if name != "other"] == ["first", "first", "second"]


async def test_what_was_committed_here_goes_on_with_what_it_carries(database):
    async with hands(database) as worker:
        await worker.until(lambda: True)
        await asyncio.sleep(0.1)  # A worker is there before anything is committed for it.
        carried = _due("t1")
        carried.carry = object()
        await database.tx(lambda uow: uow.schedule(carried))
        worker.queue.wake([carried])
        await worker.until(lambda: worker.ended)
    assert worker.carried == [carried.carry]


async def test_what_a_look_found_before_it_was_handed_over_comes_once(database):
    """Between a commit and its wake a look into the ledger may find the step: it then comes from both."""
    given = [_due(f"t{number}") for number in range(8)]
    await _schedule(database, *given)
    async with hands(database, at_once=1) as worker:
        worker.pause = 0.02
        await worker.until(lambda: worker.begun)
        for each in given:
            each.carry = object()
        worker.queue.wake(given)
        await worker.until(lambda: len(worker.ended) >= len(given) and not worker.queue.busy)
    assert sorted(worker.begun) == sorted(each.subject for each in given)


async def test_what_was_not_handed_over_is_found(database):
    """Whoever asked for the commit may go away before it tells the queue."""
    async with hands(database) as worker:
        await asyncio.sleep(0.1)
        forgotten = _due("t1")
        forgotten.carry = object()
        await database.tx(lambda uow: uow.schedule(forgotten))
        await worker.until(lambda: worker.ended == ["t1"])
    assert worker.begun == ["t1"]


async def test_what_runs_is_ended_before_the_queue_stops_and_the_rest_is_left_for_the_next(database):
    await _schedule(database, *(_due(f"t{n:02d}") for n in range(20)))
    async with hands(database, at_once=2) as first:
        first.pause = 0.05
        await first.until(lambda: len(first.begun) >= 2)
    # Two run at a time, and the one that began first need not end first.
    assert sorted(first.begun) == sorted(first.ended) and len(first.ended) < 20
    async with hands(database) as second:
        await second.until(lambda: len(first.ended) + len(second.ended) == 20)
    assert not set(first.ended) & set(second.ended)


async def test_a_step_that_could_not_be_committed_comes_again(database):
    class Unlucky(Hands):
        failed = False

        async def end(self, given):
            if not self.failed:
                self.failed = True
                raise LedgerAway
            await super().end(given)

    await _schedule(database, _due("t1", lane="one"), _due("t2", lane="one"))
    async with hands(database, Unlucky) as worker:
        await worker.until(lambda: worker.ended == ["t1", "t2"])
    assert worker.begun == ["t1", "t1", "t2"]


async def _outlives(database, way, monkeypatch):
    plain = getattr(database, way)
    failing = [True]

    async def away(*given):
        if failing[0]:
            raise LedgerAway
        return await plain(*given)

    async with hands(database) as worker:
        monkeypatch.setattr(database, way, away)
        await asyncio.sleep(1.2)
        failing[0] = False
        await _schedule(database, _due("t1"))
        await worker.until(lambda: worker.ended == ["t1"])


async def test_a_file_that_can_not_be_read_for_a_while_stops_nothing_for_good(on_sqlite, monkeypatch):
    await _outlives(on_sqlite, "due", monkeypatch)


@pytest.mark.parametrize("way", ["write", "read"])
async def test_a_server_that_does_not_answer_for_a_while_stops_nothing_for_good(on_postgres, way, monkeypatch):
    await _outlives(on_postgres, way, monkeypatch)


async def test_what_was_put_off_by_a_clock_that_was_ahead_does_not_wait_for_it(database):
    """The clock is set right: what was to be tried is tried, at once or at the next start. Deadlines stay where they are."""
    ahead = utc_now() + timedelta(days=3)
    await database.tx(lambda uow: uow.add(replace(event("t1"), at=ahead)))
    chased = task("later", StepName.CHASE, due_at=ahead)
    await _schedule(database, _due("now", due_at=ahead), chased)
    async with hands(database) as worker:
        await worker.until(lambda: worker.ended)
    assert worker.begun == ["now"]
    assert [each.subject for each in await database.due(ahead, 10)] == ["later"]


async def test_what_is_put_off_by_a_right_clock_waits(database):
    await database.tx(lambda uow: uow.add(replace(event("t1"), at=utc_now())))
    await _schedule(database, _due("now"), _due("later", due_at=utc_now() + timedelta(days=3)))
    async with hands(database) as worker:
        await worker.until(lambda: worker.ended)
        await asyncio.sleep(1.5)  # At least one more look.
    assert worker.begun == ["now"]


@pytest.mark.parametrize("statement", ["renew", "mine"])
async def test_a_worker_whose_connection_breaks_under_a_look_looks_again(on_postgres, monkeypatch, statement):
    """Who stops looking is believed dead, and takes up nothing that others left."""
    plain, looked = getattr(Presence, statement), []

    def cut_off(presence, connection):
        looked.append(connection)
        if len(looked) == 1:
            pid = connection.connection.driver_connection.info.backend_pid
            with psycopg.connect(on_postgres.engine.url.set(drivername="postgresql").render_as_string(False)) as other:
                other.execute("select pg_terminate_backend(%s, 5000)", (pid,))
        return plain(presence, connection)

    monkeypatch.setattr(Presence, statement, cut_off)
    async with hands(on_postgres) as worker:
        await worker.until(lambda: len(looked) >= 3)
