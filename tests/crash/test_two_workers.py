"""Two processes on one PostgreSQL that are killed again and again, and take over what the other one left: nothing lost or twice.

One takes in and works, one only works; each is killed at commits of its own. What a killed one had claimed lies still until the
other one finds it silent. A long run (GATEWAY_PROOF) kills at random commits of 5,000 documents.
"""

import asyncio
import os
import random

import pytest

from tests.crash.lives import Lives
from tests.crash.trade import EACH, PARTNER, Senders, check_erp, check_ledger, check_partner
from tests.support.erp import Erp
from tests.support.house import write_config
from tests.support.postgres import fresh_database

SHORT = (6, 3, [("after", 1), ("before", 3), ("after", 4)])
_dice = random.Random(20261121)
LONG = (1000, 20, [(_dice.choice(("before", "after")), _dice.randrange(1, 400)) for _ in range(10)])
RUNS = [SHORT, LONG] if os.environ.get("GATEWAY_PROOF") else [SHORT]


async def _die_at(lives: Lives, senders: Senders, deaths) -> None:
    for when, number in [*deaths, ("never", 0)]:
        await lives.begin(when, number)
        quiet = 0
        while quiet < 2 and await lives.quiet_or_dead() == "quiet":
            quiet += not senders.waiting
        if quiet == 2:
            await lives.end()
            return


@pytest.mark.parametrize(("interchanges", "orders", "deaths"), RUNS, ids=[f"{run[0] * EACH} documents" for run in RUNS])
async def test_what_a_killed_worker_left_is_taken_over(tmp_path, interchanges, orders, deaths):
    erp = Erp()
    await erp.start()
    write_config(tmp_path / "config", erp.address, PARTNER)
    with fresh_database() as url:
        try:
            async with (
                Lives.of(tmp_path, 1, url) as first,
                Lives.of(tmp_path, 1, url, "worker") as second,
            ):
                senders = Senders(first.address, interchanges, orders)
                sending = asyncio.create_task(senders.run())
                try:
                    await asyncio.gather(_die_at(first, senders, deaths), _die_at(second, senders, deaths))
                finally:
                    sending.cancel()
                assert first.killed == len(deaths), "the process that takes in was killed as often as was said"
                assert second.killed, "the other one was killed too"
        finally:
            await erp.stop()
        check_erp(erp, interchanges)
        check_ledger(url, senders)
        check_partner(tmp_path / "data" / "out", interchanges, orders)
