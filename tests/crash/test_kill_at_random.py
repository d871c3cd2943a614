"""SIGKILL at random times, while purchase orders are traded: nothing lost, nothing twice, each order in its order.

When a process dies is drawn by lot over the whole run, and so is which one. On SQLite one process does everything and is begun
again at once. On PostgreSQL two receivers and two workers share the work; who was killed stays dead until the next one is, so
that what it had begun must be taken over, and the last one never comes back.
"""

import asyncio
import os
import random
from contextlib import AsyncExitStack

import pytest

from tests.crash.lives import Lives
from tests.crash.orders import Trade, partners
from tests.crash.reference import ReferenceErp
from tests.support.house import write_config
from tests.support.postgres import fresh_database

PROOF = bool(os.environ.get("GATEWAY_PROOF"))
ORDERS, OURS, KILLS = (1500, 500, 20) if PROOF else (18, 6, 3)
SEED = int(os.environ.get("GATEWAY_PROOF_SEED", "20261121"))
ROLES = {"sqlite": ["everything"], "postgresql": ["receivers", "receivers", "worker", "worker"]}


async def _kill_at_random(lives: list[Lives], trade: Trade) -> None:
    dice = random.Random(SEED)
    for each in lives:
        await each.begin("never", 0)
    down: Lives | None = None
    for moment in sorted(dice.sample(range(trade.documents + 3 * trade.orders), KILLS)):
        await trade.reached(moment)
        await asyncio.sleep(dice.random() * 0.05)  # The moment of an answer is only one of all moments.
        victim = dice.choice([each for each in lives if each is not down])
        await victim.strike()
        if down is not None:
            await down.begin("never", 0)
        down = victim
        if len(lives) == 1:
            await victim.begin("never", 0)
            down = None


@pytest.mark.parametrize("database", ROLES)
async def test_killed_at_random_times_nothing_is_lost_or_twice_and_each_order_keeps_its_order(tmp_path, database):
    erp = ReferenceErp(tmp_path / "erp.db")
    await erp.start()
    write_config(tmp_path / "config", erp.address, *partners())
    async with AsyncExitStack() as stack:
        shared = stack.enter_context(fresh_database()) if database == "postgresql" else ""
        url = shared or f"sqlite:///{tmp_path / 'data' / 'ledger.db'}"
        stack.push_async_callback(erp.stop)
        roles = ROLES[database]
        lives = [await stack.enter_async_context(Lives.of(tmp_path, 128, shared, role)) for role in roles]
        doors = [each.address for each, role in zip(lives, roles, strict=True) if role != "worker"]
        trade = Trade(doors, tmp_path / "data", erp, orders=ORDERS, ours=OURS)
        trading = asyncio.create_task(trade.run())
        try:
            await _kill_at_random(lives, trade)
            await trading
        finally:
            trading.cancel()
        await trade.settled(url)
        assert sum(each.killed for each in lives) == KILLS
        trade.check(url)
