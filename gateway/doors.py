"""Joins the doors that stand beside the HTTP interface, each on a port of its own. Which there are is said in gateway.yaml."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol, cast

import aiohttp

from gateway.errors import ConfigurationError, Problem
from gateway.keyring import Keyring
from gateway.pipeline.ports import Configuration, World
from gateway.settings import Settings, read_secret
from gateway.trading.certificates import Place, believed
from gateway.trading.doors import AS2DoorText
from gateway.transports.as2.body import Bounds
from gateway.transports.as2.building import Builder
from gateway.transports.as2.calling import Caller
from gateway.transports.as2.front import Front, Handler, Refused
from gateway.transports.as2.keeping import bound_around
from gateway.transports.as2.pinging import Pinger
from gateway.transports.as2.receiver import AS2Receiver
from gateway.transports.as2.sender import AS2Sender
from gateway.transports.as2.tls import Door

_IN_MEMORY = 256 << 10  # Bytes of a request that are held in memory before the spool becomes a file.


class Listener(Protocol):
    """Something that takes in connections while the gateway runs."""

    @property
    def address(self) -> str:
        """Where it listens, for people."""

    async def start(self) -> None:
        """Begin to listen; raise OSError when the address is taken."""

    async def stop(self, within: float = 10.0) -> None:
        """Take no more connections, and let open ones come to their end for some seconds."""


def make_listeners(settings: Settings, world: World) -> list[Listener]:
    """Make every door that gateway.yaml asks for beside the HTTP interface. Raises ConfigurationError."""
    keyring = Keyring(settings.environment.data_dir, read_secret)
    receiver = AS2Receiver(world, keyring, read_secret, spools(settings))
    front = as2_front(settings, world.configuration, world.clock, receiver.handle, receiver.note_refused)
    return [front] if front is not None else []


def as2_sender(settings: Settings, world: World, session: aiohttp.ClientSession) -> AS2Sender:
    """Make what sends messages and receipts over AS2."""
    keyring = Keyring(settings.environment.data_dir, read_secret)
    builder = Builder(keyring, read_secret, spools(settings), world.new_id)
    return AS2Sender(world, builder, Caller(session, keyring, read_secret))


def pinger(settings: Settings, session: aiohttp.ClientSession, new_id: Callable[[], str]) -> Pinger:
    """Make what tries a connection out."""
    keyring = Keyring(settings.environment.data_dir, read_secret)
    return Pinger(
        Builder(keyring, read_secret, spools(settings), new_id),
        Caller(session, keyring, read_secret),
    )


def spools(settings: Settings) -> Callable[[], BinaryIO]:
    """Return what makes places for large bodies, in the data folder."""
    folder = settings.environment.data_dir / "spool"
    folder.mkdir(parents=True, exist_ok=True)
    return lambda: new_spool(folder)


def as2_front(
    settings: Settings,
    configuration: Callable[[], Configuration],
    clock: Callable[[], datetime],
    handler: Handler,
    refused: Refused | None = None,
) -> Front | None:
    """Make the AS2 door that gateway.yaml asks for; None where it asks for none. Raises ConfigurationError."""
    text = settings.gateway.as2
    if text is None:
        return None
    largest = bound_around(settings.gateway.limits.transmission_mb << 20)
    return Front(
        handler,
        spools(settings),
        host=text.host,
        port=text.port,
        path=text.path,
        tls=_door(text, settings, lambda: client_certificates(configuration(), clock())),
        bounds=Bounds(
            head_bytes=text.head_kb << 10,
            body_bytes=largest,
            head_seconds=text.head_within.total_seconds(),
            idle_seconds=text.idle_within.total_seconds(),
            connections=text.connections,
            connections_per_address=text.connections_per_address,
        ),
        refused=refused,
    )


def client_certificates(configuration: Configuration, now: datetime) -> list[bytes]:
    """Return the certificates (DER) of partners from whom one is asked for over TLS."""
    found = []
    for partner in configuration.directory.partners.values():
        channel = partner.text.channels.as2
        if channel is not None and channel.receive.client_certificate:
            found += [each.certificate.der for each in believed(Place.TLS_THEIRS, partner.certificates, now)]
    return found


def new_spool(folder: Path) -> BinaryIO:
    """Make a place for a body: in memory while it is small, then an unnamed file in ``folder``."""
    return cast("BinaryIO", tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=str(folder)))


def _door(text: AS2DoorText, settings: Settings, clients: Callable[[], list[bytes]]) -> Door | None:
    if text.tls is None:
        return None
    where = str(settings.environment.config_dir / "gateway.yaml")
    passphrase = read_secret(text.tls.passphrase, where) if text.tls.passphrase else None
    certificate = settings.environment.config_dir / text.tls.certificate
    try:
        return Door(certificate, settings.below_data(text.tls.key), passphrase, clients)
    except ConfigurationError as error:
        raise ConfigurationError(
            [Problem(where, 1, each.key, each.reason, each.advice) for each in error.problems]
        ) from None
