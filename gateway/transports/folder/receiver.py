"""Picks up files. A file is taken once it has not changed between two looks; it is archived after the commit.

A crash between commit and archiving brings the same file again: it is known by name, time and bytes, and gets the first receipt.
Whoever fills the folder is not trusted further than that: links are never followed, neither to read nor to archive.
"""

from __future__ import annotations

import asyncio
import contextlib
import fnmatch
import os
import stat
from collections.abc import Callable
from pathlib import Path

import structlog

from gateway import trace
from gateway.errors import GatewayError, TooLarge
from gateway.pipeline.inbound.by_csv import content_type_by_name
from gateway.pipeline.inbound.receive import Receipt, Submission, receive
from gateway.pipeline.ports import World
from gateway.trading.directory import Partner

log = structlog.get_logger("gateway.folder")

CHUNK = 1 << 16
_UNFINISHED = (".part", ".tmp", ".filepart", ".partial", ".crdownload")
_NAME_BYTES = 180  # Of the 255 that a name may have: the rest is for the id that is put before it.
_Look = tuple[int, int]  # size and mtime in nanoseconds


class FolderReceiver:
    """Watches the inbound folders of all partners."""

    def __init__(self, world: World, below_data: Callable[[str], Path], *, every: float = 1.0) -> None:
        self._world = world
        self._below_data = below_data
        self._every = every
        self._seen: dict[Path, _Look] = {}
        self._stored: dict[Path, tuple[_Look, str]] = {}  # Committed, and still to be archived under this id.
        self._complaints: dict[Path, str] = {}

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(self._every)

    async def look(self) -> None:
        """Look once into every folder; take what has not changed since the last look."""
        seen: dict[Path, _Look] = {}
        present: set[Path] = set()
        for partner in list(self._world.configuration().directory.partners.values()):
            channel = partner.text.channels.folder
            if channel is None or channel.inbound is None:
                continue
            folder = self._below_data(channel.inbound)
            present.add(folder)
            try:
                found = await asyncio.to_thread(_candidates, folder, channel.patterns)
            except OSError as error:
                self._complain(partner, folder, "folder_unreadable", error)
                continue
            present |= set(found)
            for path, look in found.items():
                if self._seen.get(path) == look:
                    await self._take(partner, path, look)
                else:
                    seen[path] = look
        self._seen = seen
        self._stored = {path: stored for path, stored in self._stored.items() if path in present}
        self._complaints = {path: said for path, said in self._complaints.items() if path in present}

    async def _take(self, partner: Partner, path: Path, look: _Look) -> None:
        tracking_id = self._world.new_id().rjust(32, "0")
        with trace.tracking(tracking_id):
            try:
                stored = self._stored.get(path)
                if stored is None or stored[0] != look:
                    receipt = await self._receive(partner, path, look, tracking_id)
                    if receipt is None:
                        return  # Somebody still writes to it.
                    stored = self._stored[path] = (look, receipt.id)
                    log.info("file_received", partner=partner.id, name=path.name, **_about(receipt))
                await asyncio.to_thread(_shelve, path, "archive", f"{stored[1]}_")
                del self._stored[path]  # What comes under this name from now on is another file.
            except TooLarge as error:
                await self._refuse(partner, path, error)
            except (GatewayError, OSError) as error:
                self._complain(partner, path, "file_not_received", error)

    async def _receive(self, partner: Partner, path: Path, look: _Look, tracking_id: str) -> Receipt | None:
        """Store a file and return its receipt once that is committed, or None when it changes while it is read."""
        limit = self._world.bounds.transmission_bytes
        if look[0] > limit:
            raise TooLarge(f"The file is larger than the bound of {limit} bytes. Split it into several interchanges.")
        stage = self._world.vault.stage()
        try:
            with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
                while chunk := await asyncio.to_thread(file.read, CHUNK):
                    await stage.write(chunk)
                about = os.fstat(file.fileno())
            if (about.st_size, about.st_mtime_ns) != look or not stat.S_ISREG(about.st_mode):
                await stage.abandon()
                return None
            blob = await stage.finish()
            submission = Submission(
                transport="folder",
                blob=blob,
                tracking_id=tracking_id,
                partner=partner,
                content_type=content_type_by_name(path.name),
                name=_readable(path.name)[:255],
                idempotency_key=f"folder:{_readable(path.name)[:150]}:{look[1]}:{blob.digest[:32]}",
            )
            return await receive(submission, self._world)
        except (GatewayError, OSError):
            await stage.abandon()
            raise

    async def _refuse(self, partner: Partner, path: Path, error: TooLarge) -> None:
        try:
            await asyncio.to_thread(_shelve, path, "rejected", "", error.detail)
        except OSError as failure:
            self._complain(partner, path, "file_not_received", failure)
        else:
            log.warning("file_rejected", partner=partner.id, name=path.name, reason=error.detail)

    def _complain(self, partner: Partner, path: Path, event: str, error: Exception) -> None:
        """Say once what is in the way, not at every look."""
        if self._complaints.get(path) != str(error):
            self._complaints[path] = str(error)
            log.warning(event, partner=partner.id, path=str(path), error=str(error))


def _about(receipt: Receipt) -> dict[str, object]:
    return {"id": receipt.id, "duplicate": receipt.duplicate}


def _readable(name: str) -> str:
    """Return a name as text: bytes in it that are no UTF-8 become question marks."""
    return os.fsencode(name).decode("utf-8", "replace")


def _candidates(folder: Path, patterns: tuple[str, ...]) -> dict[Path, _Look]:
    """Return the regular files of a folder that match, with size and time; links and temporary names are passed over."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for entry in sorted(os.scandir(folder), key=lambda item: item.name):
        name = entry.name
        if name.startswith(".") or name.lower().endswith(_UNFINISHED):
            continue
        if not any(fnmatch.fnmatch(name.lower(), pattern.lower()) for pattern in patterns):
            continue
        with contextlib.suppress(FileNotFoundError):  # Gone since: its owner has taken it back.
            about = entry.stat(follow_symlinks=False)
            if stat.S_ISREG(about.st_mode):
                found[folder / name] = (about.st_size, about.st_mtime_ns)
    return found


def _shelve(path: Path, shelf: str, prefix: str, reason: str = "") -> None:
    """Move a file to a folder beside it, with the reason in a file of its own where there is one.

    The owner of the folder could have put a link in the place of ``shelf``, which would carry a file of its choice to wherever
    it points: so the shelf is opened as a folder, without following, and everything happens below that.
    """
    with contextlib.suppress(FileExistsError):
        (path.parent / shelf).mkdir()
    into = os.open(path.parent / shelf, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        name = os.fsdecode(os.fsencode(path.name)[-_NAME_BYTES:])
        if reason:
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
            with os.fdopen(os.open(f"{name}.problem.txt", flags, 0o644, dir_fd=into), "w", encoding="utf-8") as file:
                file.write(reason + "\n")
        os.rename(path, f"{prefix}{name}", dst_dir_fd=into)
    finally:
        os.close(into)
