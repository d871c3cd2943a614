"""Tells one webhook of events: a cursor over the log, a queue of what it did not take, a circuit of its own.

Each webhook runs by itself, so one that is slow or away holds up no other. Within one, events of a key (an order, or else a
document) go one after the other; other keys go beside them. What was not taken is tried again until its time is over, and what
follows under its key waits behind it; then it is a dead letter, and those behind it go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from gateway.errors import LedgerError
from gateway.events.circuit import Circuit, Patience
from gateway.events.endpoint import Endpoint
from gateway.events.standing import Standing
from gateway.pipeline.outbox import Begin, Changes, Outbox, Selection, Undelivered
from gateway.pipeline.ports import Clock
from gateway.tracking.cloudevent import Numbered, to_json

log = structlog.get_logger("gateway.events")

AT_ONCE = 8  # Events under way to one webhook.
BATCH = 50  # Events between two commits of the cursor.
LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who is told of what."""

    name: str
    selection: Selection
    begin: Begin
    patience: Patience
    source: str

    @property
    def sink(self) -> str:
        """Its name among all sinks."""
        return sink_of(self.name)


def sink_of(name: str) -> str:
    """Return the name of a webhook among all sinks."""
    return f"webhook.{name}"


class Webhook:
    """One webhook; of several processes one runs it."""

    def __init__(
        self, subscription: Subscription, endpoint: Endpoint, outbox: Outbox, clock: Clock, random: Callable[[], float]
    ) -> None:
        self._subscription, self._endpoint, self._outbox = subscription, endpoint, outbox
        self._clock, self._random = clock, random
        self._circuit = Circuit(subscription.patience)
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._standing = Standing(subscription.sink, endpoint.address, outbox, clock)

    async def run(self) -> None:
        """Tell of events until cancelled."""
        position: int | None = None
        while True:
            wait = LOOK_SECONDS
            try:
                if position is None:
                    position = await self._outbox.opened(
                        self._subscription.sink, self._subscription.begin, self._clock()
                    )
                    await self._standing.load()
                position, more = await self._round(position)
                wait = 0.0 if more else LOOK_SECONDS
            except LedgerError as error:
                position = None
                log.warning("events_wait_for_the_ledger", sink=self._subscription.sink, reason=error.detail)
                wait = LOOK_SECONDS * 4
            await asyncio.sleep(wait)

    async def _round(self, position: int) -> tuple[int, bool]:
        """Try again what is due, then go on in the log; return the cursor, and whether there is more to do at once."""
        now = self._clock()
        until = self._circuit.until
        if until is not None and now < until:
            return position, False
        probing = self._circuit.is_open
        due = await self._outbox.due(self._subscription.sink, now, 1 if probing else BATCH)
        results = await self._all(due)
        taken = [name for name, left in results.items() if left is None]
        if due:
            await self._write(Changes(waiting=_left(results), delivered=taken))
        if self._circuit.is_open and (due or not probing):
            return position, False
        return await self._go_on(position, 1 if probing and not due else BATCH, more=bool(taken))

    async def _go_on(self, position: int, limit: int, *, more: bool) -> tuple[int, bool]:
        """Tell of the next events; those whose key waits already wait behind it."""
        stretch = await self._outbox.after(position, limit, self._subscription.selection)
        if stretch.position == position:
            return position, more
        behind = {key for key, _due_at in await self._outbox.waiting(self._subscription.sink)}
        letters = [self._letter(each) for each in stretch.events]
        held = {each.id: each for each in letters if each.key in behind}
        results = await self._all([each for each in letters if each.key not in behind])
        await self._write(Changes(position=stretch.position, waiting=_left({**results, **held})))
        return stretch.position, more or stretch.more

    async def _all(self, letters: list[Undelivered]) -> dict[str, Undelivered | None]:
        """Try letters, those of a key one after the other; return what is left of each: None, or what waits."""
        by_key: dict[str, list[Undelivered]] = {}
        for letter in letters:
            by_key.setdefault(letter.key, []).append(letter)
        results: dict[str, Undelivered | None] = {}
        await asyncio.gather(*(self._in_order(each, results) for each in by_key.values()))
        return results

    async def _in_order(self, letters: list[Undelivered], results: dict[str, Undelivered | None]) -> None:
        failed = False
        single = len(letters) == 1
        for letter in letters:
            if failed:
                results[letter.id] = letter
                continue
            async with self._slots:
                # A probe goes through an open circuit; whatever stood in line when it opened waits untried.
                if self._circuit.is_open and not (single and self._may_probe()):
                    results[letter.id] = letter
                    failed = True
                    continue
                results[letter.id] = await self._try(letter)
            failed = results[letter.id] is not None

    def _may_probe(self) -> bool:
        until = self._circuit.until
        return until is not None and self._clock() >= until

    async def _try(self, letter: Undelivered) -> Undelivered | None:
        reason = await self._endpoint.post(letter.event_id, letter.body.encode())
        now = self._clock()
        if reason is None:
            self._circuit.succeeded()
            await self._standing.open()
            return None
        self._circuit.failed(now, self._random())
        if self._circuit.is_open:
            await self._standing.away(f"{self._endpoint.address}: {reason}")
        return self._after_failure(letter, reason, now)

    def _after_failure(self, letter: Undelivered, reason: str, now: datetime) -> Undelivered:
        """Return what becomes of a letter that was not taken: it waits, or its time is over."""
        patience = self._subscription.patience
        attempts = letter.attempts + 1
        first = letter.first_tried_at if letter.attempts else now
        tried = replace(letter, attempts=attempts, first_tried_at=first, detail=reason)
        ends_at = first + patience.within
        if now >= ends_at:
            words = "look at it with: gateway webhook dead; send it again with: gateway webhook replay"
            name = self._subscription.name
            log.error("dead_letter", webhook=name, id=letter.id, type=letter.type, reason=reason, next=words)
            return replace(tried, due_at=None, died_at=now)
        return replace(tried, due_at=min(now + patience.wait(attempts, self._random()), ends_at))

    def _letter(self, numbered: Numbered) -> Undelivered:
        now = self._clock()
        return Undelivered(
            id=f"{self._subscription.name}.{numbered.position}",
            sink=self._subscription.sink,
            position=numbered.position,
            event_id=numbered.id,
            type=numbered.event.type,
            key=numbered.key,
            body=to_json(numbered, self._subscription.source).decode(),
            attempts=0,
            first_tried_at=now,
            due_at=now,
            detail="",
        )

    async def _write(self, changes: Changes) -> None:
        await self._outbox.write(self._subscription.sink, changes, self._clock())


def _left(results: Mapping[str, Undelivered | None]) -> list[Undelivered]:
    """Return what was not taken, in the order of the log."""
    return sorted((each for each in results.values() if each is not None), key=lambda each: each.position)
