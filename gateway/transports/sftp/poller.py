"""Fetches what partners put on their own servers: when it is complete, once, and away from there only when we have stored it.

A file is known by server, path, size, time and content. A crash between our commit and its deletion brings it again: then it gets
the first receipt and is deleted. What comes under an old name with new bytes is new.
"""

from __future__ import annotations

import asyncio
import fnmatch
import stat
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

import asyncssh
import structlog

from gateway import trace
from gateway.errors import GatewayError, PartnerRefused, PartnerUnreachable, TooLarge
from gateway.pipeline.inbound.by_csv import content_type_by_name
from gateway.pipeline.inbound.receive import Receipt, Submission
from gateway.pipeline.ports import Blob, World
from gateway.trading.directory import Partner
from gateway.trading.sftp import TEMPORARY_NAMES, SFTPFetch, SFTPServer
from gateway.transports.sftp.acceptance import take_in
from gateway.transports.sftp.client import Remote, Secret, connect, in_our_words
from gateway.transports.sftp.complaints import Complaints
from gateway.transports.sftp.mailbox import trigger_name

log = structlog.get_logger("gateway.sftp")

MOST = 10_000  # Entries that are read of a listing; one that never ends is cut there, and the next look goes on.
_AT_ONCE = 8  # Servers that are looked at at a time.
_CHUNK = 1 << 20
_TICK_SECONDS = 0.5
Look = tuple[int, int]  # size and mtime in seconds


@dataclass(slots=True)
class _Watched:
    """What is known of one partner's server."""

    due_at: datetime
    busy: bool = False
    seen: dict[str, tuple[Look, datetime]] = field(default_factory=dict)  # When each was first seen so.
    stored: dict[str, tuple[Look, str]] = field(default_factory=dict)  # Committed, and still to be taken away there.


class SFTPPoller:
    """Looks at the servers of all partners, each as often as agreed."""

    def __init__(self, world: World, secret: Secret) -> None:
        self._world = world
        self._secret = secret
        self._watched: dict[str, _Watched] = {}
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._complaints = Complaints(world)

    async def run(self) -> None:
        """Look until cancelled."""
        async with asyncio.TaskGroup() as looks:
            while True:
                for partner, server, fetch in self._due():
                    looks.create_task(self._look_in_turn(partner, server, fetch))
                await asyncio.sleep(_TICK_SECONDS)

    def _due(self) -> list[tuple[Partner, SFTPServer, SFTPFetch]]:
        now, found = self._world.clock(), []
        for partner in self._world.configuration().directory.partners.values():
            channel = partner.text.channels.sftp
            if channel is None or channel.server is None or channel.server.fetch is None:
                continue
            watched = self._watched.setdefault(partner.id, _Watched(now))
            if watched.due_at <= now and not watched.busy:
                watched.busy = True
                found.append((partner, channel.server, channel.server.fetch))
        return found

    async def _look_in_turn(self, partner: Partner, server: SFTPServer, fetch: SFTPFetch) -> None:
        watched = self._watched[partner.id]
        try:
            async with self._gate:
                await self.look(partner, server, fetch)
        finally:
            watched.busy = False
            settling = any(path not in watched.stored for path in watched.seen)
            watched.due_at = self._world.clock() + (min(fetch.settle, fetch.every) if settling else fetch.every)

    async def look(self, partner: Partner, server: SFTPServer, fetch: SFTPFetch) -> None:
        """Look once at a partner's server, and take what is complete."""
        watched = self._watched.setdefault(partner.id, _Watched(self._world.clock()))
        try:
            async with connect(server, partner.id, self._secret) as remote:
                with in_our_words(remote.where):
                    listed = await _listing(remote, fetch.folder)
                    for name in self._complete(watched, fetch, listed):
                        await self._take(partner, remote, fetch, watched, name, listed)
            for name in ("", *self._complaints.forget(partner.id, set(listed))):
                await self._complaints.settled(partner.id, name)
        except (PartnerUnreachable, PartnerRefused) as error:
            passing = isinstance(error, PartnerUnreachable)
            await self._complaints.say(partner.id, "", error.detail, passing=passing)

    def _complete(self, watched: _Watched, fetch: SFTPFetch, listed: dict[str, Look]) -> list[str]:
        """Return the names of what is complete; the others are looked at again."""
        now = self._world.clock()
        wanted = {name: look for name, look in listed.items() if _is_wanted(name, fetch)}
        watched.seen = {
            name: watched.seen[name] if watched.seen.get(name, (None,))[0] == look else (look, now)
            for name, look in wanted.items()
        }
        watched.stored = {name: stored for name, stored in watched.stored.items() if name in listed}
        if fetch.trigger is not None:
            return [name for name in wanted if trigger_name(fetch.trigger, name) in listed]
        return [
            name
            for name, (_, since) in watched.seen.items()
            if (since < now and now - since >= fetch.settle) or name in watched.stored
        ]

    async def _take(
        self, partner: Partner, remote: Remote, fetch: SFTPFetch, watched: _Watched, name: str, listed: dict[str, Look]
    ) -> None:
        """Store one file, then take it away from the server. One that can't be had stops no other."""
        tracking_id = self._world.new_id().rjust(32, "0")
        path, look = _joined(fetch.folder, name), listed[name]
        with trace.tracking(tracking_id):
            try:
                stored = watched.stored.get(name)
                if stored is None or stored[0] != look:
                    receipt = await self._store(partner, remote, path, name, look, tracking_id)
                    if receipt is None:
                        return  # Somebody still writes to it.
                    stored = watched.stored[name] = (look, receipt.id)
                    log.info("file_fetched", partner=partner.id, name=name, id=receipt.id, duplicate=receipt.duplicate)
                await _take_away(remote, fetch, path, name, stored[1])
                watched.seen.pop(name, None)
                del watched.stored[name]  # What comes under this name from now on is another file.
                await self._complaints.settled(partner.id, name)
            except (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection, asyncssh.ConnectionLost):
                raise
            except (GatewayError, asyncssh.SFTPError, OSError, TimeoutError) as error:
                await self._complaints.say(partner.id, name, str(error) or "it did not come in time")

    async def _store(
        self, partner: Partner, remote: Remote, path: str, name: str, look: Look, tracking_id: str
    ) -> Receipt | None:
        """Fetch a file and return its receipt once bytes and record are committed; None when it changed meanwhile."""
        limit = self._world.bounds.transmission_bytes
        if look[0] > limit:
            raise TooLarge(f"{name} is larger than the bound of {limit} bytes. Ask the partner to split it.")
        blob = await self._fetched(remote, path, look)
        if blob is None:
            return None
        server = remote.where
        facts = {"server": server, "host_key": remote.host_key, "path": path, "mtime": look[1], "sha256": blob.digest}
        submission = Submission(
            transport="sftp",
            blob=blob,
            tracking_id=tracking_id,
            partner=partner,
            content_type=content_type_by_name(name),
            name=name[:255],
            remote=server[:100],
            idempotency_key=f"sftp:{server}:{path}"[-150:] + f":{look[0]}:{look[1]}:{blob.digest[:32]}",
        )
        return await take_in(submission, self._world, facts)

    async def _fetched(self, remote: Remote, path: str, look: Look) -> Blob | None:
        stage = self._world.vault.stage()
        whole = False
        try:
            async with remote.patience():
                file = await remote.sftp.open(path, "rb")
            async with file:
                size = 0
                while True:
                    async with remote.patience():
                        chunk = await file.read(_CHUNK, size)
                    if not chunk:
                        break
                    size += len(chunk)
                    await stage.write(cast("bytes", chunk))
            async with remote.patience():
                after = _look(await remote.sftp.stat(path))
            whole = size == look[0] and after == look
            return await stage.finish() if whole else None
        finally:
            if not whole:
                await stage.abandon()


