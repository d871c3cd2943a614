"""A PostgreSQL that is stopped, crashes and throws everybody out while orders are traded: nothing lost, nothing twice."""

import asyncio
import os
import random
import signal
from contextlib import AsyncExitStack

import psycopg
import pytest

from gateway.bootstrap import RECEIVERS, WORKER
from gateway.ledger.postgres import database as postgres
from tests.crash.orders import Trade, partners
from tests.crash.reference import ReferenceErp
from tests.support.house import gateway
from tests.support.postgres import own_server

PROOF = bool(os.environ.get("GATEWAY_PROOF"))
ORDERS, OURS, BLOWS = (250, 50, 15) if PROOF else (8, 2, 3)


def stop(server) -> None:
    server.stop(signal.SIGINT)
    server.start()


def crash(server) -> None:
    """Like SIGKILL of the whole server: it has to recover from its log."""
    server.stop(signal.SIGQUIT)
    server.start()


def throw_out(server) -> None:
    """End all connections, whatever they are about."""
    with psycopg.connect(f"{server.url}/postgres", autocommit=True) as connection:
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where pid != pg_backend_pid()")


# A transaction waits for the server for so long at its beginning, in seconds: for one of the two a restart is no event.
WAITS = {"noticed": 0.05} | ({"not noticed": 5.0} if PROOF else {})


@pytest.mark.parametrize("waits", WAITS.values(), ids=WAITS.keys())
async def test_a_database_that_breaks_off_again_and_again_loses_nothing(tmp_path, monkeypatch, waits):
    monkeypatch.setattr(postgres, "_AWAY_SECONDS", waits)
    dice = random.Random(20261121)
    blows = [(stop, crash, throw_out)[number % 3] for number in range(BLOWS)]
    async with AsyncExitStack() as stack:
        server = stack.enter_context(own_server())
        server.start()
        url = f"{server.url}/postgres".replace("postgresql:", "postgresql+psycopg:")
        erp = ReferenceErp(tmp_path / "erp.db")
        await erp.start()
        stack.push_async_callback(erp.stop)
        receiver, _worker, _other = [
            await stack.enter_async_context(gateway(tmp_path, *partners(), erp=erp, database_url=url, roles=role))
            for role in (RECEIVERS, WORKER, WORKER)
        ]
        trade = Trade([receiver.address], tmp_path / "data", erp, orders=ORDERS, ours=OURS)
        trading = asyncio.create_task(trade.run())
        try:
            moments = sorted(dice.sample(range(1, 6 * ORDERS), BLOWS))
            for moment, blow in zip(moments, blows, strict=True):
                await trade.reached(moment)
                await asyncio.sleep(dice.random() * 0.05)
                await asyncio.to_thread(blow, server)
            await trading
        finally:
            trading.cancel()
        await trade.settled(url)
        trade.check(url)
