"""Puts files into a partner's folder: whole or not at all, and flushed to disk before anybody is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from gateway.errors import PartnerRefused, PartnerUnreachable
from gateway.files import write_whole
from gateway.pipeline.ports import Sending, Sent


class FolderSender:
    """Fulfils `gateway.pipeline.ports.Sender`."""

    def __init__(self, below_data: Callable[[str], Path]) -> None:
        self._below_data = below_data

    async def send(self, sending: Sending) -> Sent:
        """Write the file. The same bytes under the same name are the same delivery; other bytes get a name of their own."""
        channel = sending.partner.text.channels.folder
        if channel is None or channel.outbound is None:
            raise PartnerRefused(f"{sending.partner.id} has no outbound folder any more. Add it, then replay.")
        folder = self._below_data(channel.outbound)
        try:
            path = await asyncio.to_thread(_put, folder, sending.name, sending.transmission.id, sending.body)
        except OSError as error:
            raise PartnerUnreachable(f"{folder} can't be written: {error.strerror}. It is tried again.") from None
        return Sent(detail=f"written to {path.name}")


def _put(folder: Path, name: str, transmission_id: str, body: bytes) -> Path:
    path = folder / name
    if path.exists() and path.read_bytes() != body:
        path = folder / f"{path.stem}_{transmission_id}{path.suffix}"
    write_whole(path, body)
    return path
