"""Whether a sink takes events: noted in the ledger for health, metrics and API of every process, and said once in the log."""

from __future__ import annotations

import structlog

from gateway.errors import LedgerError
from gateway.pipeline.outbox import Outbox, SinkState
from gateway.pipeline.ports import Clock

log = structlog.get_logger("gateway.events")


class Standing:
    """How a sink stands. Only a change is noted and said, so that a day without a broker is one line and not thousands."""

    def __init__(self, sink: str, address: str, outbox: Outbox, clock: Clock) -> None:
        self._sink, self._address, self._outbox, self._clock = sink, address, outbox, clock
        self.state = SinkState.OPEN
        self._detail = ""

    async def load(self) -> None:
        """Take over what was noted last: the process that noted it may be another one."""
        for report in await self._outbox.reports():
            if report.name == self._sink:
                self.state, self._detail = report.state, report.detail

    async def away(self, reason: str) -> None:
        """Note that it takes none."""
        detail = f"{reason}. Events wait in the ledger and go on by themselves; nothing is lost"
        if self.state is SinkState.AWAY and self._detail == detail:
            return
        self.state, self._detail = SinkState.AWAY, detail
        log.error(
            "event_sink_away", sink=self._sink, reason=reason, next="start it or correct gateway.yaml; nothing is lost"
        )
        await self._note()

    async def open(self) -> None:
        """Note that it takes them."""
        if self.state is SinkState.OPEN:
            return
        self.state, self._detail = SinkState.OPEN, ""
        log.info("event_sink_back", sink=self._sink, address=self._address)
        await self._note()

    async def _note(self) -> None:
        try:
            await self._outbox.tell(self._sink, self.state, self._detail, self._clock())
        except LedgerError as error:
            log.warning("events_wait_for_the_ledger", sink=self._sink, reason=error.detail)
