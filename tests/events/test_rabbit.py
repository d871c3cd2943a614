"""What is RabbitMQ's own: properties and headers, exchange and queue, who we are, and what is said when it takes no event."""

import os
from contextlib import asynccontextmanager

import aio_pika
import pytest

from gateway.errors import ConfigurationError
from gateway.events import relay as relay_module
from gateway.events.brokers import make_publisher
from gateway.events.publisher import BrokerAway, Letter, subject_of
from gateway.pipeline.outbox import SinkState
from gateway.tracking.cloudevent import Numbered, to_json
from gateway.trading.sinks import BrokerText
from tests.events.served import KINDS, Rabbit, once, served, server_certificate
from tests.events.test_relay import Running, _is, event, numbers, relay, store, until
from tests.support.rabbit import SECRET, Line, RabbitServer

LETTER = Numbered(7, event(number="7"), "PO-1")


def letter(numbered=LETTER):
    return Letter(numbered, to_json(numbered, "/gateway"))


@asynccontextmanager
async def publisher_of(text, credentials=None):
    made = make_publisher(BrokerText(**text), credentials)
    try:
        yield made
    finally:
        await made.close()


@asynccontextmanager
async def channel_of(server):
    """A channel of the operator."""
    async with await aio_pika.connect(f"amqp://127.0.0.1:{server.port}") as connection:
        yield await connection.channel()


async def refusal(text, credentials=None):
    async with publisher_of(text, credentials) as publisher:
        with pytest.raises(BrokerAway) as caught:
            await publisher.publish(letter())
    assert SECRET not in caught.value.detail and "guest:" not in caught.value.detail
    return caught.value.detail


