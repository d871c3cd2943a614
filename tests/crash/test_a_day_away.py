"""A broker, a webhook, an ERP and a database that are away for a day, or from the start: nothing lost, nothing told twice as new.

The clock is passed in, so that a day passes in seconds. Meanwhile promises fall due and tries run out; whoever comes back must
not be met by a storm.
"""

import asyncio
import base64
import json
import os
from collections import Counter
from contextlib import AsyncExitStack
from datetime import timedelta

import psycopg

from gateway.events import relay, webhook
from gateway.ledger.postgres import database as postgres
from gateway.stamps import utc_now
from tests.crash.clocks import JumpingClock
from tests.events.hooks import hook
from tests.stories.test_buyer import ORDER
from tests.support.erp import Erp
from tests.support.house import SUPPLIER_KEY, gateway, supplier
from tests.support.nats import nats_server
from tests.support.postgres import own_server
from tests.support.x12 import invoice

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes ...").decode()
INVOICES = 8
AWAY = 503
FLAGGED = [("acknowledgment.overdue", "850"), ("promise.overdue", "855")]
OVERDUE = {"acknowledgment-overdue", "promise-overdue"}
DAY_AND_MORE = 27  # Hours.
PROOF = bool(os.environ.get("GATEWAY_PROOF"))
STEP = timedelta(minutes=5) if PROOF else timedelta(hours=3)


def owing():
    """A supplier who owes an answer within half a day, and readability within two hours."""
    inbound = [{"document": name, "direction": "inbound", "role": "buyer"} for name in ("855", "856", "810")]
    terms = {"promises": {"855": "12h"}, "acknowledgment": {"within": "2h"}}
    return supplier(agreements=[{"document": "850", "direction": "outbound", "role": "buyer"} | terms, *inbound])


def clock_of(monkeypatch):
    """Give every clock of the gateways that are built from now on."""
    clock = JumpingClock(utc_now)
    monkeypatch.setattr("gateway.bootstrap.utc_now", clock)
    return clock


