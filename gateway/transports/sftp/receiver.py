"""Our SFTP server: takes connections, slows down who guesses, closes who is idle, and gives each partner its mailbox."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import asyncssh
import structlog

from gateway.pipeline.mailboxes import Mailboxes
from gateway.pipeline.ports import World
from gateway.trading.directory import Directory, Partner
from gateway.trading.sftp import SFTPAccount
from gateway.transports.sftp.acceptance import Acceptance
from gateway.transports.sftp.algorithms import algorithms
from gateway.transports.sftp.desk import Desk
from gateway.transports.sftp.handing import Handing
from gateway.transports.sftp.host_keys import HostKeys
from gateway.transports.sftp.login import Login, accounts, is_from
from gateway.transports.sftp.mailbox import Mailbox
from gateway.transports.sftp.session import Session
from gateway.transports.sftp.shelves import Shelves
from gateway.transports.sftp.throttle import Throttle
from gateway.transports.sftp.unfinished import Unfinished

log = structlog.get_logger("gateway.sftp")

_SWEEP_SECONDS = 1.0
_KEEPALIVE_SECONDS = 30
_REKEY_BYTES = 4 << 30


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the server listens, and how much it bears."""

    host: str
    port: int
    connections: int
    failures: int
    login_within: timedelta


class SFTPReceiver:
    """The server. It belongs to one event loop."""

    def __init__(self, world: World, mailboxes: Mailboxes, folder: Path, listening: Listening) -> None:
        self._world = world
        self._shelves = Shelves(mailboxes, world.vault)
        self._acceptance = Acceptance(world)
        self._folder = folder
        self._listening = listening
        self.host_keys = HostKeys(folder / "host_keys")
        self._throttle = Throttle(listening.failures)
        self._unfinished: dict[str, Unfinished] = {}
        self._logins: dict[Login, float] = {}  # With the time of the loop at which the client last asked for something.
        self._inside: Counter[str] = Counter()
        self._options: dict[tuple[int, frozenset[str]], asyncssh.SSHServerConnectionOptions] = {}
        self._socket: socket.socket | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._ending: list[asyncio.Task[None]] = []

    # Listening

    @property
    def address(self) -> str:
        """Where it listens."""
        if self._socket is None:
            return f"sftp://{self._listening.host}:{self._listening.port}"
        host, port = self._socket.getsockname()[:2]
        return f"sftp://{host}:{port}"

    async def start(self) -> None:
        """Begin to listen; raise OSError when the address is taken."""
        await asyncio.to_thread(self.host_keys.ensure)
        host, port = self._listening.host, self._listening.port
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listening = socket.create_server(address[:2], family=family, backlog=512, reuse_port=False)
        listening.setblocking(False)
        self._socket = listening
        self._ending = [asyncio.create_task(self._take_connections(listening)), asyncio.create_task(self._sweep())]
        log.info("sftp_listens", address=self.address, keys=[key.fingerprint for key in self.host_keys.all()])

    async def stop(self, within: float = 10.0) -> None:
        """Take no more connections and close those there are; uploads under way stay for another time."""
        for task in self._ending:
            task.cancel()
        await asyncio.gather(*self._ending, return_exceptions=True)
        if self._socket is not None:
            self._socket.close()
        for login in list(self._logins):
            if login.connection is not None:
                login.connection.disconnect(asyncssh.DISC_BY_APPLICATION, "The gateway is stopping. Come back later.")
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=within)
        for task in list(self._tasks):
            task.cancel()

    async def _take_connections(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                client, peer = await loop.sock_accept(listening)
            except OSError as error:
                log.warning("sftp_accept_failed", error=error.strerror)
                await asyncio.sleep(_SWEEP_SECONDS)  # Too many open files: some will be closed.
                continue
            address = str(peer[0])
            wait = self._throttle.wait(address, self._world.clock())
            if wait or len(self._logins) >= self._listening.connections:
                reason = f"wrong logins, wait {wait.total_seconds():.0f} s" if wait else "too many connections"
                log.warning("connection_refused", remote=address, reason=reason)
                client.close()
                continue
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            login = Login(self, address)
            self._logins[login] = loop.time()
            task = asyncio.create_task(self._talk(client, login))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _talk(self, client: socket.socket, login: Login) -> None:
        """Hold one connection until it ends."""
        try:
            options = await self._options_for(login.address)
            connection = await asyncssh.run_server(client, config=None, options=options, server_factory=lambda: login)
            await connection.wait_closed()
        except (OSError, asyncssh.Error, TimeoutError) as error:
            log.info("connection_ended", remote=login.address, error=type(error).__name__)
        finally:
            client.close()
            self.left(login)

    async def _options_for(self, address: str) -> asyncssh.SSHServerConnectionOptions:
        """Return how we talk to an address: what its partners need beyond modern algorithms is offered there alone."""
        legacy = frozenset(
            name
            for _, _, account in accounts(self.directory())
            if account.legacy and is_from(address, account.addresses)
            for name in account.legacy
        )
        key = (await asyncio.to_thread(lambda: self.host_keys.state), legacy)
        if key not in self._options:
            keys = await asyncio.to_thread(self.host_keys.all)
            self._options.clear()
            self._options[key] = asyncssh.SSHServerConnectionOptions(
                server_host_keys=[each.key for each in keys],
                send_server_host_keys=True,
                login_timeout=self._listening.login_within.total_seconds(),
                keepalive_interval=_KEEPALIVE_SECONDS,
                rekey_bytes=_REKEY_BYTES,
                allow_scp=False,
                line_editor=False,
                agent_forwarding=False,
                x11_forwarding=False,
                gss_host=None,
                server_version="partner-gateway",
                **algorithms(sorted(legacy)),
            )
        return self._options[key]

    async def _sweep(self) -> None:
        """Close connections that ask for nothing, and those whose partner was taken away."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            idle = {partner.id: account.idle.total_seconds() for _, partner, account in accounts(self.directory())}
            for login, touched in list(self._logins.items()):
                if login.visitor is None or login.connection is None:
                    continue  # Whoever has not logged in has a time of its own.
                allowed = idle.get(login.visitor.partner, 0.0)
                if loop.time() - touched > allowed:
                    log.info("connection_idle", partner=login.visitor.partner, remote=login.address)
                    login.connection.disconnect(asyncssh.DISC_BY_APPLICATION, "Nothing was asked for. Connect again.")

    # What logins and channels ask

    def directory(self) -> Directory:
        """Return the partners as they are now."""
        return self._world.configuration().directory

    def may_enter(self, partner: Partner, account: SFTPAccount) -> bool:
        """Tell whether a further connection of this partner may begin."""
        return self._inside[partner.id] < account.sessions

    def entered(self, login: Login) -> None:
        """Count a connection that has logged in."""
        assert login.visitor is not None
        self._throttle.succeeded(login.address)
        self._inside[login.visitor.partner] += 1
        caller = login.visitor.caller
        log.info("login_accepted", partner=login.visitor.partner, remote=caller.remote, credential=caller.credential)

    def left(self, login: Login) -> None:
        """Count a connection that has gone."""
        if self._logins.pop(login, None) is None:
            return
        if login.visitor is not None:
            self._inside[login.visitor.partner] -= 1
        elif login.failed:
            self._throttle.failed(login.address, self._world.clock())
            log.warning("login_failed", remote=login.address)

    def session(self, login: Login) -> Session:
        """Make what answers a channel."""
        loop = asyncio.get_running_loop()

        def touched() -> None:
            if login in self._logins:
                self._logins[login] = loop.time()

        return Session(partial(self._desk, login), touched)

    def _desk(self, login: Login, channel: asyncssh.SSHServerChannel[bytes]) -> Desk:
        assert login.visitor is not None
        mailbox = Mailbox(login.allowed, self._shelves, self._uploads_of(login.visitor.partner))
        return Desk(channel, mailbox, Handing(self._world, self._acceptance, login.visitor.caller))

    def _uploads_of(self, partner: str) -> Unfinished:
        """Return the uploads of a partner that are not handed in, whichever connection they came by."""
        if partner not in self._unfinished:
            limit = self._world.bounds.transmission_bytes
            self._unfinished[partner] = Unfinished(self._folder / "uploads" / partner, limit)
        return self._unfinished[partner]
