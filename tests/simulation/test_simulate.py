"""Many orders with suppliers who do what suppliers do, through the real pipeline: each ends where the plan says."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from gateway.cli import command_line
from gateway.ledger.engine import make_engine
from gateway.ledger.figures import SqlFigures
from gateway.ledger.opening import open_ledger
from gateway.pipeline.figure_views import FigureQuery
from gateway.simulation.plan import planned
from gateway.simulation.scenarios import SCENARIOS
from tests.ledger.plain_figures import assert_they_are_the_plain_sums

PROOF = bool(os.environ.get("GATEWAY_PROOF"))


def command(folder, orders, seed, suppliers=5):
    options = ["--orders", str(orders), "--suppliers", str(suppliers), "--seed", str(seed), "--folder", str(folder)]
    return [sys.executable, "-m", "gateway", "simulate", *options]


def test_every_order_ends_where_the_plan_says(tmp_path):
    orders, suppliers = (10_000, 50) if PROOF else (120, 4)
    done = subprocess.run(command(tmp_path, orders, 11, suppliers), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "every order is where the plan says, nothing is lost, nothing is there twice" in done.stdout
    assert asyncio.run(_summed_rightly(tmp_path)) >= 4


async def _summed_rightly(folder):
    """Compare the figures of what was played, at the time of most of it, with the plain sums; return how many are not 0."""
    database = open_ledger(make_engine(f"sqlite:///{folder / 'data' / 'ledger.db'}"))
    try:
        query = FigureQuery(*(datetime(2026, 12, 15, tzinfo=UTC) + timedelta(days=days) for days in (0, -20, 0)))
        return await assert_they_are_the_plain_sums(database, SqlFigures(database), query)
    finally:
        await database.close()


def test_a_run_that_is_killed_again_and_again_ends_where_the_plan_says(tmp_path):
    orders, kills = (2_000, 20) if PROOF else (60, 3)
    chance = random.Random(5)
    killed = 0
    for _life in range(kills):
        running = subprocess.Popen(command(tmp_path, orders, 12), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(1.5, 40 if PROOF else 5))
        if running.poll() is None:
            os.kill(running.pid, signal.SIGKILL)
            killed += 1
        running.wait()
    done = subprocess.run(command(tmp_path, orders, 12), capture_output=True, text=True)
    assert killed
    assert done.returncode == 0, done.stderr[-3000:]


def test_the_same_seed_gives_the_same_plan_and_all_scenarios_have_their_turn():
    first, again = list(planned(3_000, 9, 4)), list(planned(3_000, 9, 4))
    assert first == again
    assert first != list(planned(3_000, 9, 5))
    assert {order.scenario.name for order in first} == {scenario.name for scenario in SCENARIOS}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_every_scenario_begins_with_what_somebody_says(scenario):
    assert scenario.moves[0].what in ("order", "acknowledge")
    assert scenario.weight > 0


def test_the_command_is_known():
    assert "simulate" in {command.callback.__name__ for command in command_line().registered_commands}