async def hours(house, clock, count):
    """Let hours pass, and in each step of them whatever is due."""
    for _step in range(-(-timedelta(hours=count) // STEP)):
        clock.wrong_by += STEP
        look = getattr(house.house.worker._queue, "look", None)
        if look is not None:
            look()
        await house.settle()
        await asyncio.sleep(0.05)  # A webhook looks again.


async def log_of(house):
    found, after, more = [], 0, True
    while more:
        page = await house.get(f"/api/v1/events?after={after}&limit=500")
        found, after, more = found + page["items"], page["after"], page["more"]
    return found


async def dead(house):
    return (await house.get("/api/v1/dead-letters"))["items"]


async def sink(house, name):
    return next(each for each in (await house.get("/api/v1/event-sinks"))["items"] if each["name"] == name)


async def told_everything(house, name):
    found = await sink(house, name)
    return (found["behind"], found["waiting"]) == (0, 0)


async def trade(house):
    for number in range(1, INVOICES + 1):
        assert (await house.send(invoice(number, f"PO{number}"))).status == 202
    assert (await house.order(ORDER, Idempotency_Key="o")).status == 202
    await house.settle()
    assert len([text for text in await house.outbox(SUPPLIER_KEY) if "~ST*850*" in text]) == 1
    await house.settle()


def flagged(log):
    """How often each thing that was owed was said to be overdue: the 855 of the order, and its 997."""
    late = [each for each in log if each["type"] in ("promise.overdue", "acknowledgment.overdue")]
    return sorted((each["type"], each["data"].get("set")) for each in late)


async def test_broker_webhook_and_erp_are_away_from_the_start_and_for_a_day(tmp_path, monkeypatch):
    monkeypatch.setenv("TEST_EVENTS_SECRET", SECRET)
    monkeypatch.setattr(relay, "LONGEST_SECONDS", 0.1)
    monkeypatch.setattr(webhook, "LOOK_SECONDS", 0.02)
    clock = clock_of(monkeypatch)
    async with AsyncExitStack() as stack:
        theirs = await stack.enter_async_context(hook())
        server = stack.enter_context(nats_server(tmp_path / "nats", started=False))
        erp = Erp()
        await erp.start()
        stack.push_async_callback(erp.stop)
        theirs.always, erp.judge = AWAY, lambda _body: AWAY
        settings = {
            "webhooks": {"shop": {"url": theirs.url, "secret": "env:TEST_EVENTS_SECRET", "begin": "first"}},
            "events": {"broker": {"url": server.url}},
        }
        house = await stack.enter_async_context(gateway(tmp_path, owing(), settings=settings, erp=erp))
        await trade(house)
        await hours(house, clock, DAY_AND_MORE)
        asked = len(theirs.requests)
        assert asked < 100, "a day of somebody who is away costs few tries"
        gone = await dead(house)
        assert gone and {each["attempts"] > 1 for each in gone} == {True}
        assert not erp.messages
        assert {each["cause"] for each in (await house.get("/api/v1/cases"))["items"]} == OVERDUE
        assert len(erp.requests) < 30 * DAY_AND_MORE, "one probe for all, at most every five minutes"
        calls = len(erp.requests)

        theirs.always, erp.judge = 204, None
        server.start()
        await hours(house, clock, 4)
        await house.until(lambda: told_everything(house, "webhook.shop"))
        await house.until(lambda: told_everything(house, "broker"))
        log = await log_of(house)
        assert {body["invoice_number"] for body in erp.bodies("invoice")} == {f"INV{n}" for n in range(1, INVOICES + 1)}
        again = Counter(key for key, *_ in erp.requests[calls:])
        assert set(again.values()) == {1} and len(erp.requests) - calls == INVOICES, "no storm, and nothing twice"

        names = [each["id"] for each in log]
        published = await server.events()
        assert [event["id"] for _subject, _headers, event in published] == names, "each once, in order"
        lost = [json.loads(each["event"])["id"] for each in gone]
        heard = theirs.ids[asked:]
        assert len(heard) == len(set(heard)) and set(heard) | set(lost) == set(names) and not set(heard) & set(lost)

        assert flagged(log) == FLAGGED

        clock.wrong_by += timedelta(days=40)
        await house.settle()
        assert await dead(house) == gone, "a dead letter stays until somebody decides"


def grow_a_day_older(url):
    """Let all that is in the database be a day old: its own clock can't be set, and alarms go by it."""
    columns = {"steps": ("due_at",), "promises": ("made_at", "due_at"), "procrastinate_jobs": ("scheduled_at",)}
    with psycopg.connect(url) as connection:
        for table, names in columns.items():
            for name in names:
                day = f"interval '{DAY_AND_MORE} hours'"
                connection.execute(f"update {table} set {name} = {name} - {day}")


async def overdue_cases(house):
    return {each["cause"] for each in (await house.get("/api/v1/cases"))["items"]} == OVERDUE


async def sent_at_last(house, data):
    """Send again and again, as a partner does who is told to."""
    async with asyncio.timeout(60):
        while (answer := await house.send(data, Idempotency_Key="again")).status == AWAY:
            await asyncio.sleep(0.05)
    return answer


if PROOF:

    async def test_a_database_that_is_away_for_a_day_holds_what_it_had_and_what_fell_due_is_said_once(
        tmp_path, monkeypatch
    ):
        monkeypatch.setattr(postgres, "_AWAY_SECONDS", 0.05)
        async with AsyncExitStack() as stack:
            server = stack.enter_context(own_server())
            server.start()
            url = f"{server.url}/postgres".replace("postgresql:", "postgresql+psycopg:")
            erp = Erp()
            await erp.start()
            stack.push_async_callback(erp.stop)
            house = await stack.enter_async_context(gateway(tmp_path, owing(), erp=erp, database_url=url))
            erp.judge = lambda _body: AWAY
            await trade(house)
            await asyncio.to_thread(server.stop)
            refused = await house.send(invoice(99, "PO99"))
            assert (refused.status, (await refused.json())["type"]) == (503, "urn:gateway:problem:ledger-away")
            calls, erp.judge = len(erp.requests), None
            await asyncio.to_thread(server.start)
            await asyncio.to_thread(grow_a_day_older, f"{server.url}/postgres")
            assert (await sent_at_last(house, invoice(99, "PO99"))).status == 202

            async def all_there():
                return len(erp.bodies("invoice")) == INVOICES + 1

            await house.until(all_there)
            await house.until(lambda: overdue_cases(house))
            again = Counter(key for key, *_ in erp.requests[calls:])
            assert set(again.values()) == {1} and len(again) == INVOICES + 1, "no storm, and nothing twice"
            assert flagged(await log_of(house)) == FLAGGED
