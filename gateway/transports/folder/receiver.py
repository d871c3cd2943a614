"""Picks up files. A file is taken once it has not changed between two looks; it is archived after the commit.

A crash between commit and archiving brings the same file again: it is known by name, time and bytes, and gets the first receipt.
"""

from __future__ import annotations

import asyncio
import fnmatch
import os
import stat
from collections.abc import Callable
from pathlib import Path

import structlog

from gateway import trace
from gateway.errors import GatewayError
from gateway.pipeline.inbound.receive import Submission, receive
from gateway.pipeline.ports import World
from gateway.trading.directory import Partner

log = structlog.get_logger("gateway.folder")

CHUNK = 1 << 16
_UNFINISHED = (".part", ".tmp", ".filepart", ".partial", ".crdownload")
_Look = tuple[int, int]  # size and mtime in nanoseconds


class FolderReceiver:
    """Watches the inbound folders of all partners."""

    def __init__(self, world: World, below_data: Callable[[str], Path], *, every: float = 1.0) -> None:
        self._world = world
        self._below_data = below_data
        self._every = every
        self._seen: dict[Path, _Look] = {}

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(self._every)

    async def look(self) -> None:
        """Look once into every folder; take what has not changed since the last look."""
        seen: dict[Path, _Look] = {}
        for partner in list(self._world.configuration().directory.partners.values()):
            channel = partner.text.channels.folder
            if channel is None or channel.inbound is None:
                continue
            folder = self._below_data(channel.inbound)
            try:
                found = await asyncio.to_thread(_candidates, folder, channel.patterns)
            except OSError as error:
                log.warning("folder_unreadable", partner=partner.id, folder=str(folder), error=str(error))
                continue
            for path, look in found.items():
                if self._seen.get(path) == look:
                    await self._take(partner, path, look)
                else:
                    seen[path] = look
        self._seen = seen

    async def _take(self, partner: Partner, path: Path, look: _Look) -> None:
        tracking_id = self._world.new_id().rjust(32, "0")
        stage = self._world.vault.stage()
        with trace.tracking(tracking_id):
            try:
                handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
                with os.fdopen(handle, "rb") as file:
                    while chunk := await asyncio.to_thread(file.read, CHUNK):
                        await stage.write(chunk)
                blob = await stage.finish()
                submission = Submission(
                    transport="folder",
                    blob=blob,
                    tracking_id=tracking_id,
                    partner=partner,
                    content_type="application/json" if path.suffix == ".json" else "application/edi-x12",
                    name=path.name[:255],
                    idempotency_key=f"folder:{path.name[:150]}:{look[1]}:{blob.digest[:32]}",
                )
                receipt = await receive(submission, self._world)
                await asyncio.to_thread(_archive, path, receipt.id)
                log.info(
                    "file_received", partner=partner.id, name=path.name, id=receipt.id, duplicate=receipt.duplicate
                )
            except (GatewayError, OSError) as error:
                await stage.abandon()
                log.warning("file_not_received", partner=partner.id, name=path.name, error=str(error))


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
        about = entry.stat(follow_symlinks=False)
        if stat.S_ISREG(about.st_mode):
            found[folder / name] = (about.st_size, about.st_mtime_ns)
    return found


def _archive(path: Path, receipt_id: str) -> None:
    archive = path.parent / "archive"
    archive.mkdir(exist_ok=True)
    path.replace(archive / f"{receipt_id}_{path.name}")
