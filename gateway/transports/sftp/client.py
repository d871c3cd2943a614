"""Connects to a partner's server: only to one that shows a pinned host key, with modern algorithms, and never for ever.

What goes wrong is said in the words of the house: PartnerUnreachable is tried again, PartnerRefused needs a person.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial

import asyncssh

from gateway.errors import ConfigurationError, PartnerRefused, PartnerUnreachable
from gateway.trading.sftp import SFTPServer
from gateway.transports.sftp.algorithms import algorithms

Secret = Callable[[str, str], str]

_KEEPALIVE_SECONDS = 15
# Kinds of host keys, one after the other: a server has several, and only the one that it shows first can be compared.
_KINDS = (
    ("ssh-ed25519",),
    ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
    ("rsa-sha2-256", "rsa-sha2-512"),
)

# How servers say that they have no host key of the kind that was asked for: some just hang up.
NOT_OF_THIS_KIND = (asyncssh.KeyExchangeFailed, asyncssh.ConnectionLost, ConnectionResetError)


@dataclass(slots=True)
class Remote:
    """A server that we are logged in to, and the fingerprint of the host key that it has shown."""

    sftp: asyncssh.SFTPClient
    where: str
    host_key: str
    seconds: float

    def patience(self) -> asyncio.Timeout:
        """Return a context that gives one request its time."""
        return asyncio.timeout(self.seconds)


class Pinned(asyncssh.SSHClient):
    """Believes a server whose key is pinned, and remembers which one it has shown."""

    def __init__(self, pins: frozenset[str]) -> None:
        self._pins = pins
        self.shown = ""

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Tell whether the key of a server is one that the partner's file names."""
        self.shown = key.get_fingerprint()
        return self.shown in self._pins


@asynccontextmanager
async def connect(server: SFTPServer, partner: str, secret: Secret) -> AsyncIterator[Remote]:
    """Log in to a partner's server and open SFTP; raise PartnerUnreachable or PartnerRefused."""
    where = f"{server.host}:{server.port}"
    with in_our_words(where):
        connection, shown = await log_in(server, partner, secret)
    try:
        with in_our_words(where):
            async with asyncio.timeout(server.timeout.total_seconds()):
                sftp = await connection.start_sftp_client()
            yield Remote(sftp, where, shown, server.timeout.total_seconds())
    finally:
        connection.abort()


async def log_in(server: SFTPServer, partner: str, secret: Secret) -> tuple[asyncssh.SSHClientConnection, str]:
    """Connect and log in; return the connection and the fingerprint of its host key."""
    keys, password = credentials(server, partner, secret)
    wrong: Exception | None = None
    shown: list[str] = []
    for kinds in _orders(server):
        client = Pinned(server.pins)
        try:
            connection, _ = await asyncssh.create_connection(
                partial(_itself, client),
                server.host,
                server.port,
                username=server.user,
                client_keys=keys,
                password=password,
                known_hosts=([], [], []),
                server_host_key_algs=kinds,
                config=None,
                agent_path=None,
                preferred_auth=["publickey", "password", "keyboard-interactive"],
                connect_timeout=server.timeout.total_seconds(),
                login_timeout=server.timeout.total_seconds(),
                keepalive_interval=_KEEPALIVE_SECONDS,
                **algorithms(server.legacy),
            )
        except (asyncssh.HostKeyNotVerifiable, *NOT_OF_THIS_KIND) as error:
            # The server may have a pinned key of another kind, or none of this kind.
            if client.shown:
                shown.append(client.shown)
            wrong = error
            continue
        return connection, client.shown
    if shown:
        words = f"{server.host}:{server.port} shows the host key {shown[0]}, which is not pinned: nothing was sent."
        raise PartnerRefused(
            f"{words} Ask the partner whether it was changed; if so, add it to host_keys, then replay."
        )
    assert wrong is not None
    raise wrong


def _itself(client: Pinned) -> Pinned:
    return client


def _orders(server: SFTPServer) -> Iterator[list[str]]:
    """Yield which kinds of host keys are asked for: the pinned ones where they are known, else one kind after the other."""
    old = ("ssh-rsa",) if "ssh-rsa" in server.legacy else ()
    named = {key.split()[0] for key in server.host_keys if not key.startswith("SHA256:")}
    kinds = [(*each, *(old if each[0].startswith("rsa") else ())) for each in _KINDS]
    for each in kinds:
        if len(named) < len(server.host_keys) or any(_of_kind(name, each) for name in named):
            yield list(each)


def _of_kind(name: str, kinds: tuple[str, ...]) -> bool:
    return name in kinds or (name == "ssh-rsa" and kinds[0].startswith("rsa"))


def credentials(server: SFTPServer, partner: str, secret: Secret) -> tuple[list[asyncssh.SSHKey] | None, str | None]:
    """Return our key and password for a server; raise PartnerRefused when they can't be read."""
    file = f"partners/{partner}.yaml"
    try:
        keys = [asyncssh.import_private_key(secret(server.key, file) + "\n")] if server.key else None
        return keys, secret(server.password, file) if server.password else None
    except ConfigurationError as error:
        raise PartnerRefused(error.detail) from None
    except asyncssh.KeyImportError:
        words = f"{server.key} holds no private key that can be read without a passphrase."
        raise PartnerRefused(f"{words} Make one with: gateway sftp key, then replay.") from None


@contextmanager
def in_our_words(where: str) -> Iterator[None]:
    """Say what goes wrong with a server in the words of the house."""
    try:
        yield
    except asyncssh.PermissionDenied as error:
        words = f"{where} does not let us in: {error.reason}. Ask the partner whether it knows our user and public key"
        raise PartnerRefused(f"{words} (gateway sftp key shows it), then replay.") from None
    except asyncssh.KeyExchangeFailed as error:
        words = f"{where} speaks no algorithm that we take: {error.reason}."
        raise PartnerRefused(f"{words} Name what it needs under legacy, if that must be, then replay.") from None
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath) as error:
        raise PartnerRefused(
            f"{where}: {error.reason}. Correct the folder in the partner's file, then replay."
        ) from None
    except (asyncssh.SFTPPermissionDenied, asyncssh.SFTPWriteProtect) as error:
        raise PartnerRefused(f"{where}: {error.reason}. Ask the partner for the rights, then replay.") from None
    except asyncssh.Error as error:
        raise PartnerUnreachable(f"{where}: {error.reason or type(error).__name__}. It is tried again.") from None
    except TimeoutError:
        raise PartnerUnreachable(f"{where} did not answer in time. It is tried again.") from None
    except OSError as error:
        raise PartnerUnreachable(f"{where}: {error.strerror or error}. It is tried again.") from None
