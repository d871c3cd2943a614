"""How fast an ERP is called: it may ask for a rest, and has an agreed number of messages at a time and in a second."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web

from gateway.errors import ErpUnavailable
from tests.erp.server import delivery, running
from tests.support.house import gateway, supplier
from tests.support.x12 import invoice


def _later(monkeypatch):
    """Give a way to let the clock of this event loop jump ahead."""
    loop = asyncio.get_running_loop()
    real, ahead = loop.time, [0.0]
    monkeypatch.setattr(loop, "time", lambda: real() + ahead[0])

    def jump(seconds):
        ahead[0] += seconds

    return jump


@pytest.mark.parametrize("status", [429, 503])
async def test_an_erp_that_asks_for_a_rest_gets_it(monkeypatch, status):
    jump = _later(monkeypatch)
    async with running() as (server, erp):
        server.answers.append((status, {"Retry-After": "120"}))
        for number in (1, 2, 3):
            with pytest.raises(ErpUnavailable):
                await erp.deliver(delivery(number))
        assert len(server.requests) == 1, "nothing is sent while it rests"
        jump(121)
        await erp.deliver(delivery(2))
        assert len(server.requests) == 2


async def test_a_rest_until_a_date_counts_too(monkeypatch):
    jump = _later(monkeypatch)
    async with running() as (server, erp):
        server.answers.append(
            (503, {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(minutes=2), usegmt=True)})
        )
        for _twice in range(2):
            with pytest.raises(ErpUnavailable):
                await erp.deliver(delivery())
        assert len(server.requests) == 1
        jump(121)
        await erp.deliver(delivery())


async def test_a_rest_is_never_longer_than_five_minutes(monkeypatch):
    jump = _later(monkeypatch)
    async with running() as (server, erp):
        server.answers.append((503, {"Retry-After": "99999999999999999999"}))
        with pytest.raises(ErpUnavailable):
            await erp.deliver(delivery())
        jump(301)
        await erp.deliver(delivery())
        assert len(server.requests) == 2


@pytest.mark.parametrize("said", ["soon", "-5", "", "1.5", "٣", "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 99 Oct"])
async def test_a_rest_that_is_none_holds_nothing_up(said):
    async with running() as (server, erp):
        server.answers.append((503, {"Retry-After": said}))
        with pytest.raises(ErpUnavailable):
            await erp.deliver(delivery())
        await erp.deliver(delivery())
        assert len(server.requests) == 2


async def test_only_429_and_503_may_ask_for_a_rest():
    async with running() as (server, erp):
        server.answers.append((500, {"Retry-After": "120"}))
        with pytest.raises(ErpUnavailable):
            await erp.deliver(delivery())
        await erp.deliver(delivery())
        assert len(server.requests) == 2


async def test_no_more_than_the_agreed_number_are_under_way_at_a_time():
    async with running(at_once=3) as (server, erp):
        under_way, most, full = 0, 0, asyncio.Event()

        async def counted(_request):
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            if under_way == 3:
                full.set()
            await full.wait()
            await asyncio.sleep(0)
            under_way -= 1
            return web.json_response({})

        server.answers.extend([counted] * 12)
        await asyncio.gather(*(erp.deliver(delivery(number)) for number in range(12)))
        assert most == 3


async def test_no_more_than_the_agreed_number_go_out_in_a_second(monkeypatch):
    """The clock of the event loop stands still until the test moves it: nothing here depends on how fast the machine is."""
    loop = asyncio.get_running_loop()
    now = [loop.time()]
    monkeypatch.setattr(loop, "time", lambda: now[0])
    async with running(rate=2.0) as (server, erp):
        sending = [asyncio.create_task(erp.deliver(delivery(number))) for number in range(5)]
        for seconds, expected in ((0, 2), (1.01, 4), (1.01, 5)):
            now[0] += seconds
            while sum(task.done() for task in sending) < expected:
                await asyncio.sleep(0)
            for _ in range(200):
                await asyncio.sleep(0)
            assert len(server.requests) == expected
        await asyncio.gather(*sending)


async def test_each_erp_has_a_rate_of_its_own(monkeypatch):
    loop = asyncio.get_running_loop()
    now = loop.time()
    monkeypatch.setattr(loop, "time", lambda: now)
    async with running(rate=1.0) as (first_server, first), running(rate=1.0) as (second_server, second):
        waiting = [asyncio.create_task(each.deliver(delivery(n))) for each in (first, second) for n in (1, 2)]
        while not (waiting[0].done() and waiting[2].done()):
            await asyncio.sleep(0)
        assert (len(first_server.requests), len(second_server.requests)) == (1, 1)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_rest_uses_up_none_of_the_agreed_tries(tmp_path):
    """The ERP asks for a second, twice; with two tries agreed the document arrives all the same."""
    terms = {"retry": {"first": "1s", "longest": "1s", "attempts": 4}}
    async with gateway(tmp_path, supplier(defaults=terms)) as house:
        object.__setattr__(house.house.world, "random", lambda: 0.0)  # Each try would come at once.
        house.erp.rests.extend(["1", "1"])
        await house.send(invoice())
        await house.until(lambda: len(house.erp.messages) == 1)
        await house.settle()
        assert len(house.erp.requests) == 3, "it was asked when it wished to be"
