"""The doors for events of a whole gateway: the log from a cursor on, how sinks stand, dead letters."""

import asyncio

import aiohttp
import pytest

from gateway.events import relay
from tests.events.hooks import hook
from tests.support.house import OPERATOR_KEY, SUPPLIER_KEY, gateway
from tests.support.nats import nats_server
from tests.support.postgres import fresh_database
from tests.support.x12 import invoice
from tests.web.test_health import _samples


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request):
    if request.param == "sqlite":
        yield ""
    else:
        with fresh_database() as made:
            yield made


@pytest.fixture(autouse=True)
def secret(monkeypatch):
    monkeypatch.setenv("TEST_EVENTS_SECRET", "a secret of thirty-two bytes ...")


def webhooks(url, **more):
    retry = {"first": "1s", "longest": "1s"}
    return {"webhooks": {"shop": {"url": url, "secret": "env:TEST_EVENTS_SECRET", "retry": retry, **more}}}


async def _all(house, query="", limit=7):
    found, after, more = [], 0, True
    while more:
        page = await house.get(f"/api/v1/events?after={after}&limit={limit}{query}")
        found += page["items"]
        after, more = page["after"], page["more"]
    return found


async def test_the_log_is_read_in_parts_from_a_cursor_on_and_again(tmp_path, database_url):
    async with gateway(tmp_path, database_url=database_url) as house:
        for number in (1, 2, 3):
            await house.send(invoice(number))
        await house.settle()
        found = await _all(house)
        assert found == await _all(house, limit=500), "the same each time, in parts of any size"
        types = [each["type"] for each in found]
        assert types.count("document.delivered") == 3
        assert types.count("transmission.received") == 3
        assert {each["source"] for each in found} == {"/partner-gateway"}
        last = (await house.get("/api/v1/events?limit=500"))["after"]
        assert (await house.get(f"/api/v1/events?after={last}")) == {"items": [], "after": last, "more": False}
        await house.send(invoice(4))
        await house.settle()
        later = (await house.get(f"/api/v1/events?after={last}&limit=500"))["items"]
        assert "transmission.received" in [each["type"] for each in later]
        assert [each["id"] for each in await _all(house)] == [each["id"] for each in [*found, *later]]


async def test_it_is_filtered_by_type_and_partner(tmp_path):
    async with gateway(tmp_path) as house:
        await house.send(invoice(1))
        await house.settle()
        delivered = await _all(house, "&type=document.delivered")
        assert [each["data"]["erp"] for each in delivered] == ["main"]
        assert {each["partner"] for each in await _all(house, "&partner=supplier")} == {"supplier"}
        assert await _all(house, "&partner=nobody") == []


async def test_nothing_of_a_document_but_its_numbers_is_in_the_log(tmp_path):
    async with gateway(tmp_path) as house:
        house.erp.answers.append(422)
        await house.send(invoice(1).replace("*EA*12.5*", "*QQ*12.5*"))
        await house.send(invoice(2))
        await house.settle()
        async with house.session.get(
            house.address + "/api/v1/events?limit=500", headers={"Authorization": f"Bearer {OPERATOR_KEY}"}
        ) as answer:
            text = await answer.text()
        assert "document.rejected" in text
        for hidden in ("12.5", "QQ", "Q1"):
            assert hidden not in text


@pytest.mark.parametrize(
    ("query", "status"),
    [("type=document.eaten", 400), ("after=-1", 400), ("limit=0", 400), ("limit=501", 400), ("wich=1", 400)],
)
async def test_a_mistake_in_the_question_is_named(tmp_path, query, status):
    async with gateway(tmp_path) as house:
        with pytest.raises(aiohttp.ClientResponseError) as caught:
            await house.get(f"/api/v1/events?{query}")
        assert caught.value.status == status


@pytest.mark.parametrize("path", ["events", "event-sinks", "dead-letters"])
async def test_only_operators_see_events(tmp_path, path):
    async with gateway(tmp_path) as house:
        with pytest.raises(aiohttp.ClientResponseError) as caught:
            await house.get(f"/api/v1/{path}", SUPPLIER_KEY)
        assert caught.value.status == 403


async def _sink(house, name):
    return next((each for each in (await house.get("/api/v1/event-sinks"))["items"] if each["name"] == name), None)


