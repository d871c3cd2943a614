"""Several processes on one PostgreSQL: receivers take in, workers do the rest, and a database that is away loses nothing."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import pytest

from gateway.bootstrap import EVERYTHING, RECEIVERS, WORKER, build
from gateway.errors import ConfigurationError
from gateway.ledger.postgres import database as postgres
from gateway.settings import Environment, load_settings
from tests.support.erp import Erp
from tests.support.house import gateway, supplier, write_config
from tests.support.postgres import fresh_database, own_server
from tests.support.x12 import invoice


@pytest.fixture
def url():
    with fresh_database() as made:
        yield made


@asynccontextmanager
async def houses(folder, url, *roles, **more):
    """Several gateways that share files and database, each as a process of its own would stand there."""
    erp = Erp()
    await erp.start()
    try:
        async with AsyncExitStack() as stack:
            yield [
                await stack.enter_async_context(gateway(folder, erp=erp, database_url=url, roles=each, **more))
                for each in roles
            ]
    finally:
        await erp.stop()


def numbers(erp):
    return sorted(body["invoice_number"] for body in erp.bodies("invoice"))


async def test_what_two_receivers_take_in_two_workers_deliver_once_each(tmp_path, url):
    async with houses(tmp_path, url, RECEIVERS, RECEIVERS, WORKER, WORKER) as (first, second, *workers):
        sent = [(first, second)[n % 2].send(invoice(n)) for n in range(1, 31)]
        assert {response.status for response in await asyncio.gather(*sent)} == {202}
        await workers[0].until(lambda: len(numbers(first.erp)) == 30)
        await workers[0].settle()
        assert numbers(first.erp) == sorted(f"INV{n}" for n in range(1, 31))
        assert len(first.erp.requests) == 30, "nothing was posted a second time"
        items = (await second.get("/api/v1/documents?limit=100"))["items"]
        assert {item["state"] for item in items} == {"delivered"}
        assert all(worker.house.worker.busy == 0 for worker in workers)


async def test_a_copy_that_comes_to_the_other_receiver_gets_the_first_receipt(tmp_path, url):
    async with houses(tmp_path, url, RECEIVERS, RECEIVERS, WORKER) as (first, second, worker):
        answers = await asyncio.gather(*(each.send(invoice(7)) for each in (first, second) * 4))
        assert len({(await answer.json())["id"] for answer in answers}) == 1
        await worker.until(lambda: numbers(first.erp) == ["INV7"])
        await worker.settle()
        assert numbers(first.erp) == ["INV7"]


async def test_the_order_of_a_lane_is_kept_by_two_workers(tmp_path, url):
    ordered = supplier(defaults={"ordered_by": "partner"})
    erp = Erp()
    await erp.start()
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        receiver, *_workers = [
            await enter(gateway(tmp_path, ordered, erp=erp, database_url=url, roles=each))
            for each in (RECEIVERS, WORKER, WORKER)
        ]
        erp.answers.append(503)
        for number in range(1, 7):
            assert (await receiver.send(invoice(number))).status == 202
        await receiver.until(lambda: len(numbers(erp)) == 6)
    await erp.stop()
    assert [body["invoice_number"] for body in erp.bodies("invoice")] == [f"INV{n}" for n in range(1, 7)]


async def test_what_was_taken_in_while_no_worker_was_there_is_done_when_one_comes(tmp_path, url):
    async with houses(tmp_path, url, RECEIVERS) as (receiver,):
        for number in range(1, 6):
            await receiver.send(invoice(number))
        await asyncio.sleep(0.3)
        assert numbers(receiver.erp) == []
        async with gateway(tmp_path, erp=receiver.erp, database_url=url, roles=WORKER) as worker:
            await worker.until(lambda: len(numbers(receiver.erp)) == 5)


async def test_a_worker_tells_its_health_and_takes_nothing_in(tmp_path, url):
    async with houses(tmp_path, url, WORKER) as (worker,):
        assert await worker.get("/readyz") == {
            "ready": True,
            "configuration": "ok",
            "problems": 0,
            "events": "ok",
            "circuits_open": 0,
        }
        assert (await worker.send(invoice(1))).status == 404


@pytest.mark.parametrize("roles", [RECEIVERS, WORKER])
async def test_processes_of_their_own_need_a_database_that_all_reach(tmp_path, roles):
    write_config(tmp_path / "config", "http://127.0.0.1:9")
    settings = load_settings(Environment(config_dir=tmp_path / "config", data_dir=tmp_path / "data"))
    with pytest.raises(ConfigurationError, match=r"GATEWAY_DATABASE_URL: .*postgresql\+psycopg://.*gateway serve"):
        await build(settings, roles)


async def test_a_database_that_goes_and_comes_back_loses_nothing_and_all_goes_on_by_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(postgres, "_AWAY_SECONDS", 0.3)
    with own_server() as server:
        server.start()
        async with houses(tmp_path, _address(server), EVERYTHING, WORKER) as (house, _worker):
            for number in range(1, 4):
                await house.send(invoice(number))
            await house.until(lambda: len(numbers(house.erp)) == 3)
            server.stop()
            response = await house.send(invoice(4))
            assert response.status == 503
            assert "nothing of this request was accepted. Send it again" in (await response.json())["detail"]
            async with aiohttp.ClientSession() as session, session.get(f"{house.address}/readyz") as ready:
                assert ready.status == 503
            server.start()
            await house.until(lambda: _taken(house, 4))
            await house.until(lambda: len(numbers(house.erp)) == 4)
            assert numbers(house.erp) == ["INV1", "INV2", "INV3", "INV4"]


def _address(server):
    return f"{server.url}/postgres".replace("postgresql:", "postgresql+psycopg:")


async def _taken(house, number):
    return (await house.send(invoice(number))).status == 202


async def test_a_database_that_is_away_at_the_start_is_waited_for(tmp_path):
    write_config(tmp_path / "config", "http://127.0.0.1:9")
    with own_server() as server:
        places = {"config_dir": tmp_path / "config", "data_dir": tmp_path / "data", "database_url": _address(server)}
        building = asyncio.create_task(build(load_settings(Environment(**places))))
        done, _ = await asyncio.wait({building}, timeout=1)
        assert not done, "it waits"
        server.start()
        house = await building
        assert await house.views.counts() == {
            "documents": {},
            "transmissions": {},
            "steps": {},
            "cases": {},
            "receipts": {},
        }
        await house.close()
