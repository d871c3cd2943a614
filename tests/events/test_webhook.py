"""Webhooks that answer, refuse, are slow or never answer: nothing is lost, order is kept, and nobody holds up anybody else."""

import asyncio
import base64
import hashlib
import hmac
import json
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web

from gateway.events.circuit import Circuit, Patience
from gateway.events.endpoint import Endpoint
from gateway.events.webhook import BATCH, Subscription, Webhook
from gateway.ledger.outbox import SqlOutbox
from gateway.pipeline.outbox import Begin, Selection, SinkState
from gateway.stamps import utc_now
from gateway.tracking.event import Event
from tests.events.hooks import dripping, hook, redirect, slowly
from tests.ledger.conftest import NOW

KEY = b"a secret of thirty-two bytes ..."
SECRET = "whsec_" + base64.b64encode(KEY).decode()
QUICK = Patience(timedelta(milliseconds=20), timedelta(milliseconds=200), timedelta(hours=24))


async def store(ledger, *subjects, kind="document.received", partner="acme"):
    for subject in subjects:
        await ledger.tx(lambda uow, s=subject: uow.add(Event(kind, NOW, s, partner, "f" * 32, {"set": "850"})))


@asynccontextmanager
async def told(ledger, theirs, name="shop", *, patience=QUICK, timeout=5.0, clock=utc_now, **selection):
    """A webhook that is told of events meanwhile."""
    async with aiohttp.ClientSession() as session:
        endpoint = Endpoint(theirs.url, SECRET, timeout, session, clock)
        subscription = Subscription(name, Selection(**selection), Begin.FIRST, patience, "/gateway")
        webhook = Webhook(subscription, endpoint, SqlOutbox(ledger), clock, lambda: 0.5)
        running = asyncio.create_task(webhook.run())
        try:
            yield running
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def until(condition, seconds=30):
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if await found if asyncio.iscoroutine(found) else found:
                return
            await asyncio.sleep(0.02)


async def report(ledger, name="shop"):
    return next((each for each in await SqlOutbox(ledger).reports() if each.name == f"webhook.{name}"), None)


def subjects(theirs):
    return [each["subject"] for each in theirs.events]


async def settled(ledger, name="shop"):
    found = await report(ledger, name)
    return found is not None and (found.behind, found.waiting) == (0, 0)


async def test_an_event_is_told_once_signed_and_as_a_cloudevent(ledger):
    async with hook() as theirs, told(ledger, theirs):
        await store(ledger, "t1-1", "t1-2")
        await until(lambda: settled(ledger))
        assert subjects(theirs) == ["t1-1", "t1-2"]
        for headers, body in theirs.requests:
            signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
            digest = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
            assert headers["webhook-signature"] == f"v1,{digest}"
            assert headers["Content-Type"] == "application/cloudevents+json"
            assert headers["webhook-id"] == json.loads(body)["id"]


async def test_only_what_was_asked_for_is_told_and_the_cursor_passes_over_the_rest(ledger):
    async with hook() as theirs, told(ledger, theirs, types=("case.opened",), partners=("acme",)):
        await store(ledger, "a", "b")
        await store(ledger, "c", kind="case.opened", partner="bolt")
        await store(ledger, "d", kind="case.opened")
        await until(lambda: settled(ledger))
        assert subjects(theirs) == ["d"]


@pytest.mark.parametrize("status", [400, 401, 404, 410, 429, 500, 503])
async def test_what_is_refused_is_tried_again_with_the_same_id_and_bytes(ledger, status):
    async with hook() as theirs, told(ledger, theirs):
        theirs.answers.extend([status, status])
        await store(ledger, "t1-1")
        await until(lambda: settled(ledger))
        assert len(theirs.requests) == 3
        assert len({(headers["webhook-id"], body) for headers, body in theirs.requests}) == 1