async def test_a_gateway_tells_its_webhook_and_its_broker_of_what_happens(tmp_path, database_url):
    async with hook() as theirs:
        with nats_server(tmp_path / "nats") as server:
            settings = webhooks(theirs.url, types=["document.*"]) | {"events": {"broker": {"url": server.url}}}
            async with gateway(tmp_path, settings=settings, database_url=database_url) as house:
                await house.until(lambda: _sink(house, "webhook.shop"))
                await house.send(invoice(1))
                await house.settle()
                log = await _all(house)
                published = await server.until(len(log))
                assert [event for _subject, _headers, event in published] == log, "the broker has what the API shows"
                wanted = [each for each in log if each["type"].startswith("document.")]
                await house.until(lambda: len(theirs.events) == len(wanted))
                assert theirs.events == wanted
                assert (await house.get("/readyz"))["events"] == "ok"


async def test_a_broker_that_is_away_stops_no_document_and_is_seen_in_health_and_metrics(tmp_path, monkeypatch):
    monkeypatch.setattr(relay, "LONGEST_SECONDS", 0.2)
    with nats_server(tmp_path / "nats", started=False) as server:
        settings = {"events": {"source": "/gateway/plant-2", "broker": {"url": server.url}}}
        async with gateway(tmp_path, settings=settings) as house:
            await house.send(invoice(1))
            await house.settle()
            assert len(house.erp.bodies("invoice")) == 1
            await house.until(lambda: _ready(house, "waiting"))
            samples = await _samples(house)
            assert samples[("gateway_events_away", "broker")] == 1
            assert samples[("gateway_events_behind", "broker")] >= 5
            assert "nothing is lost" in (await _sink(house, "broker"))["detail"]
            server.start()
            log = await _all(house)
            assert [event for _subject, _headers, event in await server.until(len(log))] == log
            await house.until(lambda: _ready(house, "ok"))
            await house.until(lambda: _metric(house, "gateway_events_behind", 0))


async def _ready(house, wanted):
    return (await house.get("/readyz"))["events"] == wanted


async def _metric(house, name, wanted):
    return (await _samples(house))[(name, "broker")] == wanted


async def test_events_of_a_gateway_that_was_stopped_are_told_when_it_runs_again(tmp_path, database_url):
    async with hook() as theirs:
        settings = webhooks(theirs.url, types=["document.delivered"], begin="first")
        async with gateway(tmp_path, database_url=database_url) as house:
            await house.send(invoice(1))
            await house.settle()
        async with gateway(tmp_path, settings=settings, database_url=database_url) as house:
            await house.until(lambda: len(theirs.events) == 1)
            await house.send(invoice(2))
            await house.until(lambda: len(theirs.events) == 2)


async def test_a_dead_letter_is_listed_and_sent_again(tmp_path):
    async with hook() as theirs:
        theirs.always = 500
        retry = {"first": "1s", "longest": "1s", "within": "1s"}
        settings = webhooks(theirs.url, types=["document.delivered"], retry=retry)
        async with gateway(tmp_path, settings=settings) as house:
            await house.until(lambda: _sink(house, "webhook.shop"))
            await house.send(invoice(1))
            await house.until(lambda: _dead(house))
            [letter] = await _dead(house)
            assert (letter["webhook"], letter["type"]) == ("shop", "document.delivered")
            assert letter["reason"] == "it answered 500"
            assert (await house.get("/api/v1/dead-letters?webhook=other"))["items"] == []
            assert (await _samples(house))[("gateway_events_dead", "webhook.shop")] == 1
            theirs.always = 204
            assert await _replay(house, letter["id"]) == 202
            await house.until(lambda: _none_dead(house))
            assert await _replay(house, letter["id"]) == 404
            assert len(set(theirs.ids)) == 1


async def _dead(house):
    return (await house.get("/api/v1/dead-letters"))["items"]


async def _none_dead(house):
    return not await _dead(house)


async def _replay(house, letter):
    headers = {"Authorization": f"Bearer {OPERATOR_KEY}"}
    url = f"{house.address}/api/v1/dead-letters/{letter}/replay"
    async with house.session.post(url, headers=headers) as answer:
        return answer.status


async def test_of_several_processes_one_passes_events_on_and_another_takes_over(tmp_path):
    async with hook() as theirs:
        settings = webhooks(theirs.url, types=["document.delivered"], begin="first")
        with fresh_database() as url:
            async with gateway(tmp_path, settings=settings, database_url=url) as second:
                async with gateway(tmp_path, settings=settings, database_url=url, erp=second.erp) as first:
                    await asyncio.gather(*(first.send(invoice(number)) for number in range(1, 11)))
                    await first.until(lambda: len(theirs.events) == 10)
                await second.send(invoice(11))
                await second.until(lambda: len(theirs.events) == 11)
        assert len(set(theirs.ids)) == 11, "each was told once"
