"""Tells people of cases by mail: rows follow from the events of cases, mails follow from the rows.

What is to be told is written into the ledger in the commit that moves the cursor over the log, so no case is told of twice or
forgotten. A mail is made of rows before it is sent, and they are done in the commit after that: whoever is stopped between the
two sends the same mail once more, under the same Message-ID.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

import structlog

from gateway.errors import LedgerError
from gateway.events.alert_words import Told, body_of, subject_of
from gateway.events.circuit import Patience
from gateway.events.mail import Mail, Mailer, MailRefused, MailServerAway
from gateway.events.standing import Standing
from gateway.pipeline.alerts import SINK, AlertBook
from gateway.pipeline.outbox import Begin, Outbox, Selection
from gateway.pipeline.ports import Clock, Ledger
from gateway.tracking.alert import Alert, AlertState, alert_id, alert_of, drop, mail_name
from gateway.tracking.case import Case
from gateway.tracking.cloudevent import Numbered
from gateway.tracking.document import Document
from gateway.tracking.event import Event
from gateway.tracking.order import Order
from gateway.trading.alerts import RuleText

log = structlog.get_logger("gateway.events")

LOOK_SECONDS = 1.0
_AWAY_SECONDS, _LONGEST_AWAY_SECONDS = 2.0, 60.0
_EVENTS = 200  # Between two commits of the cursor.
_DUE, _IN_A_MAIL = 500, 50  # The first is more than the second: what is cut off at the end is less than a look takes.
_PATIENCE = Patience(timedelta(minutes=1), timedelta(hours=1), timedelta(days=3))
_EXPIRING = "certificate.expiring"
_ABOUT_CASES = Selection(("case.opened", "case.escalated", "case.closed", _EXPIRING))


@dataclass(slots=True)
class Alerting:
    """Notes and sends alerts; of several processes one does."""

    rules: Mapping[str, RuleText]
    mailer: Mailer
    book: AlertBook
    outbox: Outbox
    ledger: Ledger
    clock: Clock
    random: Callable[[], float]
    _position: int | None = field(default=None, init=False)

    async def run(self) -> None:
        """Look again and again until cancelled."""
        standing = Standing(SINK, self.mailer.address, self.outbox, self.clock)
        away = _AWAY_SECONDS
        while True:
            try:
                if self._position is None:
                    self._position = await self.outbox.opened(SINK, Begin.NEXT, self.clock())
                    await standing.load()
                await self.note()
                if await self.send():
                    await standing.open()
                wait, away = LOOK_SECONDS, _AWAY_SECONDS
            except MailServerAway as error:
                await standing.away(error.detail.rstrip("."))
                wait, away = away, min(away * 2, _LONGEST_AWAY_SECONDS)
            except LedgerError as error:
                self._position = None
                log.warning("events_wait_for_the_ledger", sink=SINK, reason=error.detail)
                wait = LOOK_SECONDS * 4
            await asyncio.sleep(wait)

    # What is to be told

    async def note(self) -> None:
        """Write a row for each rule that a case is of, from all events since the last time."""
        more = True
        while more:
            if self._position is None:
                self._position = await self.outbox.opened(SINK, Begin.NEXT, self.clock())
            stretch = await self.outbox.after(self._position, _EVENTS, _ABOUT_CASES)
            if stretch.position > self._position:
                await self.book.write(await self._rows(stretch.events), stretch.position)
                self._position = stretch.position
            more = stretch.more

    async def _rows(self, events: list[Numbered]) -> list[Alert]:
        known = {each.id: each for each in await self.book.of_cases([_case_of(each.event) for each in events])}
        changed: dict[str, Alert] = {}
        for event in (each.event for each in events):
            case_id = _case_of(event)
            if event.type == "case.closed":
                for alert in (each for each in known.values() if each.case_id == case_id):
                    _close(alert, event.at)
                    changed[alert.id] = alert
                continue
            case = await self.ledger.load(Case, case_id)
            if case is None:
                continue
            for name, rule in self.rules.items():
                before = known.get(alert_id(case_id, name))
                if rule.wants(case) and (before is None or before.case_closed_at is not None):
                    made = alert_of(case, name, case.opened_at + rule.after)
                    known[made.id] = changed[made.id] = made
        return list(changed.values())

    # Telling it

    async def send(self) -> bool:
        """Send what is due; return whether the server took a mail. Raises MailServerAway, and then nothing is lost."""
        now = self.clock()
        due = await self.book.due(now, _DUE)
        if len(due) == _DUE:  # The last mail may be cut off in its middle; it comes with the next look.
            due = [each for each in due if not each.mail or each.mail != due[-1].mail]
        ready = await self._ready(due, now)
        await self._put_into_mails([each for each in ready if not each.alert.mail], now)
        sent = False
        for _name, group in groupby(sorted(ready, key=lambda each: each.alert.mail), lambda each: each.alert.mail):
            sent = await self._send(list(group)) or sent
        return sent

    async def _ready(self, due: list[Alert], now: datetime) -> list[_Ready]:
        """Return what can be sent now; what can't is written down as dropped, or put off until the quiet ends."""
        ready, others = [], []
        for alert in due:
            rule, case = self.rules.get(alert.rule), await self.ledger.load(Case, alert.case_id)
            if case is None or case.closed_at is not None:
                drop(alert, "the case was closed before", now)
            elif rule is None:
                drop(alert, "gateway.yaml has no such rule any more", now)
            elif rule.quiet is not None and (until := rule.quiet.until(now)) is not None:
                alert.due_at = until
            else:
                ready.append(_Ready(alert, rule, case))
                continue
            others.append(alert)
        if others:
            await self.book.write(others)
        return ready

    async def _put_into_mails(self, ready: list[_Ready], now: datetime) -> None:
        """Put what a rule has to tell at this moment into one mail, and write down which."""
        ready = sorted(ready, key=lambda each: each.alert.rule)
        for _rule, group in groupby(ready, lambda each: each.alert.rule):
            alerts = [each.alert for each in group]
            for start in range(0, len(alerts), _IN_A_MAIL):
                together = alerts[start : start + _IN_A_MAIL]
                name = mail_name(together)
                for alert in together:
                    alert.mail, alert.due_at, alert.first_tried_at = name, now, now
        if ready:
            await self.book.write([each.alert for each in ready])

    async def _send(self, group: list[_Ready]) -> bool:
        """Send one mail and write down what came of it; return whether the server took it."""
        told = [Told(each.case, await self._order_of(each.case)) for each in group]
        now, alerts = self.clock(), [each.alert for each in group]
        try:
            mail = Mail(alerts[0].mail, group[0].rule.to, subject_of(told), body_of(told, now))
            await self.mailer.send(mail, now)
        except MailRefused as error:
            self._put_off(alerts, error.detail, now)
            taken = False
        else:
            for alert in alerts:
                alert.state, alert.note, alert.done_at = AlertState.SENT, "", now
            taken = True
        await self.book.write(alerts)
        return taken

    def _put_off(self, alerts: list[Alert], reason: str, now: datetime) -> None:
        """Have a mail that was refused tried again later, until its time is over."""
        wait = _PATIENCE.wait(alerts[0].attempts + 1, self.random())
        over = now - (alerts[0].first_tried_at or now) >= _PATIENCE.within
        log.error(
            "mail_refused", rule=alerts[0].rule, reason=reason, again=not over, next="correct alerts in gateway.yaml"
        )
        for alert in alerts:
            alert.attempts, alert.due_at, alert.note = alert.attempts + 1, now + wait, reason
            if over:
                drop(alert, f"the mail server has refused it for days: {reason}", now)

    async def _order_of(self, case: Case) -> str | None:
        document = await self.ledger.load(Document, case.subject)
        if document is not None:
            return document.order_number
        order = await self.ledger.load(Order, case.subject)
        return order.order_number if order is not None else None


@dataclass(frozen=True, slots=True)
class _Ready:
    alert: Alert
    rule: RuleText
    case: Case


def _case_of(event: Event) -> str:
    """Return the id of the case that an event is about."""
    cause = "certificate-expiring" if event.type == _EXPIRING else event.data["cause"]
    return f"{event.subject}:{cause}"


def _close(alert: Alert, at: datetime) -> None:
    """Note that the case is closed: what was not sent is not sent any more."""
    if alert.case_closed_at is None:
        alert.case_closed_at = at
        if alert.state == AlertState.WAITING:
            drop(alert, "the case was closed before", at)
