"""Puts files into a partner's folder: whole or not at all, and flushed to disk before anybody is told."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Callable
from pathlib import Path

import structlog

from gateway.errors import PartnerRefused, PartnerUnreachable
from gateway.files import write_whole
from gateway.pipeline.ports import Sending, Sent

log = structlog.get_logger("gateway.folder")


class FolderSender:
    """Fulfils `gateway.pipeline.ports.Sender`."""

    def __init__(self, below_data: Callable[[str], Path]) -> None:
        self._below_data = below_data

    async def send(self, sending: Sending) -> Sent:
        """Write the file. The same bytes under the same name are the same delivery; other bytes get a name of their own."""
        channel = sending.partner.text.channels.folder
        if channel is None or channel.outbound is None:
            raise PartnerRefused(f"{sending.partner.id} has no outbound folder any more. Add it, then replay.")
        if sending.name in ("", ".", "..") or Path(sending.name).name != sending.name:
            raise PartnerRefused(
                f"{sending.name[:60]!r} is no name of a file. Correct channels.folder.name, then replay."
            )
        folder = self._below_data(channel.outbound)
        try:
            path = await asyncio.to_thread(_put, folder, sending.name, sending.transmission.id, sending.body)
        except OSError as error:
            raise PartnerUnreachable(f"{folder} can't be written: {error.strerror}. It is tried again.") from None
        log.info("file_sent", partner=sending.partner.id, name=path.name, id=sending.transmission.id)
        return Sent(detail=f"written to {path.name}")


def _put(folder: Path, name: str, transmission_id: str, body: bytes) -> Path:
    path = folder / name
    if _differs(path, body):
        path = folder / f"{path.stem}_{transmission_id}{path.suffix}"
    # A link under the name of our half-written file would have us write to wherever its maker points it.
    waiting = folder / f".{path.name}.part"
    if waiting.is_symlink():
        waiting.unlink()
    write_whole(path, body)
    return path


def _differs(path: Path, body: bytes) -> bool:
    """Tell whether something else than ``body`` stands under a name. Links are not followed: they are something else."""
    try:
        about = path.lstat()
        if not stat.S_ISREG(about.st_mode) or about.st_size != len(body):
            return True
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            return file.read(len(body) + 1) != body
    except FileNotFoundError:
        return False
