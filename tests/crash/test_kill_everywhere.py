"""SIGKILL at every commit of a run of 200 documents: nothing lost, nothing twice, no number given twice.

Each life of the gateway is killed at its first commit (or its second, so that those who send get answers), right before it and
right after it by turns, and the next one goes on with what the ledger holds. So the run passes every commit that there is. The
sender and the ERP live on and behave as real ones do: the sender repeats what was not answered, the ERP stores each key once.
"""

import asyncio
import os
from itertools import cycle

import pytest

from tests.crash.lives import Lives
from tests.crash.trade import PARTNER, Senders, check_erp, check_ledger, check_partner
from tests.support.erp import Erp
from tests.support.house import write_config

INTERCHANGES, ORDERS = 40, 10
GROUPS = [128, 1] if os.environ.get("GATEWAY_PROOF") else [128]


async def _die_at_every_commit(lives: Lives, senders: Senders) -> None:
    # As long as somebody sends, each second pair of lives gets one commit further: an answer is given only after a commit.
    for when, number in cycle((("before", 1), ("after", 1), ("before", 2), ("after", 2))):
        await lives.begin(when, number if senders.waiting else 1)
        quiet = 0
        # Nothing is due and all was taken in: a second look, because the last request may be younger than the first.
        while quiet < 2 and await lives.quiet_or_dead() == "quiet":
            quiet += not senders.waiting
        if quiet == 2:
            await lives.end()
            return


@pytest.mark.parametrize("group", GROUPS)
async def test_killed_at_every_commit_nothing_is_lost_and_nothing_happens_twice(tmp_path, group):
    erp = Erp()
    await erp.start()
    write_config(tmp_path / "config", erp.address, PARTNER)
    try:
        async with Lives.of(tmp_path, group) as lives:
            senders = Senders(lives.address, INTERCHANGES, ORDERS)
            sending = asyncio.create_task(senders.run())
            try:
                await _die_at_every_commit(lives, senders)
            finally:
                sending.cancel()
            assert lives.killed > 20, f"only {lives.killed} lives were killed: this run proves little"
    finally:
        await erp.stop()
    check_erp(erp, INTERCHANGES)
    check_ledger(f"sqlite:///{tmp_path / 'data' / 'ledger.db'}", senders)
    check_partner(tmp_path / "data" / "out", INTERCHANGES, ORDERS)
