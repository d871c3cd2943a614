"""The brokers that the relay is proved against: each a real server, and the same words to start, cut and read it."""

import asyncio
import os
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from tests.support import certificates
from tests.support.nats import NatsServer
from tests.support.rabbit import HAS_RABBIT, Line

# A machine without rabbitmq-server proves the rest; with GATEWAY_REQUIRE_PEERS, as in continuous integration, it fails.
KINDS = ("nats", "rabbit") if HAS_RABBIT or os.environ.get("GATEWAY_REQUIRE_PEERS") else ("nats",)


class Nats:
    """A NATS of this test alone."""

    drops_copies = True  # It knows by Nats-Msg-Id what comes twice.

    def __init__(self, folder):
        self._server = NatsServer(folder)
        self.text = {"url": self._server.url}

    async def start(self):
        await asyncio.to_thread(self._server.start)

    async def stop(self):
        await asyncio.to_thread(self._server.stop)

    async def events(self):
        return [(subject, headers["Nats-Msg-Id"], event) for subject, headers, event in await self._server.events()]

    async def until(self, count):
        await self._server.until(count)
        return await self.events()


class Rabbit:
    """A line of this test alone to the RabbitMQ of all tests."""

    drops_copies = False  # Whoever reads drops what it has had.

    def __init__(self, server):
        self._line = Line(server)
        self.text = {"url": self._line.url, **self._line.settings}
        self.start, self.stop = self._line.start, self._line.stop

    async def events(self):
        return [(key, said["message-id"], event) for key, said, event in await self._line.events()]

    async def until(self, count):
        await self._line.until(count)
        return await self.events()


@asynccontextmanager
async def served(broker, *, started=True):
    """Give a broker, and leave nothing of it running."""
    try:
        if started:
            await broker.start()
        yield broker
    finally:
        await broker.stop()


def once(broker, found):
    """Return the events without their copies; a copy is the same to the letter, and NATS keeps none."""
    first = {}
    for subject, name, event in found:
        assert name == event["id"]
        assert first.setdefault(name, (subject, event)) == (subject, event)
    assert len(first) == len(found) or not broker.drops_copies
    return [event for _subject, event in first.values()]


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
