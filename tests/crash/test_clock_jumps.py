"""A clock that jumps by hours and days, back and forth, while purchase orders are traded: nothing lost, nothing twice, in order.

The clock is passed in. The ERP fails all the while, so that steps are put off to times that are then far away.
"""

import asyncio
import os
import random
from datetime import timedelta

import pytest

from tests.crash.clocks import JumpingClock, set_clock
from tests.crash.orders import Trade, partners
from tests.crash.reference import ReferenceErp
from tests.crash.test_erp_faults import failing
from tests.support.house import gateway

PROOF = bool(os.environ.get("GATEWAY_PROOF"))
ORDERS, OURS, JUMPS = (250, 50, 20) if PROOF else (8, 2, 4)
FORTH = [timedelta(minutes=3), timedelta(hours=5), timedelta(hours=11)]
BACK = [-timedelta(seconds=70), -timedelta(hours=2), -timedelta(days=40)]
WAYS = {"back and forth": FORTH + BACK} | ({"forth": FORTH, "back": BACK} if PROOF else {})


@pytest.mark.parametrize("jumps", WAYS.values(), ids=WAYS.keys())
async def test_a_clock_that_jumps_loses_nothing_and_stops_nothing(tmp_path, jumps):
    dice = random.Random(20261121)
    erp = ReferenceErp(tmp_path / "erp.db")
    await erp.start()
    erp.weather = failing(dice)
    try:
        async with gateway(tmp_path, *partners(), erp=erp) as house:
            clock = JumpingClock(house.house.world.clock)
            set_clock(house, clock)
            trade = Trade([house.address], tmp_path / "data", erp, orders=ORDERS, ours=OURS)
            trading = asyncio.create_task(trade.run())
            try:
                for moment in sorted(dice.sample(range(1, 6 * ORDERS), JUMPS)):
                    await trade.reached(moment)
                    clock.wrong_by = dice.choice(jumps)
                await trading
            finally:
                trading.cancel()
            await trade.settled(house.house.settings.environment.url)
        trade.check(f"sqlite:///{tmp_path / 'data' / 'ledger.db'}")
    finally:
        await erp.stop()
