"""Hands messages to an ERP as files: one a message, named by its key, so that writing again writes the same file."""

from __future__ import annotations

import asyncio
from pathlib import Path

from gateway.erp.xml import to_xml
from gateway.errors import ErpUnavailable
from gateway.files import write_whole
from gateway.pipeline.ports import Delivered, Delivery


class FolderErp:
    """Fulfils `gateway.pipeline.ports.ErpConnector`."""

    def __init__(self, name: str, folder: Path, *, as_xml: bool) -> None:
        self._name = name
        self._folder = folder
        self._as_xml = as_xml

    async def deliver(self, delivery: Delivery) -> Delivered:
        """Write the message; raise ErpUnavailable when the folder can't be written."""
        body = to_xml(delivery.body) if self._as_xml else delivery.body
        path = self._folder / delivery.message_type / f"{delivery.key}.{'xml' if self._as_xml else 'json'}"
        try:
            await asyncio.to_thread(write_whole, path, body)
        except OSError as error:
            raise ErpUnavailable(f"{self._folder} can't be written: {error.strerror}. It is tried again.") from None
        return Delivered(path.name)
