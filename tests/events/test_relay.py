"""The log goes to real brokers: in order, and whatever happens to relay, broker or ledger, all of it."""

import asyncio
import json
import os
import signal
import subprocess
import sys

import pytest

from gateway.errors import ConfigurationError
from gateway.events import brokers
from gateway.events import relay as relay_module
from gateway.events.brokers import make_publisher
from gateway.events.publisher import Letter, subject_of
from gateway.events.relay import SINK, Relay
from gateway.ledger.outbox import SqlOutbox
from gateway.pipeline.outbox import Begin, SinkState
from gateway.stamps import utc_now
from gateway.tracking.cloudevent import Numbered, to_json
from gateway.tracking.event import Event
from gateway.trading.sinks import BrokerText
from tests.architecture.house import ROOT
from tests.events.served import once, served
from tests.ledger.conftest import NOW
from tests.ledger.records import document

WRITERS = 4
PROOF = bool(os.environ.get("GATEWAY_PROOF"))
KILLS = (("before", 2), ("after", 1), ("before", 1), ("after", 3))


def event(subject="t1-1", kind="document.received", partner="acme", **data):
    return Event(kind, NOW, subject, partner, "f" * 32, data)


async def store(ledger, first, last, subject="t1-1"):
    for number in range(first, last + 1):
        await ledger.tx(lambda uow, number=number: uow.add(event(subject, number=str(number))))


def relay(ledger, broker):
    publisher = make_publisher(BrokerText(**broker.text), None)
    return Relay(SqlOutbox(ledger), publisher, "/gateway", Begin.FIRST, utc_now)


class Running:
    """A relay that runs meanwhile."""

    def __init__(self, made):
        self._made = made

    async def __aenter__(self):
        self._task = asyncio.create_task(self._made.run())
        return self._task

    async def __aexit__(self, *_error):
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


def numbers(events):
    return [int(cloudevent["data"]["number"]) for cloudevent in events]


async def standing(ledger):
    [report] = await SqlOutbox(ledger).reports()
    return report


async def until(condition, seconds=60):
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.02)


async def test_events_arrive_in_order_as_cloudevents_under_subjects_to_filter_by(ledger, broker):
    await ledger.tx(lambda uow: uow.add(document("t1-1", order_number="PO 7/a")))
    await store(ledger, 1, 3)
    await ledger.tx(lambda uow: uow.add(event("t9", "case.opened", None, cause="no-agreement", detail="free text")))
    async with served(broker):
        async with Running(relay(ledger, broker)):
            found = await broker.until(4)
        events = once(broker, found)
        subjects = [subject for subject, _id, _event in found]
        assert len({subject.rpartition(".document")[0] for subject in subjects[:3]}) == 1
        assert subjects[0].startswith("gateway.events.acme.")
        assert subjects[3].startswith("gateway.events.-.") and subjects[3].endswith(".case.opened")
        assert numbers(events[:3]) == [1, 2, 3]
        assert events[0]["partitionkey"] == "acme/PO 7/a"
        assert events[3]["data"] == {"cause": "no-agreement"}


async def test_what_comes_later_follows_and_the_cursor_is_where_the_log_ends(ledger, broker):
    async with served(broker), Running(relay(ledger, broker)):
        await store(ledger, 1, 2)
        await broker.until(2)
        await store(ledger, 3, 5)
        assert numbers(once(broker, await broker.until(5))) == [1, 2, 3, 4, 5]
        await until(lambda: _behind(ledger, 0))
        assert (await standing(ledger)).position == 5


async def _behind(ledger, count):
    return (await standing(ledger)).behind == count


async def test_a_broker_that_is_away_at_the_start_is_waited_for_and_said(ledger, broker, capsys, monkeypatch):
    monkeypatch.setattr(relay_module, "LONGEST_SECONDS", 0.2)
    await store(ledger, 1, 3)
    async with served(broker, started=False), Running(relay(ledger, broker)):
        await until(lambda: _is(ledger, SinkState.AWAY))
        report = await standing(ledger)
        assert report.behind == 3
        assert "can't be reached" in report.detail
        assert "go on by themselves; nothing is lost" in report.detail
        await broker.start()
        assert numbers(once(broker, await broker.until(3))) == [1, 2, 3]
        await until(lambda: _is(ledger, SinkState.OPEN))
    said = capsys.readouterr().out
    assert said.count("event_sink_away") == 1, "a day without a broker is one line, not thousands"
    assert "event_sink_back" in said