async def test_what_follows_under_the_same_key_waits_and_others_go_past(ledger):
    async with hook() as theirs:
        theirs.answers.append(503)
        await store(ledger, "t1-1")
        async with told(ledger, theirs, patience=Patience(timedelta(seconds=1), timedelta(seconds=1), timedelta(1))):
            await until(lambda: len(theirs.requests) == 1)
            await store(ledger, "t1-1", "t2-1", "t1-1")
            await until(lambda: settled(ledger))
        positions = [int(each["sequence"]) for each in theirs.events]
        assert positions == [1, 3, 1, 2, 4], "the other document did not wait, and the order of the first one is kept"


async def test_a_redirect_to_an_inside_address_is_not_followed(ledger):
    async with hook() as inside, hook() as theirs:
        theirs.answers.extend([redirect(inside.url), redirect("http://169.254.169.254/latest/meta-data/")])
        async with told(ledger, theirs):
            await store(ledger, "t1-1")
            await until(lambda: settled(ledger))
        assert inside.requests == []
        assert len(theirs.requests) == 3


async def test_why_it_was_not_taken_is_said_with_what_to_do(ledger):
    async with hook() as theirs:
        theirs.always = 302
        long = Patience(timedelta(hours=1), timedelta(hours=1), timedelta(hours=24))
        async with told(ledger, theirs, patience=long):
            await store(ledger, "t1-1")
            await until(lambda: _waits(ledger, 1))
        [letter] = await SqlOutbox(ledger).due("webhook.shop", utc_now() + timedelta(hours=2), 10)
        assert letter.detail == "it answered 302, and no redirect is followed; correct url: in gateway.yaml"


async def _waits(ledger, count):
    found = await report(ledger)
    return found is not None and found.waiting == count


async def test_one_that_answers_200_slowly_is_waited_for_within_its_bound(ledger):
    async with hook() as theirs, told(ledger, theirs, timeout=5):
        theirs.answers.append(slowly(0.5))
        await store(ledger, "t1-1")
        await until(lambda: settled(ledger))
        assert len(theirs.requests) == 1


async def test_one_that_says_200_and_never_ends_its_body_has_taken_the_event(ledger):
    async with hook() as theirs, told(ledger, theirs, timeout=5):
        theirs.answers.append(dripping(0.05))
        await store(ledger, "t1-1", "t1-1")
        await until(lambda: settled(ledger))
        assert len(theirs.requests) == 2, "nobody reads what it says after its status"


async def test_one_that_never_answers_is_given_up_in_time_and_tried_again(ledger):
    async with hook() as theirs, told(ledger, theirs, timeout=0.2):
        theirs.answers.append(slowly(3600))
        await store(ledger, "t1-1")
        await until(lambda: settled(ledger))
        assert len(theirs.requests) == 2


async def test_a_slow_one_and_one_that_is_away_hold_up_no_other(ledger):
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        good, slow = await enter(hook()), await enter(hook())
        gone = await enter(hook())
        gone.url = "http://127.0.0.1:9/events"
        slow.answers.extend([slowly(3600)] * 1000)
        for name, theirs in (("gone", gone), ("slow", slow), ("good", good)):
            await enter(told(ledger, theirs, name, timeout=60))
        await store(ledger, *(f"t{n}-1" for n in range(100)))
        await until(lambda: settled(ledger, "good"))
        assert sorted(subjects(good)) == sorted(f"t{n}-1" for n in range(100))
        assert (await report(ledger, "slow")).behind == 100
        await until(lambda: _state(ledger, "gone", SinkState.AWAY))
        assert "can't be reached" in (await report(ledger, "gone")).detail


async def _state(ledger, name, wanted):
    return (await report(ledger, name)).state is wanted


