"""Hands messages to an ERP as files: one a message, named by its key, so that writing again writes the same file."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import structlog

from gateway.erp.xml import to_xml
from gateway.errors import ErpRejected, ErpUnavailable, TranslationError
from gateway.files import write_whole
from gateway.pipeline.ports import Delivered, Delivery

log = structlog.get_logger("gateway.erp")

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")


class FolderErp:
    """Fulfils `gateway.pipeline.ports.ErpConnector`."""

    def __init__(self, name: str, folder: Path, *, as_xml: bool) -> None:
        self._name = name
        self._folder = folder
        self._as_xml = as_xml

    async def deliver(self, delivery: Delivery) -> Delivered:
        """Write the message; raise ErpUnavailable when the folder can't be written, ErpRejected when it never will."""
        for part in (delivery.key, delivery.message_type):
            if _NAME.fullmatch(part) is None:
                raise ErpRejected(
                    f"{part[:60]!r} can't be the name of a file. Find out where it comes from, then replay."
                )
        try:
            body = to_xml(delivery.body) if self._as_xml else delivery.body
        except TranslationError as error:
            raise ErpRejected(error.detail) from None
        path = self._folder / delivery.message_type / f"{delivery.key}.{'xml' if self._as_xml else 'json'}"
        try:
            await asyncio.to_thread(write_whole, path, body)
        except OSError as error:
            raise ErpUnavailable(f"{self._folder} can't be written: {error.strerror}. It is tried again.") from None
        log.info("erp_file_written", erp=self._name, key=delivery.key, attempt=delivery.attempt)
        return Delivered(path.name)
