"""``gateway promises``, ``gateway replay``: keeping things going."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import typer
from rich.markup import escape

from gateway.cli.console import AS_JSON, err, out, write_json
from gateway.cli.ledger import with_ledger
from gateway.errors import LifecycleError, NotFound
from gateway.ledger.oversight import SqlOversight
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.oversight.effects import AT_MOST, WORDS, Batch, Effect, Plan, apply, preview
from gateway.pipeline.oversight.replay import replay as replay_subject
from gateway.pipeline.oversight.views import PromiseQuery, Selection
from gateway.pipeline.ports import Clock, UnitOfWork
from gateway.pipeline.task import StepName
from gateway.stamps import IdMaker, utc_now
from gateway.tracking.promise import OwedBy, Promise, next_action

_EFFECTS = "; ".join(f"{name}: {said}" for name, said in WORDS.items()) + "."
_AT_ONCE = 200  # Documents that share a commit, so that a running gateway need not wait long.


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(promises)
    app.command()(replay)


@dataclass(frozen=True, slots=True)
class _Stamps:
    clock: Clock
    new_id: Callable[[], str]


def promises(
    theirs: bool = typer.Option(False, "--theirs", help="Only what partners owe us."),
    ours: bool = typer.Option(False, "--ours", help="Only what we owe."),
    overdue: bool = typer.Option(False, "--overdue", help="Only what is past its time."),
    partner: str | None = typer.Option(None, "--partner", "-p", help="Only with one partner."),
    as_json: bool = AS_JSON,
) -> None:
    """List what is owed, by whom, since when, and what is done next."""
    now = utc_now()
    owed_by = None if theirs == ours else OwedBy.PARTNER if theirs else OwedBy.US
    query = PromiseQuery(owed_by, partner, now if overdue else None)

    async def look(database: SqlLedger) -> list[Promise]:
        return (await SqlOversight(database).promises(query, 0, 1000)).items

    found = with_ledger(look)
    for each in found:
        if as_json:
            write_json(_facts(each, now))
            continue
        whose = "waiting on them" if each.owed_by == OwedBy.PARTNER else "waiting on us"
        order = f" order {each.order_number}" if each.order_number else ""
        out.print(f"[bold]{escape(each.what)}[/] {escape(each.partner)}{escape(order)}  {whose}, {_due(each, now)}")
        out.print(f"  for {escape(each.subject)}, for {age(now - each.made_at)}")
        out.print(f"  Next: {escape(next_action(each, now))}")
    err.print(f"{len(found)} open")


def _facts(promise: Promise, now: datetime) -> dict[str, Any]:
    names = ("id", "subject", "partner", "what", "owed_by", "state", "made_at", "due_at", "order_number")
    facts = {name: getattr(promise, name) for name in names}
    seconds = round((now - promise.made_at).total_seconds())
    return facts | {"age_seconds": seconds, "overdue": promise.due_at < now, "next_action": next_action(promise, now)}


def _due(promise: Promise, now: datetime) -> str:
    if promise.due_at < now:
        return f"[bold]overdue by {age(now - promise.due_at)}[/]"
    return f"due in {age(promise.due_at - now)}"


def age(span: timedelta) -> str:
    """Say in few words how long something has been."""
    minutes = int(span.total_seconds()) // 60
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} d"


def replay(
    what: str | None = typer.Argument(
        None, metavar="[ID]", help="Id of a document, a transmission or a receipt of ours."
    ),
    reason: str = typer.Option(..., "--reason", help="Why; it stands on the timeline."),
    effect: Effect = typer.Option(Effect.CONTINUE, "--effect", help=_EFFECTS),
    recompute: bool = typer.Option(False, "--recompute", help="With continue: judge and translate again first."),
    partner: str | None = typer.Option(None, "--partner", "-p", help="Without an ID: documents of one partner."),
    set_id: str | None = typer.Option(None, "--set", help="Without an ID: documents of one set, such as 810."),
    state: str | None = typer.Option(None, "--state", help="Without an ID: documents in one state, such as parked."),
    cause: str | None = typer.Option(None, "--cause", help="Without an ID: documents with an open case of one cause."),
    group: str | None = typer.Option(None, "--group", help="Without an ID: documents whose open case is of one group."),
    since: datetime | None = typer.Option(None, "--since", help="Without an ID: documents since a time (UTC)."),
    skip: bool = typer.Option(False, "--skip", help="Leave out those that the effect does not fit."),
    yes: bool = typer.Option(False, "--yes", help="Do it; without this a selection is only previewed."),
) -> None:
    """Send something on its way again after its cause was put right. A running gateway takes it up within a second."""
    filters = (partner, set_id, state, cause, group, since)
    if what is not None and effect == Effect.CONTINUE:
        _replay_one(what, reason, recompute)
        return
    if what is None and not any(filters):
        raise NotFound("Say what to replay: an ID, or a filter such as --partner acme --cause erp-rejected.")
    if recompute:
        raise LifecycleError("--recompute goes with --effect continue. To recompute only: --effect recompute.")
    moment = since.replace(tzinfo=UTC) if since is not None else None
    selection = Selection(partner, None, set_id, state, cause, moment, group)
    plan, batch = with_ledger(lambda database: _batch(database, what, selection, effect, reason, skip, what or yes))
    _show(plan, batch)


def _replay_one(what: str, reason: str, recompute: bool) -> None:
    async def again(database: SqlLedger) -> str:
        stamps = _Stamps(utc_now, IdMaker())
        task = await database.tx(lambda uow: replay_subject(uow, stamps, what, reason, recompute=recompute))
        return str(task.step)

    step = with_ledger(again)
    follow = "gateway reconcile list" if step == StepName.RECONCILE else f"gateway trace {what}"
    out.print(f"{what}: {step} is due. Follow it with: {follow}")


async def _batch(
    database: SqlLedger, what: str | None, selection: Selection, effect: Effect, reason: str, skip: bool, go: object
) -> tuple[Plan, Batch | None]:
    """Preview a replay and, when it is safe and asked for, do it in portions."""
    chosen = [what] if what is not None else await SqlOversight(database).selected(selection, AT_MOST + 1)
    if len(chosen) > AT_MOST:
        raise LifecycleError(f"More than {AT_MOST} documents are meant. Narrow the filter, for example with --since.")
    plan = await database.tx(lambda uow: preview(uow, effect, chosen))
    unsafe = plan.unsafe
    if unsafe and not (skip and plan.possible and unsafe.startswith(effect)):
        raise LifecycleError(f"This replay is refused: {unsafe}")
    if not go or not plan.possible:
        return plan, None
    stamps = _Stamps(utc_now, IdMaker())
    batch = Batch(stamps.new_id(), effect, reason)

    def portion(uow: UnitOfWork, subjects: list[str]) -> None:
        for subject in subjects:
            apply(uow, stamps, batch, subject)

    for start in range(0, len(plan.possible), _AT_ONCE):
        subjects = plan.possible[start : start + _AT_ONCE]
        await database.tx(partial(portion, subjects=subjects))
    return plan, batch


def _show(plan: Plan, batch: Batch | None) -> None:
    out.print(f"{len(plan.possible)} documents: {WORDS[plan.effect]}")
    for why, count in plan.refused.most_common():
        out.print(f"  {count} left out: {escape(why)}")
    for warning in plan.warnings:
        out.print(f"  Warning: {escape(warning)}")
    if batch is not None:
        out.print(f"They are due, as replay {batch.id}; each event that follows names it.")
    elif plan.possible:
        out.print("Nothing was done. To do it, add --yes.")
