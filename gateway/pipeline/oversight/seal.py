"""Seals the log: every few seconds what is new becomes a block, and once a day the chain gets a checkpoint.

It runs beside the steps, on what is committed, so that no document waits for it. Of several processes one does it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from gateway.errors import GatewayError
from gateway.pipeline.chain import Log, TimeStamper
from gateway.pipeline.ports import Clock
from gateway.tracking.chain import Checkpoint, Leaf, StoredEvent, checkpoint, seal

log = structlog.get_logger("gateway.oversight")

SECONDS = 10.0
MOST = 4096  # Events of a block.
_AGAIN = timedelta(hours=1)  # How soon an authority that did not answer is asked again.


class StampRefused(GatewayError):
    """The time stamp authority gave no token. Check its address in gateway.yaml; it is asked again by itself."""

    code = "time-stamp-refused"
    retryable = True


@dataclass(frozen=True, slots=True)
class Sealer:
    """Makes blocks and checkpoints. Without ``authority`` checkpoints bear no time stamp."""

    log: Log
    clock: Clock
    authority: TimeStamper | None = None
    most: int = MOST

    async def run(self) -> None:
        """Seal until cancelled."""
        while True:
            await asyncio.sleep(SECONDS)  # What is due goes first: a process that dies soon must have got on with it.
            await self.seal()
            await self.check_daily()

    async def seal(self) -> int:
        """Seal every event that can be sealed; return how many blocks were made."""
        made = 0
        before = await self.log.last_seal()
        while True:
            events = await self.log.unsealed(before.last if before is not None else 0, self.most)
            if not events:
                return made
            block = seal(before, await asyncio.to_thread(_leaves, events), self.clock())
            if not await self.log.append(block):
                return made  # Somebody else was faster, and goes on.
            made, before = made + 1, block
            if len(events) < self.most:
                return made

    async def check_daily(self) -> Checkpoint | None:
        """Make the checkpoint of the day once there is something new; ask again when its time stamp is missing."""
        last = await self.log.last_checkpoint()
        if last is None or last.made_at.date() < self.clock().date():
            return await self.check()
        missing = self.authority is not None and last.token is None
        return await self.check(again=True) if missing and self.clock() - last.made_at >= _AGAIN else None

    async def check(self, *, again: bool = False) -> Checkpoint | None:
        """Make a checkpoint over the newest block, unless there is one already and ``again`` is false."""
        last, block = await self.log.last_checkpoint(), await self.log.last_seal()
        if block is None or (last is not None and last.block == block.number and not again):
            return None
        made = checkpoint(last, block, self.clock())
        if self.authority is not None:
            try:
                stamp = await self.authority.stamp(made.text)
            except StampRefused as error:
                log.error("time_stamp_missing", error=error.detail)
            else:
                made.authority, made.token = stamp.authority, stamp.token
        if not await self.log.append(made):
            return None
        log.info(
            "checkpoint_made", number=made.number, block=made.block, hash=made.hash, stamped=made.token is not None
        )
        return made


def _leaves(events: list[StoredEvent]) -> list[Leaf]:
    return [event.leaf for event in events]
