"""Passes the log of events on to the message broker, one after the other, and remembers in the ledger how far it has come.

The cursor moves after the broker has confirmed: whoever is stopped between the two publishes again, under the same ids. A broker
that is away is asked again and again; nothing is skipped, and the log waits.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog

from gateway.errors import LedgerError
from gateway.events.publisher import BrokerAway, Letter, Publisher
from gateway.events.standing import Standing
from gateway.pipeline.outbox import Begin, Changes, Outbox
from gateway.pipeline.ports import Clock
from gateway.tracking.cloudevent import to_json

log = structlog.get_logger("gateway.events")

SINK = "broker"
AT_ONCE = 200  # Events between two commits of the cursor; so many may come twice after a crash.
LOOK_SECONDS = 0.5
LONGEST_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Relay:
    """One relay; of several processes one runs it."""

    outbox: Outbox
    publisher: Publisher
    source: str
    begin: Begin
    clock: Clock

    async def run(self) -> None:
        """Pass events on until cancelled."""
        standing = Standing(SINK, self.publisher.address, self.outbox, self.clock)
        wait = LOOK_SECONDS
        position: int | None = None
        try:
            while True:
                try:
                    if position is None:
                        position = await self.outbox.opened(SINK, self.begin, self.clock())
                        await standing.load()
                    position, more = await self._pass_on(position, standing)
                    wait = 0.0 if more else LOOK_SECONDS
                except BrokerAway as away:
                    position = None  # What was confirmed before it went away is committed, and read from there.
                    await standing.away(away.detail)
                    wait = min(max(wait, LOOK_SECONDS) * 2, LONGEST_SECONDS)
                except LedgerError as error:
                    position = None
                    log.warning("events_wait_for_the_ledger", sink=SINK, reason=error.detail)
                    wait = LOOK_SECONDS * 4
                await asyncio.sleep(wait)
        finally:
            await self.publisher.close()

    async def _pass_on(self, position: int, standing: Standing) -> tuple[int, bool]:
        """Publish some events and commit how far that went, also when the broker goes away in the middle."""
        stretch = await self.outbox.after(position, AT_ONCE)
        reached = position
        try:
            for numbered in stretch.events:
                await self.publisher.publish(Letter(numbered, to_json(numbered, self.source)))
                reached = numbered.position
            reached = stretch.position
        finally:
            if reached > position:
                await self.outbox.write(SINK, Changes(position=reached), self.clock())
        if stretch.events:
            await standing.open()
        return reached, stretch.more
