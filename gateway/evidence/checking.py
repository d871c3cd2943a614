"""Checks the ledger itself: every event against its block, every block against the one before, every kept file of an event."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from gateway.errors import LedgerError, Purged
from gateway.evidence.archive import Archive
from gateway.evidence.collecting import data_of, purge_of
from gateway.pipeline.ports import Vault
from gateway.tracking.chain import NOTHING_BEFORE, Checkpoint, Seal, StoredEvent, unpack_leaves


@dataclass(slots=True)
class Checked:
    """How much was looked at, and what is wrong."""

    events: int = 0
    blocks: int = 0
    checkpoints: int = 0
    files: int = 0
    purged: int = 0
    last: Seal | None = None


class Checker:
    """Walks the whole chain once."""

    def __init__(self, archive: Archive, vault: Vault) -> None:
        self._archive = archive
        self._vault = vault
        self._seen: set[str] = set()
        self.checked = Checked()

    async def check(self) -> AsyncIterator[str]:
        """Yield what is wrong, in words, and count in ``checked``."""
        before: Seal | None = None
        number = 0
        last = await self._archive.last_seal()
        while last is not None and number < last.number:
            number += 1
            block = await self._archive.block(number)
            if block is None:
                yield f"block {number} is gone"
                before = None
                continue
            for words in _of_block(block, before, first=number == 1):
                yield words
            events = await self._archive.events(
                (before.last if before is not None else block.first - 1) + 1, block.last
            )
            for words in _of_events(block, events):
                yield words
            async for words in self._files(events):
                yield words
            self.checked.blocks, self.checked.events = number, self.checked.events + len(events)
            self.checked.last = before = block
        async for words in self._checkpoints():
            yield words

    async def _files(self, events: list[StoredEvent]) -> AsyncIterator[str]:
        for event in events:
            for role, digest in data_of(event).get("kept", {}).items():
                if not isinstance(digest, str) or digest in self._seen:
                    continue
                self._seen.add(digest)
                self.checked.files += 1
                wrong = await self._what_is_wrong_with(digest)
                if wrong:
                    yield f"event {event.seq} ({event.type} of {event.subject}): its {role}: {wrong}"

    async def _what_is_wrong_with(self, digest: str) -> str:
        """Return what is wrong with kept bytes, or nothing; what was purged is right when the chain says so."""
        try:
            await self._vault.read(digest)
        except LedgerError as error:
            return error.detail
        except Purged:
            purge = await purge_of(self._archive, digest)
            if purge is None or not await self._is_sealed(purge):
                return f"{digest} is gone, and no sealed event says that it was purged. Restore it from a backup."
            self.checked.purged += 1
        return ""

    async def _is_sealed(self, event: StoredEvent) -> bool:
        """Tell whether an event stands in its block; one that is too young to be sealed is believed."""
        block = await self._archive.block_with(event.seq)
        return block is None or event.leaf in unpack_leaves(block.leaves)

    async def _checkpoints(self) -> AsyncIterator[str]:
        before: Checkpoint | None = None
        last = await self._archive.last_checkpoint()
        for number in range(1, (last.number if last is not None else 0) + 1):
            found = await self._archive.checkpoint(number)
            if found is None:
                yield f"checkpoint {number} is gone"
            elif hashlib.sha256(found.text).hexdigest() != found.hash:
                yield f"checkpoint {number} was changed"
            elif before is not None and found.previous != before.hash:
                yield f"checkpoint {number} does not hold on to the one before"
            else:
                block = await self._archive.block(found.block)
                if block is None or block.hash != found.block_hash:
                    yield f"checkpoint {number} names another block {found.block} than there is"
            before = found
            self.checked.checkpoints = number


def _of_block(block: Seal, before: Seal | None, *, first: bool) -> list[str]:
    wrong = []
    if hashlib.sha256(block.header).hexdigest() != block.hash:
        wrong.append(f"block {block.number}: its header was changed")
    if hashlib.sha256(block.lines).hexdigest() != block.root:
        wrong.append(f"block {block.number}: its list of events was changed")
    previous = before.hash if before is not None else NOTHING_BEFORE if first else block.previous
    if block.previous != previous:
        wrong.append(f"block {block.number} does not hold on to block {block.number - 1}")
    return wrong


def _of_events(block: Seal, events: list[StoredEvent]) -> list[str]:
    sealed = {leaf.seq: leaf.digest for leaf in unpack_leaves(block.leaves)}
    there = {event.seq: event for event in events}
    wrong = [f"event {seq} is gone; block {block.number} has its digest" for seq in sealed if seq not in there]
    for seq, event in there.items():
        if seq not in sealed:
            wrong.append(
                f"event {seq} ({event.type} of {event.subject}) was put in later; block {block.number} lacks it"
            )
        elif event.leaf.digest != sealed[seq]:
            wrong.append(f"event {seq} ({event.type} of {event.subject}) was changed after it was sealed")
    return wrong
