"""One channel of a connection: the sftp subsystem and nothing else; no shell, no command, no forwarding.

It watches what is read from the client, because `asyncssh` closes open files in the same way whether the client asked for it or
went away: only while a CLOSE request is at hand does a close count as the client's own.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable

from asyncssh import SSHServerChannel
from asyncssh.sftp import run_sftp_server
from asyncssh.stream import SSHReader, SSHServerStreamSession, SSHWriter

from gateway.transports.sftp.desk import Desk

_CLOSE = 4  # SSH_FXP_CLOSE: type, then request id and handle.
_SHORTEST_CLOSE = 1 + 4 + 4
VERSION = 3


class Session(SSHServerStreamSession[bytes]):
    """Runs SFTP on a channel. ``touched`` is called whenever the client asks for something."""

    def __init__(self, desk: Callable[[SSHServerChannel[bytes]], Desk], touched: Callable[[], None]) -> None:
        super().__init__(None)
        self._make_desk = desk
        self._touched = touched
        self._desk: Desk | None = None

    def shell_requested(self) -> bool:
        """Refuse."""
        return False

    def exec_requested(self, command: str) -> bool:
        """Refuse: neither commands nor scp."""
        return False

    def pty_requested(self, term_type: str, term_size: object, term_modes: object) -> bool:
        """Refuse."""
        return False

    def subsystem_requested(self, subsystem: str) -> bool:
        """Take sftp."""
        return subsystem == "sftp"

    def session_started(self) -> None:
        """Begin to answer."""
        channel = self._chan
        assert isinstance(channel, SSHServerChannel)
        channel.set_encoding(None)
        self._encoding = None
        self._desk = self._make_desk(channel)
        work = run_sftp_server(self._desk, SSHReader(self, channel), SSHWriter(self, channel), VERSION)
        assert inspect.isawaitable(work)
        channel.get_connection().create_task(work)

    async def read(self, datatype: int | None, n: int, exact: bool) -> bytes:
        """Read as the session does, and note whether the client's own close is what comes."""
        assert self._desk is not None
        self._desk.closing = False
        data = await super().read(datatype, n, exact)
        self._touched()
        self._desk.closing = len(data) >= _SHORTEST_CLOSE and data[0] == _CLOSE
        return data