async def _listing(remote: Remote, folder: str) -> dict[str, Look]:
    """Return the regular files of a folder with size and time; links are passed over."""
    found: dict[str, Look] = {}
    count = 0
    async with asyncio.timeout(remote.seconds * 4):
        async for entry in remote.sftp.scandir(folder):
            count += 1
            if count > MOST:
                log.warning("listing_cut", server=remote.where, folder=folder, most=MOST)
                break
            name, mode = str(entry.filename), entry.attrs.permissions
            regular = entry.attrs.type in (asyncssh.FILEXFER_TYPE_REGULAR, asyncssh.FILEXFER_TYPE_UNKNOWN)
            if "/" in name or name in (".", "..") or not regular or (mode is not None and not _is_regular(mode)):
                continue
            found[name] = _look(entry.attrs)
    return dict(sorted(found.items()))


def _is_regular(mode: int) -> bool:
    return stat.S_IFMT(mode) in (0, stat.S_IFREG)


def _look(attributes: asyncssh.SFTPAttrs) -> Look:
    return attributes.size or 0, int(attributes.mtime or 0)


def _is_wanted(name: str, fetch: SFTPFetch) -> bool:
    lower = name.lower()
    if any(fnmatch.fnmatchcase(lower, pattern) for pattern in TEMPORARY_NAMES):
        return False
    return any(fnmatch.fnmatchcase(lower, pattern.lower()) for pattern in fetch.patterns)


def _joined(folder: str, name: str) -> str:
    return f"{folder.rstrip('/')}/{name}" if folder.strip("/") or folder.startswith("/") else name


async def _take_away(remote: Remote, fetch: SFTPFetch, path: str, name: str, transmission_id: str) -> None:
    """Delete or move a file that we have, and its trigger file with it."""
    async with remote.patience():
        if fetch.then == "delete":
            await _gone(remote, path)
        else:
            await _move(remote, fetch, path, name, transmission_id)
        if fetch.trigger is not None:
            await _gone(remote, _joined(fetch.folder, trigger_name(fetch.trigger, name)))


async def _gone(remote: Remote, path: str) -> None:
    try:
        await remote.sftp.remove(path)
    except asyncssh.SFTPNoSuchFile:
        return  # Its owner was faster, or a look before this one.


async def _move(remote: Remote, fetch: SFTPFetch, path: str, name: str, transmission_id: str) -> None:
    assert fetch.move_to is not None, "checked when the file was loaded"
    folder = fetch.move_to if fetch.move_to.startswith("/") else _joined(fetch.folder, fetch.move_to)
    if not await remote.sftp.exists(folder):
        await remote.sftp.mkdir(folder)
    target = _joined(folder, name)
    if await remote.sftp.exists(target):
        target = _joined(folder, f"{transmission_id}_{name}")
    try:
        await remote.sftp.rename(path, target)
    except asyncssh.SFTPNoSuchFile:
        return  # A look before this one has moved it.
