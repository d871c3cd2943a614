"""The worker on a real ledger: every outcome is committed, none runs twice, and what can't be done is parked."""

import asyncio
from dataclasses import replace

import pytest

from gateway.errors import ErpUnavailable, LedgerError
from gateway.pipeline import worker as module
from gateway.pipeline.route import ROUTE
from gateway.pipeline.step import Advance, Park, Retry, Wait
from gateway.pipeline.task import StepName, Task
from gateway.tracking.case import Case
from gateway.tracking.transmission import Transmission
from tests.support.house import gateway
from tests.support.x12 import invoice


@pytest.fixture
async def house(tmp_path):
    async with gateway(tmp_path) as running:
        yield running


def _route(monkeypatch, step, run):
    monkeypatch.setitem(module.ROUTE, step, replace(ROUTE[step], run=run))


async def _read(house, data=None):
    receipt = await (await house.send(data or invoice())).json()
    return receipt["id"]


async def test_a_step_that_raises_is_parked_with_a_case_and_no_stack_trace(house, monkeypatch):
    async def run(task, world):
        raise RuntimeError("unforeseen")

    _route(monkeypatch, StepName.READ, run)
    name = await _read(house)
    await house.settle()
    case = await house.house.database.load(Case, f"{name}:internal")
    assert case.detail == "RuntimeError: unforeseen"
    assert (await house.house.database.load(Transmission, name)).state == "parked"
    assert await house.house.database.due(house.house.world.clock(), 10) == []


async def test_an_outcome_that_cannot_be_written_is_parked_and_not_tried_for_ever(house, monkeypatch):
    async def run(task, world):
        def commit(uow):
            raise ValueError("no such column")

        return Advance(commit)

    _route(monkeypatch, StepName.READ, run)
    name = await _read(house)
    await house.settle()
    assert (await house.house.database.load(Case, f"{name}:internal")).detail == "ValueError: no such column"


async def test_a_retryable_error_is_tried_again_and_its_end_is_a_case(house, monkeypatch):
    tries = []

    async def run(task, world):
        tries.append(task.attempts)
        raise ErpUnavailable("down")

    _route(monkeypatch, StepName.READ, run)
    object.__setattr__(house.house.world, "random", lambda: 0.0)
    name = await _read(house)
    await house.until(lambda: house.house.database.load(Case, f"{name}:delivery-exhausted"))
    assert tries == list(range(len(tries))) and len(tries) > 3
    case = await house.house.database.load(Case, f"{name}:delivery-exhausted")
    assert case.detail == f"down ({len(tries)} tries)"


async def test_a_step_that_waits_comes_back_at_its_time(house, monkeypatch):
    seen = []

    async def run(task, world):
        seen.append(task.carry is not None)
        return Wait(world.clock()) if len(seen) == 1 else Advance()

    _route(monkeypatch, StepName.READ, run)
    await _read(house)
    await house.until(lambda: len(seen) == 2)
    assert seen == [True, False], "what was carried in memory is not relied on after a wait"


async def test_when_the_commit_fails_the_step_runs_again(house, monkeypatch):
    runs = []
    failing = [True]
    database = house.house.database

    async def run(task, world):
        runs.append(task.id)
        if failing[0]:
            failing[0] = False
            database.before_commit = _break_once(database)
        return Advance()

    _route(monkeypatch, StepName.READ, run)
    await _read(house)
    await house.until(lambda: len(runs) == 2)
    await house.settle()
    assert len(runs) == 2


def _break_once(database):
    def fail():
        database.before_commit = lambda: None
        raise LedgerError("the disk is full")

    return fail


@pytest.mark.parametrize("outcome", [Retry("no"), Park("internal", "no"), Advance()])
async def test_no_step_runs_twice_at_the_same_time(house, monkeypatch, outcome):
    """Whatever a step's end is, a sweep that read the ledger meanwhile must not begin it again."""
    running, most = set(), []

    async def run(task, world):
        assert task.id not in running
        running.add(task.id)
        most.append(len(running))
        await asyncio.sleep(0.01)
        running.discard(task.id)
        return outcome

    _route(monkeypatch, StepName.READ, run)
    object.__setattr__(house.house.world, "random", lambda: 0.0)
    worker = house.house.worker
    for number in range(40):
        await _read(house, invoice(number + 1))
        worker._queue.look()
    await house.settle()
    assert max(most) > 1, "they did run beside one another"


async def test_what_follows_is_committed_with_the_end_of_a_step(house, monkeypatch):
    follow = Task(StepName.CHASE, "nobody", "f" * 32, house.house.world.clock())
    done = []

    async def run(task, world):
        return Advance(lambda uow: [follow])

    async def chase(task, world):
        done.append(task.subject)
        return Advance()

    _route(monkeypatch, StepName.READ, run)
    _route(monkeypatch, StepName.CHASE, chase)
    await _read(house)
    await house.until(lambda: done == ["nobody"])
    await house.settle()
