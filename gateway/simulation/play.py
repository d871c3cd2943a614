"""Plays a plan through a gateway in this process: the real pipeline, ledger, mapping and vault; only the network is left out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from gateway.bootstrap import House, build
from gateway.errors import GatewayError
from gateway.settings import Environment, load_settings
from gateway.simulation.checking import Report, check
from gateway.simulation.feeding import Feeder, moves_of
from gateway.simulation.papers import BUYER
from gateway.simulation.plan import partner_name, planned

MATCH = {"price_percent": 2, "quantity_under": 5, "days_late": 2}
_INBOUND = ("855", "856", "810", "812", "865")
_AHEAD = 200  # Steps in memory above which nothing more is fed for now.
Told = Callable[[int, int, int], None]


@dataclass(frozen=True, slots=True)
class Played:
    """What a run came to."""

    report: Report
    moves: int
    seconds: float
    cpu_seconds: float


def write_configuration(folder: Path, suppliers: int) -> None:
    """Write gateway.yaml and a file for each supplier."""
    _dump(folder / "gateway.yaml", {"erps": {"main": {"kind": "folder", "path": "to-erp"}}})
    _dump(folder / "partners" / "own.yaml", {"name": "Simulated Works", "identities": [{"qualifier": "ZZ", "id": BUYER}],
                                             "defaults": {"match": MATCH}})  # fmt: skip
    for number in range(1, suppliers + 1):
        name = partner_name(number)
        ours = [{"document": each, "direction": "outbound", "role": "buyer"} for each in ("850", "860")]
        theirs = [{"document": each, "direction": "inbound", "role": "buyer"} for each in _INBOUND]
        _dump(folder / "partners" / f"{name}.yaml", {
            "partner": name, "name": name, "identities": [{"qualifier": "ZZ", "id": name.upper()}],
            "channels": {"folder": {"outbound": f"post/{name}", "name": "{set}_{control_number}.edi"}},
            "defaults": {"transport": "folder"}, "agreements": [*ours, *theirs]})  # fmt: skip


def _dump(path: Path, data: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")


async def play(folder: Path, orders: int, suppliers: int, seed: int, told: Told, database_url: str = "") -> Played:
    """Play a plan in a folder; what stands there from a run that was broken off goes on.

    ``told`` is called with the round, how many rounds there are, and how many moves were made.
    """
    write_configuration(folder / "config", suppliers)
    places = Environment(port=0, config_dir=folder / "config", data_dir=folder / "data", database_url=database_url)
    started, cpu = time.monotonic(), time.process_time()
    house = await build(load_settings(places))
    working = asyncio.create_task(house.worker.run())
    try:
        feeder = Feeder(house.world, folder / "data" / "post", partial(_rest, house, working))
        # The plan is made anew for each round: it costs little, and a hundred thousand orders would stay in memory.
        rounds = max(len(order.scenario.moves) for order in planned(orders, suppliers, seed))
        for number in range(rounds):
            told(number + 1, rounds, feeder.fed)
            await feeder.round(number, moves_of(number, planned(orders, suppliers, seed)))
            await _settle(house, working)
        report = await check(house.database, planned(orders, suppliers, seed), folder / "data" / "to-erp")
        return Played(report, feeder.fed, time.monotonic() - started, time.process_time() - cpu)
    finally:
        house.worker.stop()
        await asyncio.gather(working, return_exceptions=True)
        await house.close()


async def _settle(house: House, working: asyncio.Task[None]) -> None:
    """Wait until no step is due."""
    while house.worker.busy or await house.database.due(house.world.clock(), 1):
        await _wait(working, 0.02)


async def _rest(house: House, working: asyncio.Task[None]) -> None:
    """Wait until few steps run or wait in memory."""
    while house.worker.busy > _AHEAD:
        await _wait(working, 0.005)


async def _wait(working: asyncio.Task[None], seconds: float) -> None:
    """Wait; a worker that has come to its end has a reason to tell."""
    if working.done():
        raise working.exception() or GatewayError("The worker came to its end before its work did.")
    await asyncio.sleep(seconds)
