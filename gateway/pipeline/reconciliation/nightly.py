"""The nightly run: a step that is due once a night, fetches the reports, compares them, and is due again the next night.

A night is named by its day, and so is its run: whatever happens (a restart, two workers, a clock that jumps), it has one run.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

import structlog

from gateway.errors import ConcurrentChange, LedgerAway, LedgerError
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.reconciliation.asked import Asked, Given
from gateway.pipeline.reconciliation.ports import Fetched, Nightly, ReportMissing
from gateway.pipeline.reconciliation.running import keep
from gateway.pipeline.reconciliation.running import run as compare
from gateway.pipeline.records import Named, close_case, open_case
from gateway.pipeline.step import Advance, Outcome, Retry, Wait
from gateway.pipeline.task import StepName, Task
from gateway.tracking.calendar import Calendar
from gateway.tracking.case import Case
from gateway.tracking.reconciliation import NIGHTLY_SUBJECT, Reconciliation, Trigger
from gateway.tracking.reported import ReportInvalid

log = structlog.get_logger("gateway.reconciliation")

MISSING = "report-missing"
_LOOK_SECONDS = 60.0
_DAY = timedelta(days=1)
_LOOKED_BACK = 200  # Runs among which the last report of a system is looked for.


def last_night(calendar: Calendar, now: datetime) -> tuple[date, datetime]:
    """Return the newest night that has begun, and when it began."""
    day = calendar.day_of(now) + _DAY
    while calendar.begin(day) > now:
        day -= _DAY
    return day, calendar.begin(day)


def next_night(calendar: Calendar, now: datetime) -> datetime:
    """Return when the next night begins."""
    day, _begun = last_night(calendar, now)
    begin = calendar.begin(day + _DAY)
    # Where clocks are put forward, two nights may begin at one moment.
    return begin if begin > now else calendar.begin(day + 2 * _DAY)


async def run(task: Task, world: World) -> Outcome:
    """Reconcile for the night that has begun last, unless that was done."""
    try:
        return await _reconciled(task, world, world.nightly) if world.nightly is not None else Advance()
    except (LedgerAway, ConcurrentChange):
        raise  # It says nothing about the night: the step is still due.
    except LedgerError as error:
        return Retry(error.detail)  # What was committed before is found again.


async def _reconciled(task: Task, world: World, nightly: Nightly) -> Outcome:
    day, begun_at = last_night(nightly.calendar, world.clock())
    again = partial(_next, world=world, nightly=nightly)
    run_id = f"nightly-{day.isoformat()}"
    if await world.ledger.load(Reconciliation, run_id) is not None:
        return Advance(again)
    fetched, missing = await _fetched(nightly, world.clock())
    if missing and world.clock() < begun_at + nightly.within:
        log.info("report_awaited", systems=sorted(missing))
        return Wait(world.clock() + nightly.every)
    given = await _kept(world, fetched, missing)
    # Before the run: once it is there, nobody comes here again for this night.
    await world.ledger.tx(partial(_tell, world=world, missing=missing, came=[each.system for each in given]))
    if given:
        asked = Asked(run_id, Trigger.NIGHTLY, "nightly", task.tracking_id)
        made = await compare(world, nightly.books, asked, given)
        log.info("reconciled", run=run_id, lines=made.lines, differ=made.differ)
    return Advance(again)


async def _fetched(nightly: Nightly, now: datetime) -> tuple[dict[str, Fetched], dict[str, str]]:
    """Return the reports that came, and why the others did not."""
    found: dict[str, Fetched] = {}
    missing: dict[str, str] = {}
    for system, source in nightly.sources.items():
        try:
            fetched = await source.fetch(now)
            await _check_age(nightly, system, fetched)
        except ReportMissing as error:
            missing[system] = error.detail
        else:
            found[system] = fetched
    return found, missing


async def _check_age(nightly: Nightly, system: str, fetched: Fetched) -> None:
    """Raise ReportMissing for a report that is not newer than the one of this system that was compared last."""
    runs = await nightly.views.runs(0, _LOOKED_BACK)
    reports = (each for made in runs.items if made.trigger == Trigger.NIGHTLY for each in made.reports)
    before = next((each for each in reports if each["system"] == system), None)
    if before is not None and fetched.as_of <= datetime.fromisoformat(before["as_of"]):
        as_of, last = f"{fetched.as_of:%Y-%m-%d %H:%M}", before["as_of"][:16].replace("T", " ")
        raise ReportMissing(f"{fetched.name} is of {as_of} UTC, and one of {last} UTC was compared before")


async def _kept(world: World, fetched: dict[str, Fetched], missing: dict[str, str]) -> list[Given]:
    """Return the reports that can be read, their bytes kept; what can't be read is missing too."""
    given: list[Given] = []
    for system, each in fetched.items():
        try:
            lines = await asyncio.to_thread(list, each.lines)
        except ReportInvalid as error:
            missing[system] = error.detail
            continue
        if not any(line.figures for line in lines):
            missing[system] = f"{each.name} says nothing of any line"
            continue
        blob = await keep(world.vault, [each.data])
        given.append(Given(system, each.name, each.content_type, blob, lines, each.as_of))
    return given


def _tell(uow: UnitOfWork, *, world: World, missing: dict[str, str], came: list[str]) -> None:
    """Open one case for each report that did not come, and close those of reports that came."""
    for system, detail in missing.items():
        about = Named(f"report-{system}", None, world.new_id().rjust(32, "0")[-32:])
        known = uow.find(Case, f"{about.id}:{MISSING}")
        if known is None or known.closed_at is not None:
            open_case(uow, world, "report-missing", about, f"{system}: {detail}"[:1000])
        elif known.detail != f"{system}: {detail}"[:1000]:
            uow.change(Case, known.id, detail=f"{system}: {detail}"[:1000])
    for system in came:
        close_case(uow, world, f"report-{system}:{MISSING}", "the report came")


def _next(uow: UnitOfWork, *, world: World, nightly: Nightly) -> list[Task]:
    return [_task(world, next_night(nightly.calendar, world.clock()))]


def _task(world: World, at: datetime) -> Task:
    return Task(StepName.RECONCILE, NIGHTLY_SUBJECT, world.new_id().rjust(32, "0")[-32:], at)


@dataclass(frozen=True, slots=True)
class NightWatch:
    """Sees to it that the step is due for the next night: at the first start, after a change of its time, after whatever."""

    world: World
    nightly: Nightly

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(_LOOK_SECONDS)

    async def look(self) -> bool:
        """Make the step due where it is not, or would be due too late; tell whether that was so."""
        at = next_night(self.nightly.calendar, self.world.clock())
        return await self.world.ledger.tx(lambda uow: self._see_to(uow, at))

    def _see_to(self, uow: UnitOfWork, at: datetime) -> bool:
        task = _task(self.world, at)
        due_at = uow.step_due_at(task.id)
        if due_at is not None and due_at <= at:
            return False
        uow.schedule(task)
        return True
