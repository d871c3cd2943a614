"""All doors of systems as one table. Who adds a system adds a module with its rows."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.pipeline.master.views import MasterViews
from gateway.pipeline.ports import World
from gateway.systems import finance, mes, quality, stock, tms, wms
from gateway.systems.door import Door
from gateway.systems.inventory import Inventory
from gateway.systems.keys import Key, Keys
from gateway.systems.machines import EventsDoor
from gateway.systems.master import MasterDoors
from gateway.systems.planning import Planning
from gateway.systems.procurement import PurchaseOrders
from gateway.web.routes import Route

DOORS: tuple[Door, ...] = (*wms.DOORS, *stock.DOORS, *quality.DOORS, *tms.DOORS, *mes.DOORS, *finance.DOORS)


class SystemDoors:
    """The doors of the systems; ``keys`` are those of gateway.yaml by their SHA-256."""

    def __init__(self, world: World, keys: Mapping[str, Key], master: MasterViews) -> None:
        self._world = world
        self._keys = Keys(world, keys)
        self._master = master

    def routes(self) -> list[Route]:
        """Return the rows of all doors."""
        events = EventsDoor(self._world, self._keys)
        return [
            *(door.route(self._world, self._keys) for door in DOORS),
            events.route(),
            *PurchaseOrders(self._world, self._keys).routes(),
            *Planning(self._world, self._keys).routes(),
            *MasterDoors(self._world, self._master, self._keys).routes(),
            Inventory(self._world, self._keys).route(),
        ]
