"""RabbitMQ: an event is published once every queue that it is routed to has it, which is what a publisher confirm says.

Events go to a durable topic exchange; routing keys are PREFIX.PARTNER.KEY.TYPE, the same words as the subjects of NATS. A durable
queue that is bound to all of them keeps them in the order of the log, on disk before they are confirmed. RabbitMQ does not know
an event again that comes twice: the message id is the id of the event, and whoever reads drops what it has had.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from aio_pika import Channel as PlainChannel
from aio_pika import RobustConnection
from aio_pika.abc import AbstractChannel, AbstractConnection, FieldValue
from aio_pika.exceptions import (
    AMQPConnectionError,
    AMQPError,
    AuthenticationError,
    ChannelNotFoundEntity,
    ProbableAuthenticationError,
    ProtocolSyntaxError,
    PublishError,
)
from aiormq.exceptions import ChannelAccessRefused, ConnectionNotAllowed
from faststream.rabbit import Channel, ExchangeType, RabbitBroker, RabbitExchange
from faststream.security import BaseSecurity, SASLPlaintext
from yarl import URL

from gateway.events.publisher import SECONDS, BrokerAway, Letter, subject_of
from gateway.tracking.cloudevent import MEDIA_TYPE
from gateway.trading.sinks import BrokerText
from gateway.web.signing import shown

_AWAY = (AMQPError, OSError, TimeoutError, RuntimeError)  # Of the last kind is: the channel is closed.
_IN_THE_BODY = ("data", "datacontenttype")


class RabbitPublisher:
    """Fulfils `gateway.events.publisher.Publisher`."""

    def __init__(self, text: BrokerText, credentials: str | None) -> None:
        self._text = text
        self._security = security_of(text.url, credentials)
        self._exchange = RabbitExchange(text.exchange, type=ExchangeType.TOPIC, durable=True)
        self._broker: RabbitBroker | None = None

    @property
    def address(self) -> str:
        """Where it is, for people."""
        return shown(self._text.url)

    async def publish(self, letter: Letter) -> None:
        """Return once all queues that take it have it; raise BrokerAway, also when no queue takes it."""
        event = letter.numbered
        try:
            async with asyncio.timeout(3 * SECONDS):
                broker = self._broker or await self._connected()
                await broker.publish(
                    letter.body,
                    exchange=self._exchange,
                    routing_key=subject_of(self._text.subject, event),
                    headers=headers_of(letter.body),
                    content_type=MEDIA_TYPE,
                    message_id=event.id,
                    message_type=event.event.type,
                    timestamp=event.event.at,
                    correlation_id=event.event.tracking_id,
                    persist=True,
                    mandatory=True,
                    timeout=SECONDS,
                )
        except _AWAY as error:
            await self.close()
            raise BrokerAway(f"{self.address} {self._words(error)}") from None

    async def close(self) -> None:
        """Let go of the connection, however it is."""
        broker, self._broker = self._broker, None
        if broker is not None:
            with contextlib.suppress(*_AWAY):
                async with asyncio.timeout(SECONDS):
                    await broker.stop()

    async def _connected(self) -> RabbitBroker:
        """Connect, and see that exchange and queue are there; the relay decides when to come back to one that is away."""
        broker = self._broker = _Broker(
            self._text.url,
            security=self._security,
            default_channel=Channel(publisher_confirms=True, on_return_raises=True),
            app_id="partner-gateway",
            logger=None,
        )
        connection = await broker.connect()
        await self._prepare(connection)
        return broker

    async def _prepare(self, connection: AbstractConnection) -> None:
        """Make what is not there. What is there stays as it is: the operator may have made it otherwise."""
        text = self._text
        kept: dict[str, FieldValue] = {"x-message-ttl": int(text.keep.total_seconds() * 1000)}
        if not await _is_there(connection, lambda channel: channel.declare_exchange(text.exchange, passive=True)):
            async with _channel(connection) as channel:
                await channel.declare_exchange(text.exchange, "topic", durable=True)
        if not await _is_there(connection, lambda channel: channel.declare_queue(text.stream, passive=True)):
            async with _channel(connection) as channel:
                await channel.declare_queue(text.stream, durable=True, arguments=kept)
        # Whoever forbids us to bind has bound what it wants; an event that no queue takes is said all the same.
        with contextlib.suppress(ChannelAccessRefused):
            async with _channel(connection) as channel:
                queue = await channel.get_queue(text.stream, ensure=False)
                await queue.bind(text.exchange, f"{text.subject}.#")

    def _words(self, error: BaseException) -> str:
        if isinstance(error, PublishError):
            name, key = self._text.exchange, f"{self._text.subject}.#"
            return f"has no queue that takes our events; bind one to the exchange {name} with the key {key}"
        if isinstance(error, AuthenticationError | ProbableAuthenticationError):
            return "refused user or password; correct credentials:"
        if isinstance(
            error, ConnectionNotAllowed | ProtocolSyntaxError
        ):  # The latter is how the client reads the former.
            return "does not let us into the virtual host; correct the path of url:, or give our user rights there"
        if isinstance(error, ChannelAccessRefused):
            return f"does not allow our user what it needs: {_line(error)}"
        if isinstance(error, TimeoutError):
            return "does not answer"
        if isinstance(error, AMQPConnectionError | OSError | RuntimeError):
            return f"can't be reached ({_line(error)})"
        return f"refused: {_line(error)}"


class _Broker(RabbitBroker):
    """A broker that lets go of a connection which was refused; the client would go on asking for one in the background."""

    async def _connect(self) -> RobustConnection:
        how = self._connection_kwargs
        connection, ready = RobustConnection(URL(how["url"]), ssl_context=how["ssl_context"], fail_fast=True), False
        try:
            await connection.connect(timeout=SECONDS)
            self.config.connect(connection)
            self._channel = await self.config.channel_manager.get_channel()
            ready = True
        finally:
            if not ready:
                await connection.close()
        return connection


async def _is_there(
    connection: AbstractConnection, ask: Callable[[AbstractChannel], Coroutine[Any, Any, object]]
) -> bool:
    try:
        async with _channel(connection) as channel:
            await ask(channel)
    except ChannelNotFoundEntity:
        return False
    return True


@contextlib.asynccontextmanager
async def _channel(connection: AbstractConnection) -> AsyncIterator[AbstractChannel]:
    """Give a channel for one question: RabbitMQ closes it when the answer is no, and nothing shall open it again."""
    channel = PlainChannel(connection, publisher_confirms=False)
    await channel.initialize()
    try:
        yield channel
    finally:
        await channel.close()


def security_of(url: str, credentials: str | None) -> BaseSecurity | None:
    """Return who we are, guest as RabbitMQ is set up first where nothing is said; amqps:// must prove who the server is.

    Raises ValueError for credentials that are no ``user:password``.
    """
    tls = ssl.create_default_context() if url.startswith("amqps://") else None
    if not credentials:
        return BaseSecurity(ssl_context=tls) if tls is not None else None
    user, colon, password = credentials.partition(":")
    if not (user and colon and password):
        raise ValueError("credentials of RabbitMQ are user:password")
    return SASLPlaintext(user, password, ssl_context=tls)


def headers_of(body: bytes) -> dict[str, FieldValue]:
    """Return the attributes of a CloudEvent as headers, so that queues and readers may choose without reading the body."""
    attributes = json.loads(body)
    return {f"cloudEvents_{name}": str(value) for name, value in attributes.items() if name not in _IN_THE_BODY}


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
