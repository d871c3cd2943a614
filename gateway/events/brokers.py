"""The brokers that there are, by the beginning of their addresses. Their packages are extras: loaded when one is asked for."""

from __future__ import annotations

import importlib.util

from gateway.errors import ConfigurationError, Problem
from gateway.events.publisher import Publisher
from gateway.trading.sinks import BrokerText

# How addresses begin -> the extra and the package that must be there.
EXTRAS = {
    "nats": ("nats", "nats"),
    "tls": ("nats", "nats"),
    "amqp": ("rabbit", "aio_pika"),
    "amqps": ("rabbit", "aio_pika"),
}


def make_publisher(text: BrokerText, credentials: str | None) -> Publisher:
    """Return what publishes to a broker; raise ConfigurationError when its extra is not installed, or it can't sign in so."""
    scheme = text.url.partition(":")[0]
    extra, package = EXTRAS[scheme]
    if importlib.util.find_spec("faststream") is None or importlib.util.find_spec(package) is None:
        reason = f"what talks to {scheme}:// is not installed"
        advice = f"install it: pip install 'partner-gateway[{extra}]'"
        raise ConfigurationError([Problem("gateway.yaml", 1, "events.broker.url", reason, advice)])
    if extra == "nats":
        from gateway.events.nats import NatsPublisher

        return NatsPublisher(text, credentials)
    from gateway.events.rabbit import RabbitPublisher

    try:
        return RabbitPublisher(text, credentials)
    except ValueError as error:
        advice = "write user:password into the variable or file that it names"
        raise ConfigurationError(
            [Problem("gateway.yaml", 1, "events.broker.credentials", str(error), advice)]
        ) from None