async def test_an_endpoint_that_is_away_is_probed_by_one_event_and_gets_all_when_it_is_back(ledger):
    async with hook() as theirs:
        theirs.always = 503
        await store(ledger, *(f"t{n}-1" for n in range(3 * BATCH)))
        async with told(ledger, theirs):
            await until(lambda: _state_is(ledger, SinkState.AWAY))
            await until(lambda: len(theirs.requests) >= 16)
            found = await report(ledger)
            assert found.behind >= 2 * BATCH, "the log waits, it is not tried event by event"
            assert found.dead == 0
            theirs.always = 204
            await until(lambda: settled(ledger))
            await until(lambda: _state_is(ledger, SinkState.OPEN))
        taken = {each["subject"] for each in theirs.events}
        assert taken == {f"t{n}-1" for n in range(3 * BATCH)}


async def _state_is(ledger, wanted):
    found = await report(ledger)
    return found is not None and found.state is wanted


class Clock:
    """A clock that is set forward."""

    def __init__(self):
        self.ahead = timedelta(0)

    def __call__(self):
        return utc_now() + self.ahead


async def test_after_its_time_an_event_is_a_dead_letter_that_stays_and_can_be_sent_again(ledger, capsys):
    clock = Clock()
    async with hook() as theirs:
        theirs.answers.append(500)
        async with told(
            ledger, theirs, clock=clock, patience=Patience(timedelta(1), timedelta(1), timedelta(hours=24))
        ):
            await store(ledger, "t1-1", "t1-1")
            await until(lambda: _waits(ledger, 2))
            theirs.answers.append(500)
            clock.ahead = timedelta(hours=24, minutes=1)
            await until(lambda: _dead(ledger, 1))
            await until(lambda: settled(ledger))
            assert [int(each["sequence"]) for each in theirs.events] == [1, 1, 2], "what was behind it goes on"
            clock.ahead = timedelta(days=4000)
            await asyncio.sleep(0.6)
            assert (await report(ledger)).dead == 1, "it never expires by itself"
            assert await SqlOutbox(ledger).revive("webhook.shop", None, clock()) == 1
            await until(lambda: _dead(ledger, 0))
            await until(lambda: settled(ledger))
            assert [int(each["sequence"]) for each in theirs.events] == [1, 1, 2, 1]
            assert theirs.ids[0] == theirs.ids[-1]
    said = capsys.readouterr().out
    assert "dead_letter" in said and "gateway webhook replay" in said


async def _dead(ledger, count):
    found = await report(ledger)
    return found is not None and found.dead == count


async def test_what_was_under_way_when_the_gateway_stopped_is_told_again_under_the_same_id(ledger):
    async with hook() as theirs:
        arrived = asyncio.Event()

        async def hang(_request):
            arrived.set()
            await asyncio.sleep(3600)
            return web.Response()

        theirs.answers.append(hang)
        await store(ledger, "t1-1")
        async with told(ledger, theirs):
            await arrived.wait()
        async with told(ledger, theirs):
            await until(lambda: settled(ledger))
        assert len(theirs.ids) == 2
        assert len(set(theirs.ids)) == 1


def test_waits_grow_to_the_longest_and_differ_by_chance():
    patience = Patience(timedelta(seconds=5), timedelta(hours=2), timedelta(hours=24))
    waits = [patience.wait(failures, 0.0).total_seconds() for failures in range(1, 40)]
    assert waits[:4] == [5, 10, 20, 40]
    assert max(waits) == 7200
    assert patience.wait(1, 0.999).total_seconds() >= 2.5
    tried, total = 0, timedelta(0)
    while total < patience.within:
        tried += 1
        total += patience.wait(tried, 0.0)
    assert 15 < tried < 30, "a day holds a bearable number of tries"


def test_a_circuit_opens_after_failures_in_a_row_and_a_success_closes_it():
    circuit = Circuit(QUICK)
    for _failure in range(4):
        circuit.failed(NOW, 0.0)
    circuit.succeeded()
    for _failure in range(4):
        circuit.failed(NOW, 0.0)
    assert not circuit.is_open
    circuit.failed(NOW, 0.0)
    assert circuit.until == NOW + timedelta(milliseconds=20)
    circuit.failed(NOW, 0.0)
    assert circuit.until == NOW + timedelta(milliseconds=40), "each time for longer"
    circuit.succeeded()
    assert not circuit.is_open
