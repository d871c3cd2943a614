"""The log goes to a real NATS: in order, once, and whatever happens to relay, broker or ledger, all of it."""

import asyncio
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from gateway.errors import ConfigurationError
from gateway.events import brokers
from gateway.events import relay as relay_module
from gateway.events.brokers import make_publisher
from gateway.events.nats import subject_of
from gateway.events.publisher import BrokerAway, Letter
from gateway.events.relay import SINK, Relay
from gateway.ledger.outbox import SqlOutbox
from gateway.pipeline.outbox import Begin, SinkState
from gateway.stamps import utc_now
from gateway.tracking.cloudevent import Numbered, to_json
from gateway.tracking.event import Event
from gateway.trading.sinks import BrokerText
from tests.architecture.house import ROOT
from tests.ledger.conftest import NOW
from tests.ledger.records import document
from tests.support import certificates
from tests.support.nats import nats_server

WRITERS = 4


def event(subject="t1-1", kind="document.received", partner="acme", **data):
    return Event(kind, NOW, subject, partner, "f" * 32, data)


async def store(ledger, first, last, subject="t1-1"):
    for number in range(first, last + 1):
        await ledger.tx(lambda uow, number=number: uow.add(event(subject, number=str(number))))


def relay(ledger, server, **more):
    publisher = make_publisher(BrokerText(url=server.url, **more), None)
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


def numbers(found):
    return [int(cloudevent["data"]["number"]) for _subject, _headers, cloudevent in found]


async def standing(ledger):
    [report] = await SqlOutbox(ledger).reports()
    return report


async def until(condition, seconds=30):
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.02)


async def test_events_arrive_in_order_as_cloudevents_under_subjects_to_filter_by(ledger, tmp_path):
    await ledger.tx(lambda uow: uow.add(document("t1-1", order_number="PO 7/a")))
    await store(ledger, 1, 3)
    await ledger.tx(lambda uow: uow.add(event("t9", "case.opened", None, cause="no-agreement", detail="free text")))
    with nats_server(tmp_path / "nats") as server:
        async with Running(relay(ledger, server)):
            found = await server.until(4)
        subjects = [subject for subject, _headers, _event in found]
        assert len({subject.rpartition(".document")[0] for subject in subjects[:3]}) == 1
        assert subjects[0].startswith("gateway.events.acme.")
        assert subjects[3].startswith("gateway.events.-.") and subjects[3].endswith(".case.opened")
        assert numbers(found[:3]) == [1, 2, 3]
        for _subject, headers, cloudevent in found:
            assert headers["Nats-Msg-Id"] == cloudevent["id"]
            assert headers["content-type"] == "application/cloudevents+json"
        assert found[0][2]["partitionkey"] == "acme/PO 7/a"
        assert found[3][2]["data"] == {"cause": "no-agreement"}


async def test_what_comes_later_follows_and_the_cursor_is_where_the_log_ends(ledger, tmp_path):
    with nats_server(tmp_path / "nats") as server:
        async with Running(relay(ledger, server)):
            await store(ledger, 1, 2)
            await server.until(2)
            await store(ledger, 3, 5)
            assert numbers(await server.until(5)) == [1, 2, 3, 4, 5]
            await until(lambda: _behind(ledger, 0))
            assert (await standing(ledger)).position == 5


async def _behind(ledger, count):
    return (await standing(ledger)).behind == count


