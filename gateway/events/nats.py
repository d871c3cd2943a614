"""NATS JetStream: an event is published once the stream has stored it; one that comes twice is told by its Nats-Msg-Id.

Subjects are PREFIX.PARTNER.KEY.TYPE, so that a consumer may ask for a partner, an order or a type. One relay publishes one event
after the other, so the stream holds them in the order of the log, and with it those of an order.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from typing import Any

import nats.errors
import nats.js.errors
from faststream.nats import NatsBroker
from faststream.nats.security import NatsToken, NatsUserPassword
from faststream.security import BaseSecurity
from nats.aio.client import Client
from nats.js.api import StreamConfig

from gateway.events.publisher import SECONDS, BrokerAway, Letter, subject_of
from gateway.tracking.cloudevent import MEDIA_TYPE
from gateway.trading.sinks import BrokerText
from gateway.web.signing import shown

_AWAY = (nats.errors.Error, OSError, TimeoutError, asyncio.InvalidStateError)


class NatsPublisher:
    """Fulfils `gateway.events.publisher.Publisher`."""

    def __init__(self, text: BrokerText, credentials: str | None) -> None:
        self._text = text
        self._security = security_of(text.url, credentials)
        self._broker: NatsBroker | None = None
        self._client: Client | None = None
        self._heard: Exception | None = None

    @property
    def address(self) -> str:
        """Where it is, for people."""
        return shown(self._text.url)

    async def publish(self, letter: Letter) -> None:
        """Return once the stream has stored it; raise BrokerAway."""
        numbered = letter.numbered
        try:
            broker = self._broker or await self._connected()
            await broker.publish(
                letter.body,
                subject_of(self._text.subject, numbered),
                headers={"Nats-Msg-Id": numbered.id, "content-type": MEDIA_TYPE},
                correlation_id=numbered.event.tracking_id,
                stream=self._text.stream,
                timeout=SECONDS,
            )
        except _AWAY as error:
            await self.close()
            heard, self._heard = self._heard, None
            cause = heard if heard is not None and isinstance(error, nats.errors.NoServersError) else error
            raise BrokerAway(f"{self.address} {_words(cause)}") from None

    async def close(self) -> None:
        """Let go of the connection, however it is."""
        broker, self._broker = self._broker, None
        client, self._client = self._client, None
        if broker is not None:
            with contextlib.suppress(*_AWAY):
                await broker.stop()
        if client is not None:
            await client.close()  # What could not be drained is let go of all the same.

    async def _connected(self) -> NatsBroker:
        """Connect, and see that the stream is there; the relay itself decides when to come back to one that is away."""
        broker = self._broker = _Broker(
            self._text.url,
            security=self._security,
            allow_reconnect=False,
            max_reconnect_attempts=1,  # Without a bound the client tries for ever, and says nothing meanwhile.
            reconnect_time_wait=0,
            connect_timeout=int(SECONDS),
            logger=None,
            error_cb=self._hear,
        )
        async with asyncio.timeout(2 * SECONDS):
            connection = self._client = await broker.connect()
        stream = connection.jetstream(timeout=SECONDS)
        try:
            await stream.stream_info(self._text.stream)
        except nats.js.errors.NotFoundError:
            await stream.add_stream(
                StreamConfig(
                    name=self._text.stream,
                    description="Events of partner-gateway, as CloudEvents",
                    subjects=[f"{self._text.subject}.>"],
                    max_age=self._text.keep.total_seconds(),
                    duplicate_window=min(self._text.unique_within, self._text.keep).total_seconds(),
                )
            )
        return broker

    async def _hear(self, error: Exception) -> None:
        """Keep what the client met while it connected; whoever publishes is told."""
        self._heard = error


class _Broker(NatsBroker):
    """A broker that lets go of a connection which was refused; the client leaves its socket open until it is collected."""

    async def _connect(self) -> Client:
        client, connected = Client(), False
        try:
            await client.connect(**self._connection_kwargs)
            connected = True
        finally:
            transport: Any = client._transport
            if transport is not None and not connected:
                transport.close()
        self.config.connect(client)
        return client


def security_of(url: str, credentials: str | None) -> BaseSecurity | None:
    """Return who we are: ``user:password``, or a token; with tls:// the server must prove who it is."""
    tls = ssl.create_default_context() if url.startswith("tls://") else None
    if not credentials:
        return BaseSecurity(ssl_context=tls)
    user, colon, password = credentials.partition(":")
    return NatsUserPassword(user, password, ssl_context=tls) if colon else NatsToken(credentials, ssl_context=tls)


def _words(error: BaseException) -> str:
    if isinstance(error, nats.js.errors.NoStreamResponseError | nats.errors.NoRespondersError):
        return "has no stream for our subjects; let it run with JetStream, or correct stream: and subject:"
    if isinstance(error, nats.js.errors.ServiceUnavailableError):
        return "runs without JetStream; start it with JetStream (nats-server -js)"
    if isinstance(error, nats.js.errors.APIError):
        return f"refused: {error.description or error}"
    if isinstance(error, nats.errors.TimeoutError | TimeoutError):
        return "does not answer"
    return f"can't be reached ({str(error).removeprefix('nats: ')[:200] or type(error).__name__})"
