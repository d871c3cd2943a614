"""An ERP that is away, slow, failing, or that says nothing after it has stored: each document is there once and in its order.

The clock of the gateway runs faster than ours, so that waits of the circuit breaker take no time. What the ERP has is counted in
its own database.
"""

import asyncio
import os
import random
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from tests.crash.clocks import run_fast
from tests.crash.orders import Trade, partners
from tests.crash.reference import ReferenceErp
from tests.support.house import gateway

ORDERS, OURS = (250, 50) if os.environ.get("GATEWAY_PROOF") else (12, 4)


@asynccontextmanager
async def traded(folder, weather=None):
    """A gateway that gives up on its ERP after a second, and a trade that is under way with it."""
    erp = ReferenceErp(folder / "erp.db")
    await erp.start()
    try:
        erps = {"erps": {"main": {"kind": "http", "url": f"{erp.address}/messages", "timeout": "1s"}}}
        if weather is not None:
            erp.weather = weather
        async with gateway(folder, *partners(), settings=erps, erp=erp) as house:
            run_fast(house)
            trade = Trade([house.address], folder / "data", erp, orders=ORDERS, ours=OURS)
            trading = asyncio.create_task(trade.run())
            try:
                yield house, trade, trading
                await trading
                await trade.settled(house.house.settings.environment.url)
            finally:
                trading.cancel()
        trade.check(f"sqlite:///{folder / 'data' / 'ledger.db'}")
    finally:
        await erp.stop()


def failing(dice: random.Random):
    """Answers 500 or 503 to every other request."""

    async def weather(request, store):
        if dice.random() < 0.5:
            return web.json_response({}, status=dice.choice((500, 503)))
        return await store(request)

    return weather


def slow(dice: random.Random):
    """Takes its time, but less than it has."""

    async def weather(request, store):
        await asyncio.sleep(dice.random() * 0.4)
        return await store(request)

    return weather


def silent(dice: random.Random):
    """Stores, and then says nothing until the gateway has given up."""

    async def weather(request, store):
        answer = await store(request)
        if answer.status == 201 and dice.random() < 0.4:
            await asyncio.sleep(1.5)
        return answer

    return weather


def forgetful(dice: random.Random):
    """Stores, and then fails or hangs up."""

    async def weather(request, store):
        answer = await store(request)
        if answer.status == 201 and (fate := dice.random()) < 0.6:
            if fate < 0.3:
                request.transport.close()
            return web.json_response({"error": "after it was stored"}, status=500)
        return answer

    return weather


@pytest.mark.parametrize("make", [failing, slow, silent, forgetful])
async def test_whatever_the_erp_does_it_has_each_document_once_and_in_order(tmp_path, make):
    async with traded(tmp_path, make(random.Random(20261121))) as (_house, trade, _trading):
        pass
    stored = trade.erp.stored()
    repeated = sum(row.received > 1 for row in stored)
    if make in (silent, forgetful):
        assert repeated > len(stored) / 10, "the key that never changes was put to the test"
    elif make is slow:
        assert repeated == 0, "who is only slow is not asked twice"


async def test_an_erp_that_is_away_for_the_whole_run_gets_everything_once_it_is_back(tmp_path):
    async with traded(tmp_path) as (house, trade, trading):
        await trade.erp.stop()
        had = trade.erp.count
        await trading
        assert trade.taken == trade.documents, "whoever sends notices nothing"
        assert trade.erp.count == had < 3 * ORDERS
        assert (await house.get("/api/v1/cases"))["items"] == [], "nobody has to do anything"
        async with house.session.get(f"{house.address}/readyz") as response:
            assert (await response.json())["circuits_open"] == 1, "it does not run against a closed door"
        await trade.erp.start()
