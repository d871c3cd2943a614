"""Runs receivers, pollers and worker under one roof; starts them in order and stops them in order.

Stopping: no new requests, then no new steps, then what runs comes to its end, then the ledger is closed. Whatever was not begun
is due at the next start.
"""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Sequence

import structlog
from aiohttp import web

from gateway.bootstrap import EVERYTHING, House, Roles, build
from gateway.doors import Listener
from gateway.errors import ConfigurationError, Problem
from gateway.settings import Settings

log = structlog.get_logger("gateway.server")

_REST_SECONDS = 5.0


def settle_memory() -> None:
    """Let the garbage collector look at what documents leave behind, and not at the program again and again.

    Definitions, profiles and modules are hundreds of thousands of objects that live as long as the process; walking them at
    each collection took a third of the CPU time of a document.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


async def serve(settings: Settings, started: Callable[[str], None] | None = None, *, roles: Roles = EVERYTHING) -> None:
    """Serve until SIGINT or SIGTERM; ``started`` is told the address."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    house = await _built(settings, roles, stop)
    if house is None:
        return
    settle_memory()
    try:
        await run(house, stop, started)
    finally:
        await house.close()
        log.info("gateway_stopped")


async def _built(settings: Settings, roles: Roles, stop: asyncio.Event) -> House | None:
    """Build the house; None when it was told to stop while it waited for its database."""
    building, stopped = asyncio.ensure_future(build(settings, roles)), asyncio.create_task(stop.wait())
    await asyncio.wait({building, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if building.done():
        return building.result()
    building.cancel()
    await asyncio.gather(building, return_exceptions=True)
    return None


async def run(house: House, stop: asyncio.Event, started: Callable[[str], None] | None = None) -> None:
    """Run a built house until ``stop`` is set."""
    runner = web.AppRunner(house.app, access_log=None, shutdown_timeout=10)
    await runner.setup()
    environment = house.settings.environment
    site = web.TCPSite(runner, environment.host, environment.port)
    await site.start()
    host, port = runner.addresses[0][:2]
    address = f"http://{host}:{port}"
    await _open(house.listeners, runner)
    background = [asyncio.create_task(_kept(each)) for each in house.background]
    worker = asyncio.create_task(house.worker.run() if house.roles.work else stop.wait())
    log.info("gateway_started", address=address, partners=len(house.configuration().directory.partners))
    if started is not None:
        started(address)
    stopped = asyncio.create_task(stop.wait())
    try:
        # The worker never ends by itself: if it does, the house must not go on without it.
        await asyncio.wait({stopped, worker}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await asyncio.gather(runner.cleanup(), *(listener.stop() for listener in house.listeners))
        for task in background:
            task.cancel()
        house.worker.stop()
        await worker
        stopped.cancel()
        await asyncio.gather(*background, stopped, return_exceptions=True)


async def _open(listeners: Sequence[Listener], runner: web.AppRunner) -> None:
    """Open the doors beside the HTTP interface; one that can't be opened keeps the gateway from starting."""
    for index, listener in enumerate(listeners):
        try:
            await listener.start()
        except OSError as error:
            await asyncio.gather(runner.cleanup(), *(opened.stop() for opened in listeners[:index]))
            reason = f"an address can't be listened on ({error.strerror})"
            advice = "choose a free port and an address of this machine in gateway.yaml"
            raise ConfigurationError([Problem("gateway.yaml", 1, "port", reason, advice)]) from None
        log.info("door_opened", address=listener.address)


async def _kept(watch: Callable[[], Awaitable[None]]) -> None:
    """Run a background watch; whatever goes wrong in it is logged, and it begins anew."""
    while True:
        try:
            await watch()
        except Exception:
            log.exception("background_failed")
        await asyncio.sleep(_REST_SECONDS)
