"""The brokers that there are, by the beginning of their addresses. Their packages are extras: loaded when one is asked for."""

from __future__ import annotations

import importlib.util

from gateway.errors import ConfigurationError, Problem
from gateway.events.publisher import Publisher
from gateway.trading.sinks import BrokerText

# How addresses begin -> the extra and the package that must be there.
EXTRAS = {"nats": ("nats", "nats"), "tls": ("nats", "nats")}


def make_publisher(text: BrokerText, credentials: str | None) -> Publisher:
    """Return what publishes to a broker; raise ConfigurationError when its extra is not installed."""
    scheme = text.url.partition(":")[0]
    extra, package = EXTRAS[scheme]
    if importlib.util.find_spec("faststream") is None or importlib.util.find_spec(package) is None:
        reason = f"what talks to {scheme}:// is not installed"
        advice = f"install it: pip install 'partner-gateway[{extra}]'"
        raise ConfigurationError([Problem("gateway.yaml", 1, "events.broker.url", reason, advice)])
    from gateway.events.nats import NatsPublisher

    return NatsPublisher(text, credentials)