async def _is(ledger, state):
    reports = await SqlOutbox(ledger).reports()
    return bool(reports) and reports[0].state is state


async def test_a_broker_that_dies_on_the_way_gets_what_is_missing_in_order(ledger, broker, monkeypatch):
    monkeypatch.setattr(relay_module, "LONGEST_SECONDS", 0.2)
    monkeypatch.setattr(relay_module, "AT_ONCE", 7)
    monkeypatch.setattr("gateway.events.nats.SECONDS", 1.0)
    async with served(broker):
        async with Running(relay(ledger, broker)):
            storing = asyncio.create_task(store(ledger, 1, 150))
            for enough in (20, 60):
                await broker.until(enough)
                await broker.stop()
                await asyncio.sleep(0.1)
                await broker.start()
            await storing
            await broker.until(150)
            await until(lambda: _behind(ledger, 0))
        assert numbers(once(broker, await broker.events())) == list(range(1, 151))


async def test_a_relay_killed_between_publishing_and_its_commit_loses_nothing_and_repeats_under_the_same_ids(
    ledger, url, broker
):
    await store(ledger, 1, 40)
    async with served(broker):
        published = []
        for when, number in KILLS if PROOF else KILLS[:2] if broker.drops_copies else KILLS[:1]:
            result = await _live(url, broker, when, number)
            assert result.returncode == -signal.SIGKILL, result.stderr
            published.append(len(await broker.events()))
        positions = (await standing(ledger)).position
        assert positions < published[-1] or positions in (5, 10, 15, 20, 25, 30), "it stops at a commit"
        result = await _live(url, broker, "never", 0)
        assert (result.returncode, result.stdout) == (0, "done\n"), result.stderr
        found = await broker.events()
        assert numbers(once(broker, found)) == list(range(1, 41))
        assert broker.drops_copies or len(found) > 40, "what was not committed came again"


async def _live(url, broker, when, number):
    entry = json.dumps(broker.text)
    command = [sys.executable, "-m", "tests.events.relay_life", url, entry, when, str(number), "5"]
    return await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


async def test_an_event_published_twice_has_the_same_id_and_the_same_bytes(broker):
    letter = Numbered(7, event(number="7"), "PO-1")
    async with served(broker):
        publisher = make_publisher(BrokerText(**broker.text), None)
        for _time in range(2):
            await publisher.publish(Letter(letter, to_json(letter, "/gateway")))
        await publisher.close()
        assert len(once(broker, await broker.events())) == 1


async def test_writers_at_the_same_time_all_reach_the_broker(ledger, broker):
    """On PostgreSQL numbers are taken before the commit, so lower ones appear late."""
    async with served(broker):
        async with Running(relay(ledger, broker)):
            parts = [store(ledger, 1 + 50 * n, 50 + 50 * n, f"t{n}-1") for n in range(WRITERS)]
            await asyncio.gather(*parts)
            events = once(broker, await broker.until(50 * WRITERS))
        assert sorted(numbers(events)) == list(range(1, 50 * WRITERS + 1))
        positions = [int(cloudevent["sequence"]) for cloudevent in events]
        assert positions == sorted(positions), "the stream has the order of the log"
        for writer in range(WRITERS):
            own = [n for n in numbers(events) if 50 * writer < n <= 50 * writer + 50]
            assert own == sorted(own)


@pytest.mark.parametrize(
    ("scheme", "extra"), [("nats", "nats"), ("tls", "nats"), ("amqp", "rabbit"), ("amqps", "rabbit")]
)
def test_a_missing_extra_is_said_with_how_to_install_it(monkeypatch, scheme, extra):
    monkeypatch.setattr(brokers, "EXTRAS", {scheme: (brokers.EXTRAS[scheme][0], "no_such_package")})
    with pytest.raises(ConfigurationError, match=rf"pip install 'partner-gateway\[{extra}\]'"):
        make_publisher(BrokerText(url=f"{scheme}://127.0.0.1:4222"), None)


def test_order_numbers_of_any_kind_make_subjects_that_brokers_take():
    for order in ("PO 1", "a.b.*", ">", "#", "", "ü" * 300, "PO\n1"):
        subject = subject_of("gateway.events", Numbered(1, event(), order))
        assert all(32 < ord(each) < 127 for each in subject) and not set("*>#") & set(subject)
        assert len(subject) < 120 and ".." not in subject
    assert SINK == "broker"
