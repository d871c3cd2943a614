"""Joins what speaks SFTP: our server with its mailboxes, what delivers to servers of partners, and what fetches from there."""

from __future__ import annotations

from collections.abc import Callable

from gateway.ledger.mailboxes import SqlMailboxes
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.ports import World
from gateway.settings import Settings, read_secret
from gateway.transports.sftp.host_keys import HostKeys
from gateway.transports.sftp.poller import SFTPPoller
from gateway.transports.sftp.receiver import Listening, SFTPReceiver
from gateway.transports.sftp.sender import SFTPSender


def sftp_receivers(settings: Settings, world: World, database: SqlLedger) -> list[SFTPReceiver]:
    """Make our SFTP server; none where gateway.yaml asks for none."""
    text = settings.gateway.sftp
    if text is None:
        return []
    listening = Listening(text.host, text.port, text.connections, text.failures, text.login_within)
    return [SFTPReceiver(world, SqlMailboxes(database), settings.environment.data_dir / "sftp", listening)]


def host_keys_of(settings: Settings) -> HostKeys:
    """Return the folder of our host keys."""
    return HostKeys(settings.environment.data_dir / "sftp" / "host_keys")


def sftp_sender(settings: Settings, world: World) -> SFTPSender:
    """Make what delivers to servers of partners."""
    return SFTPSender(world, secrets_of(settings))


def sftp_poller(settings: Settings, world: World) -> SFTPPoller:
    """Make what fetches from servers of partners."""
    return SFTPPoller(world, secrets_of(settings))


def secrets_of(settings: Settings) -> Callable[[str, str], str]:
    """Return what reads secrets; a file is meant below the data folder unless its path is absolute."""

    def read(reference: str, what: str) -> str:
        kind, _, where = reference.partition(":")
        return read_secret(f"file:{settings.below_data(where)}" if kind == "file" else reference, what)

    return read
