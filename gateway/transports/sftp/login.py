"""Who may come in: the partner's user, from its addresses, with one of its keys or (where agreed) its password."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Protocol

import asyncssh
import structlog

from gateway.trading.directory import Directory, Partner
from gateway.trading.sftp import SFTPAccount, fingerprint
from gateway.transports.sftp.acceptance import Caller
from gateway.transports.sftp.passwords import is_password
from gateway.transports.sftp.session import Session

log = structlog.get_logger("gateway.sftp")

_TRIES = 12  # Keys and passwords that one connection may show: a client offers every key that it has.
_PASSWORDS = 3
_CHECKING = asyncio.Semaphore(2)  # Each password costs 64 MB and 0.1 s; guessing must not take the machine down.


def accounts(directory: Directory) -> Iterator[tuple[str, Partner, SFTPAccount]]:
    """Yield every mailbox with its user name."""
    for partner in directory.partners.values():
        channel = partner.text.channels.sftp
        if channel is not None and channel.account is not None:
            yield channel.account.user or partner.id, partner, channel.account


def is_from(address: str, networks: tuple[str, ...]) -> bool:
    """Tell whether an address lies in one of some networks; without networks every one does."""
    if not networks:
        return True
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return any((mapped or found) in ip_network(each) for each in networks)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is logged in."""

    partner: str
    caller: Caller


class Porch(Protocol):
    """What a login asks of the server that it belongs to."""

    def directory(self) -> Directory:
        """Return the partners as they are now."""

    def may_enter(self, partner: Partner, account: SFTPAccount) -> bool:
        """Tell whether a further connection of this partner may begin."""

    def entered(self, login: Login) -> None:
        """Count a connection that has logged in."""

    def left(self, login: Login) -> None:
        """Count a connection that has gone."""

    def session(self, login: Login) -> Session:
        """Make what answers a channel."""


class Login(asyncssh.SSHServer):
    """One connection, from its first byte to its end."""

    def __init__(self, porch: Porch, address: str) -> None:
        self._porch = porch
        self.address = address
        self.connection: asyncssh.SSHServerConnection | None = None
        self.visitor: Visitor | None = None
        self._credential = ""
        self._user = ""
        self._tries = 0
        self._passwords = 0

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Remember the connection."""
        self.connection = conn

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the server."""
        self._porch.left(self)

    @property
    def failed(self) -> bool:
        """Whether it showed keys or passwords, and none was right."""
        return self.visitor is None and (self._tries > 0 or self._passwords > 0)

    def begin_auth(self, username: str) -> bool:
        """Ask everybody to show something, known or not."""
        self._user = username
        return True

    def public_key_auth_supported(self) -> bool:
        """Take keys."""
        return True

    def password_auth_supported(self) -> bool:
        """Take passwords where any partner has one: who it is must not be told by what is asked."""
        return any(account.password is not None for _, _, account in accounts(self._porch.directory()))

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Tell whether a key opens the mailbox of a user."""
        self._tries += 1
        if self._tries > _TRIES:
            self._hang_up()
            return False
        shown = key.get_fingerprint()
        found = self._find(username)
        right = found is not None and any(fingerprint(line) == shown for line in found[1].keys)
        if right:
            self._credential = shown
        return right

    async def validate_password(self, username: str, password: str) -> bool:
        """Tell whether a password opens the mailbox of a user."""
        self._passwords += 1
        if self._passwords > _PASSWORDS:
            self._hang_up()
            return False
        found = self._find(username)
        async with _CHECKING:
            right = await asyncio.to_thread(is_password, password, found[1].password if found is not None else None)
        if right:
            self._credential = "password"
        return right

    def _find(self, username: str) -> tuple[Partner, SFTPAccount] | None:
        """Return the mailbox of a user that may come from here."""
        for user, partner, account in accounts(self._porch.directory()):
            if user == username and is_from(self.address, account.addresses):
                return partner, account
        return None

    def auth_completed(self) -> None:
        """Let the partner in, unless it has too many connections."""
        found = self._find(self._user)
        assert self.connection is not None
        if found is None or not self._porch.may_enter(*found):
            log.warning("login_refused", user=self._user, remote=self.address, reason="too many connections")
            self.connection.disconnect(asyncssh.DISC_TOO_MANY_CONNECTIONS, "Too many connections. Close some first.")
            return
        self.visitor = Visitor(found[0].id, Caller(self._user, self.address, self._credential))
        self._porch.entered(self)

    def allowed(self) -> Partner:
        """Return the partner; raise SFTPPermissionDenied once its key or its mailbox was taken away."""
        visitor = self.visitor
        found = self._find(self._user) if visitor is not None else None
        if visitor is None or found is None or found[0].id != visitor.partner:
            raise asyncssh.SFTPPermissionDenied("This mailbox was closed. Ask your contact at our side.")
        partner, account = found
        by_key = any(fingerprint(line) == self._credential for line in account.keys)
        if not by_key and not (self._credential == "password" and account.password is not None):
            raise asyncssh.SFTPPermissionDenied("The key of this connection was taken away. Log in with another one.")
        return partner

    def session_requested(self) -> Session | bool:
        """Open a channel for SFTP."""
        return self._porch.session(self) if self.visitor is not None else False

    def _hang_up(self) -> None:
        assert self.connection is not None
        self.connection.disconnect(asyncssh.DISC_NO_MORE_AUTH_METHODS_AVAILABLE, "Too many wrong keys or passwords.")
