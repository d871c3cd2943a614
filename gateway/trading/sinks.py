"""To whom events are passed on, as `gateway.yaml` says it: a message broker, and webhooks. Knows no broker and no HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from gateway.tracking.event_types import EVENT_TYPES
from gateway.trading.duration import Duration, read_duration
from gateway.trading.kinds import Name, Secret, Shape

BrokerAddress = Annotated[
    str,
    Shape(
        r"((nats|tls)://[^\s@/]+(/[^\s@]*)?|amqps?://[^\s@/?#]+(/[^\s@/?#]*)?)",
        "an address of a broker is nats://HOST:4222, tls://HOST:4222, amqp://HOST:5672 or amqps://HOST:5671, without a password",
        "put user and password into a variable or file that credentials: names",
        hidden=True,
    ),
]
WebhookAddress = Annotated[
    str,
    Shape(
        r"https?://[^\s@/?#]+(/[^\s#]*)?",
        "an address begins with http:// or https://, and holds no user or password",
        "write the whole of it; who sends is proved by the signature",
        hidden=True,
    ),
]
Token = Annotated[
    str,
    Shape(r"[A-Za-z0-9_-]{1,60}", "a name of a stream has letters, digits, - and _ only", "write it such as GATEWAY"),
]
Subject = Annotated[
    str,
    Shape(
        r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*",
        "a subject is words of letters, digits, - and _ with dots between them",
        "write it such as gateway.events",
    ),
]
Where = Literal["first", "next"]


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BrokerText(_Text):
    """The message broker to which all events are published."""

    url: BrokerAddress = Field(
        description="nats://HOST:4222 or tls://HOST:4222, a NATS with JetStream; amqp://HOST:5672/VHOST or amqps://, a RabbitMQ."
    )
    credentials: Secret | None = Field(
        None, description="Where user:password is, or a token of NATS: env:NAME or file:PATH."
    )
    stream: Token = Field(
        "GATEWAY",
        description="The stream of JetStream, or the queue of RabbitMQ, that keeps all events; it is made when it is not there.",
    )
    subject: Subject = Field("gateway.events", description="How subjects (NATS) and routing keys (RabbitMQ) begin.")
    exchange: Subject = Field(
        "gateway.events", description="RabbitMQ: the durable topic exchange; it is made when it is not there."
    )
    begin: Where = Field(
        "first", description="A new broker gets all events since the first one, or from the next one on."
    )
    keep: Duration = Field(read_duration("7d"), description="How long a stream or queue that we make keeps events.")
    unique_within: Duration = Field(
        read_duration("1h"), description="NATS: for how long a stream that we make knows an event that comes twice."
    )


class EventsText(_Text):
    """Events: who they say they come from, and the broker."""

    source: Annotated[
        str,
        Shape(r"[!-~]{1,255}", "a source is a URI reference", "write it such as /gateway/plant-2"),
    ] = Field("/partner-gateway", description="What stands as source in each event; another one for each gateway.")
    broker: BrokerText | None = Field(
        None, description="The broker; without it events are in the log, the API and webhooks."
    )


class WebhookRetryText(_Text):
    """How patiently a webhook is tried again."""

    first: Duration = Field(
        read_duration("5s"), description="About how long to wait before the second try; then longer."
    )
    longest: Duration = Field(read_duration("2h"), description="The longest wait between two tries.")
    within: Duration = Field(
        read_duration("24h"), description="How long an event is tried; then it is a dead letter, which never expires."
    )


class WebhookText(_Text):
    """Who is told of events by HTTP, signed as Standard Webhooks say."""

    url: WebhookAddress = Field(description="Where events are posted. No redirect is followed.")
    secret: Secret = Field(description="Where the secret of the signature is: env:NAME or file:PATH.")
    types: tuple[str, ...] = Field(
        (), description="Which events: their types, or document.* for all of a kind. Left out: all."
    )
    partners: tuple[Name, ...] = Field((), description="Events of these partners only. Left out: of all.")
    begin: Where = Field("next", description="A new webhook gets events from the next one on, or since the first one.")
    timeout: Duration = Field(read_duration("10s"), description="How long it may take to answer.")
    retry: WebhookRetryText = Field(WebhookRetryText(), description="How patiently it is tried again.")

    @field_validator("types")
    @classmethod
    def _known(cls, types: tuple[str, ...]) -> tuple[str, ...]:
        for each in types:
            if not types_of(each):
                known = ", ".join(sorted(EVENT_TYPES))
                raise ValueError(f"there is no event of type {each!r}; write one of {known}, or such as document.*")
        return types

    @field_validator("timeout")
    @classmethod
    def _bounded(cls, timeout: timedelta) -> timedelta:
        if not timedelta(seconds=1) <= timeout <= timedelta(seconds=60):
            raise ValueError("a webhook is waited for 1s to 60s; write it such as 10s")
        return timeout

    @property
    def chosen(self) -> tuple[str, ...]:
        """The types that are asked for; empty for all."""
        return tuple(sorted({name for each in self.types for name in types_of(each)}))


def types_of(pattern: str) -> list[str]:
    """Return the types that a pattern means: itself, or with ``.*`` at its end all that begin so."""
    if pattern.endswith(".*"):
        return [name for name in EVENT_TYPES if name.startswith(pattern[:-1])]
    return [pattern] if pattern in EVENT_TYPES else []