if "rabbit" in KINDS:

    async def test_an_event_says_in_its_properties_and_headers_what_it_is(rabbit_server):
        line = Line(rabbit_server)
        async with served(line), publisher_of({"url": line.url, **line.settings}) as publisher:
            await publisher.publish(letter())
            [(key, said, cloudevent)] = await line.events()
        assert key == subject_of("gateway.events", LETTER)
        assert said["message-id"] == cloudevent["id"] == LETTER.id
        assert (said["content-type"], said["type"]) == ("application/cloudevents+json", "document.received")
        assert said["mode"] == aio_pika.DeliveryMode.PERSISTENT
        for name, value in cloudevent.items():
            if name not in ("data", "datacontenttype"):
                assert said[f"cloudEvents_{name}"] == value

    async def test_exchange_and_queue_are_durable_and_hold_what_a_restart_of_the_publisher_finds(rabbit_server):
        line = Line(rabbit_server)
        async with served(line):
            for number in (1, 2):
                async with publisher_of({"url": line.url, **line.settings, "keep": "2d"}) as publisher:
                    await publisher.publish(letter(Numbered(number, event(number=str(number)))))
            assert numbers([found for *_how, found in await line.events()]) == [1, 2]
            async with channel_of(rabbit_server) as channel:
                # Whoever declares what is there as it is gets no error; durable, topic, a queue that keeps two days.
                await channel.declare_exchange(line.settings["exchange"], "topic", durable=True)
                how = {"x-message-ttl": 172800000}
                await channel.declare_queue(line.settings["stream"], durable=True, arguments=how)

    async def test_a_queue_of_the_operator_stays_as_it_is_and_readers_choose_by_key(rabbit_server):
        line = Line(rabbit_server)
        async with served(line), channel_of(rabbit_server) as channel:
            queue = await channel.declare_queue(line.settings["stream"], durable=True)
            async with publisher_of({"url": line.url, **line.settings}) as publisher:
                await publisher.publish(letter())
                cases = await channel.declare_queue("", exclusive=True)
                await cases.bind(line.settings["exchange"], "gateway.events.*.*.case.#")
                for number, kind in ((8, "document.received"), (9, "case.opened")):
                    await publisher.publish(letter(Numbered(number, event(kind=kind))))
            message = await cases.get(timeout=20)
            assert message.type == "case.opened" and await cases.get(fail=False) is None
            await message.ack()
            assert (await queue.declare()).message_count == 3
            await queue.delete(if_unused=False, if_empty=False)

    async def test_events_that_no_queue_takes_are_not_passed_over(rabbit_server, ledger, monkeypatch):
        monkeypatch.setattr(relay_module, "LONGEST_SECONDS", 0.2)
        broker = Rabbit(rabbit_server)
        name = broker.text["stream"]
        async with served(broker), Running(relay(ledger, broker)):
            await store(ledger, 1, 3)
            await broker.until(3)
            async with channel_of(rabbit_server) as channel:
                queue = await channel.get_queue(name)
                await queue.unbind(broker.text["exchange"], "gateway.events.#")
                await store(ledger, 4, 9)
                await broker.until(9)
            assert numbers(once(broker, await broker.events())) == list(range(1, 10))
            await until(lambda: _is(ledger, SinkState.OPEN))

    async def test_without_the_right_to_bind_an_unread_event_is_said_and_not_lost(rabbit_server):
        """The operator has made both, and lets us only write."""
        line = Line(rabbit_server)
        text = {"url": line.url, **line.settings}
        async with served(line), channel_of(rabbit_server) as channel:
            assert "does not allow our user what it needs" in await refusal(text, f"writer:{SECRET}")
            exchange = await channel.declare_exchange(line.settings["exchange"], "topic", durable=True)
            queue = await channel.declare_queue(line.settings["stream"], durable=True)
            assert "has no queue that takes our events; bind one" in await refusal(text, f"writer:{SECRET}")
            await queue.bind(exchange, "#")
            async with publisher_of(text, f"writer:{SECRET}") as publisher:
                await publisher.publish(letter())
            taken = await queue.get(timeout=20)
            assert taken.message_id == LETTER.id
            await taken.ack()

    async def test_credentials_and_virtual_host_come_from_their_places_and_stand_in_no_address_that_is_shown(
        rabbit_server,
    ):
        line = Line(rabbit_server)
        text = {"url": f"{line.url}/plant%202", **line.settings}
        async with served(line):
            async with publisher_of(text, f"gate:{SECRET}") as publisher:
                await publisher.publish(letter())
                assert publisher.address == text["url"]
            assert "user or password" in await refusal(text, "gate:another")
            assert "virtual host" in await refusal({**text, "url": line.url}, f"gate:{SECRET}")
        assert "can't be reached" in await refusal(text, f"gate:{SECRET}")

    async def test_over_tls_a_server_that_we_know_is_believed_and_a_stranger_is_not(rabbit_server, monkeypatch):
        line = Line(rabbit_server)
        text = {"url": f"amqps://localhost:{rabbit_server.secure_port}", **line.settings}
        assert "certificate" in await refusal(text)
        monkeypatch.setenv("SSL_CERT_FILE", str(rabbit_server.certificate))
        for credentials in (None, "guest:guest"):
            async with publisher_of(text, credentials) as publisher:
                await publisher.publish(letter())

    if os.environ.get("GATEWAY_PROOF"):

        async def test_a_rabbitmq_that_is_killed_has_whatever_it_confirmed(ledger, tmp_path, monkeypatch):
            monkeypatch.setattr(relay_module, "LONGEST_SECONDS", 0.2)
            server = RabbitServer(tmp_path / "rabbit", *server_certificate(tmp_path))
            broker = Rabbit(server)
            try:
                server.start()
                async with served(broker), Running(relay(ledger, broker)):
                    for round_ in range(3):
                        await store(ledger, 40 * round_ + 1, 40 * round_ + 40)
                        await broker.until(40 * round_ + 20)
                        server.stop()
                        server.start()
                    await broker.until(120)
                    assert numbers(once(broker, await broker.events())) == list(range(1, 121))
            finally:
                server.stop()


@pytest.mark.parametrize("credentials", ["token-alone", "gate-7:", ":pass-7"])
def test_credentials_that_rabbitmq_can_not_take_are_said_at_the_start(credentials):
    with pytest.raises(ConfigurationError, match="user:password") as caught:
        make_publisher(BrokerText(url="amqp://127.0.0.1"), credentials)
    assert credentials not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["amqp://guest:guest@127.0.0.1", "amqps://host/?no_verify_ssl=1", "amqp://host/a/b", "rabbit://host"]
)
def test_an_address_with_a_password_or_switches_in_it_is_refused(url):
    with pytest.raises(ValueError, match="without a password"):
        BrokerText(url=url)