async def test_a_broker_that_is_away_at_the_start_is_waited_for_and_said(ledger, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(relay_module, "LONGEST_SECONDS", 0.2)
    await store(ledger, 1, 3)
    with nats_server(tmp_path / "nats", started=False) as server:
        async with Running(relay(ledger, server)):
            await until(lambda: _is(ledger, SinkState.AWAY))
            report = await standing(ledger)
            assert report.behind == 3
            assert "can't be reached" in report.detail
            assert "go on by themselves; nothing is lost" in report.detail
            server.start()
            assert numbers(await server.until(3)) == [1, 2, 3]
            await until(lambda: _is(ledger, SinkState.OPEN))
    said = capsys.readouterr().out
    assert said.count("event_sink_away") == 1, "a day without a broker is one line, not thousands"
    assert "event_sink_back" in said


async def _is(ledger, state):
    reports = await SqlOutbox(ledger).reports()
    return bool(reports) and reports[0].state is state


async def test_a_broker_that_dies_on_the_way_gets_what_is_missing_and_nothing_twice(ledger, tmp_path, monkeypatch):
    monkeypatch.setattr(relay_module, "LONGEST_SECONDS", 0.2)
    monkeypatch.setattr(relay_module, "AT_ONCE", 7)
    monkeypatch.setattr("gateway.events.nats.SECONDS", 1.0)
    with nats_server(tmp_path / "nats") as server:
        async with Running(relay(ledger, server)):
            storing = asyncio.create_task(store(ledger, 1, 150))
            for enough in (20, 60):
                await server.until(enough)
                server.stop()
                await asyncio.sleep(0.1)
                server.start()
            await storing
            found = await server.until(150)
            await until(lambda: _behind(ledger, 0))
        assert numbers(found) == list(range(1, 151))
        assert len({cloudevent["id"] for _subject, _headers, cloudevent in found}) == 150


async def test_a_relay_killed_between_publishing_and_its_commit_loses_nothing_and_repeats_under_the_same_ids(
    ledger, url, tmp_path
):
    await store(ledger, 1, 40)
    with nats_server(tmp_path / "nats") as server:
        published = []
        for when, number in (("before", 1), ("after", 1), ("before", 2), ("after", 3)):
            result = await _live(url, server, when, number)
            assert result.returncode == -signal.SIGKILL, result.stderr
            published.append(len(await server.events()))
        positions = (await standing(ledger)).position
        assert positions < published[-1] or positions in (5, 10, 15, 20, 25, 30), "it stops at a commit"
        result = await _live(url, server, "never", 0)
        assert (result.returncode, result.stdout) == (0, "done\n"), result.stderr
        found = await server.events()
        assert numbers(found) == list(range(1, 41)), "the stream knew by the ids what came twice"


async def _live(url, server, when, number):
    command = [sys.executable, "-m", "tests.events.relay_life", url, server.url, when, str(number), "5"]
    return await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


async def test_an_event_published_twice_has_the_same_id_and_the_same_bytes(tmp_path):
    letter = Numbered(7, event(number="7"), "PO-1")
    with nats_server(tmp_path / "nats") as server:
        publisher = make_publisher(BrokerText(url=server.url), None)
        for _time in range(2):
            await publisher.publish(Letter(letter, to_json(letter, "/gateway")))
        await publisher.close()
        assert len(await server.events()) == 1


async def test_writers_at_the_same_time_all_reach_the_broker(ledger, tmp_path):
    """On PostgreSQL numbers are taken before the commit, so lower ones appear late."""
    with nats_server(tmp_path / "nats") as server:
        async with Running(relay(ledger, server)):
            parts = [store(ledger, 1 + 50 * n, 50 + 50 * n, f"t{n}-1") for n in range(WRITERS)]
            await asyncio.gather(*parts)
            found = await server.until(50 * WRITERS)
        assert sorted(numbers(found)) == list(range(1, 50 * WRITERS + 1))
        positions = [int(cloudevent["sequence"]) for _subject, _headers, cloudevent in found]
        assert positions == sorted(positions), "the stream has the order of the log"
        for writer in range(WRITERS):
            own = [n for n in numbers(found) if 50 * writer < n <= 50 * writer + 50]
            assert own == sorted(own)


@pytest.mark.parametrize(
    ("options", "words"),
    [((), "without JetStream"), (("-js", "--user", "a", "--pass", "b"), "Authorization")],
)
async def test_what_a_broker_does_not_allow_is_said(tmp_path, options, words):
    letter = Numbered(1, event(), None)
    with nats_server(tmp_path / "nats", options=options) as server:
        publisher = make_publisher(BrokerText(url=server.url), None)
        with pytest.raises(BrokerAway) as caught:
            await publisher.publish(Letter(letter, b"{}"))
        await publisher.close()
    assert words in caught.value.detail


SECRET = "p@ss:w/rd"


@pytest.mark.parametrize(
    ("options", "credentials"),
    [(("--user", "gate", "--pass", SECRET), f"gate:{SECRET}"), (("--auth", "t@ken/1"), "t@ken/1")],
)
async def test_credentials_come_from_their_place_and_stand_in_no_address_that_is_shown(tmp_path, options, credentials):
    letter = Numbered(1, event(number="1"), None)
    with nats_server(tmp_path / "nats", options=("-js", *options)) as server:
        publisher = make_publisher(BrokerText(url=server.url), credentials)
        await publisher.publish(Letter(letter, b"{}"))
        await publisher.close()
        assert publisher.address == server.url


async def test_over_tls_a_server_that_we_know_is_believed_and_a_stranger_is_not(tmp_path, monkeypatch):
    known, key = server_certificate(tmp_path)
    letter = Numbered(1, event(number="1"), None)
    with nats_server(tmp_path / "nats", options=("-js", "--tlscert", str(known), "--tlskey", str(key))) as server:
        text = BrokerText(url=server.url.replace("nats://127.0.0.1", "tls://localhost"))
        stranger = make_publisher(text, None)
        with pytest.raises(BrokerAway, match="certificate"):
            await stranger.publish(Letter(letter, b"{}"))
        monkeypatch.setenv("SSL_CERT_FILE", str(known))
        publisher = make_publisher(text, None)
        await publisher.publish(Letter(letter, b"{}"))
        await publisher.close()


def server_certificate(folder):
    """Make the certificate of localhost, and its key."""
    private, now = certificates.key("broker", "ec"), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(private, hashes.SHA256())
    )
    (folder / "broker.pem").write_bytes(certificates.pem(made))
    (folder / "broker.key").write_bytes(certificates.key_pem(private))
    return folder / "broker.pem", folder / "broker.key"


def test_a_missing_extra_is_said_with_how_to_install_it(monkeypatch):
    monkeypatch.setattr(brokers, "EXTRAS", {"nats": ("nats", "no_such_package")})
    with pytest.raises(ConfigurationError, match=r"pip install 'partner-gateway\[nats\]'"):
        make_publisher(BrokerText(url="nats://127.0.0.1:4222"), None)


def test_order_numbers_of_any_kind_make_subjects_that_nats_takes():
    for order in ("PO 1", "a.b.*", ">", "", "ü" * 300, "PO\n1"):
        subject = subject_of("gateway.events", Numbered(1, event(), order))
        assert all(32 < ord(each) < 127 for each in subject) and "*" not in subject and ">" not in subject
        assert len(subject) < 120 and ".." not in subject
    assert SINK == "broker"
