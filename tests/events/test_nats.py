"""What is NATS' own: its id of a message, what it does not allow, who we are, and whom we believe over TLS."""

import pytest

from gateway.events.brokers import make_publisher
from gateway.events.publisher import BrokerAway, Letter
from gateway.tracking.cloudevent import Numbered, to_json
from gateway.trading.sinks import BrokerText
from tests.events.served import server_certificate
from tests.events.test_relay import event
from tests.support.nats import nats_server


async def test_an_event_says_in_its_headers_what_it_is(tmp_path):
    letter = Numbered(7, event(number="7"), "PO-1")
    with nats_server(tmp_path / "nats") as server:
        publisher = make_publisher(BrokerText(url=server.url), None)
        await publisher.publish(Letter(letter, to_json(letter, "/gateway")))
        await publisher.close()
        [(_subject, headers, cloudevent)] = await server.events()
    assert headers["Nats-Msg-Id"] == cloudevent["id"]
    assert headers["content-type"] == "application/cloudevents+json"


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
