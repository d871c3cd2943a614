"""Writes down what configuration is in force: at the start, and at each change, with the files themselves in the vault."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from gateway.pipeline.ports import Configuration, Ledger, Stamps, UnitOfWork
from gateway.tracking.event import Event
from gateway.tracking.inventory import Inventory

log = structlog.get_logger("gateway.oversight")

SUBJECT = "configuration"
_SECONDS = 2.0


class Listed(Configuration, Protocol):
    """A configuration that can list what it consists of."""

    @property
    def inventory(self) -> Inventory:
        """Everything that is in force, file for file."""


@dataclass(slots=True)
class ConfigurationWatch:
    """Notes each state of the configuration that this process works under. Documents name it by its digest."""

    ledger: Ledger
    stamps: Stamps
    configuration: Callable[[], Listed]
    _noted: str = field(default="")

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(_SECONDS)  # What is due goes first: a process that dies soon must have got on with it.
            await self.look()

    async def look(self) -> bool:
        """Note what is in force, unless it was noted by this process; tell whether it was new to it."""
        configuration = self.configuration()
        if configuration.digest == self._noted:
            return False
        inventory, partners = configuration.inventory, len(configuration.directory.partners)
        await self.ledger.tx(lambda uow: self._note(uow, inventory, partners))
        self._noted = inventory.digest
        log.info("configuration_noted", configuration=inventory.digest, files=len(inventory.files))
        return True

    def _note(self, uow: UnitOfWork, inventory: Inventory, partners: int) -> None:
        kept = {"inventory": uow.keep(inventory.text)}
        for data in inventory.files.values():
            uow.keep(data)
        facts = {"files": len(inventory.files), "partners": partners, "program": inventory.program, "kept": kept}
        tracking_id = self.stamps.new_id().rjust(32, "0")[-32:]
        uow.add(Event("configuration.loaded", self.stamps.clock(), SUBJECT, None, tracking_id, facts))
