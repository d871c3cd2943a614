"""Joins what speaks SFTP: our server with its mailboxes, what delivers to servers of partners, and what fetches from there."""

from __future__ import annotations

from gateway.ledger.mailboxes import SqlMailboxes
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.ports import World
from gateway.settings import Settings
from gateway.transports.sftp.receiver import Listening, SFTPReceiver


def sftp_receivers(settings: Settings, world: World, database: SqlLedger) -> list[SFTPReceiver]:
    """Make our SFTP server; none where gateway.yaml asks for none."""
    text = settings.gateway.sftp
    if text is None:
        return []
    listening = Listening(text.host, text.port, text.connections, text.failures, text.login_within)
    return [SFTPReceiver(world, SqlMailboxes(database), settings.environment.data_dir / "sftp", listening)]
