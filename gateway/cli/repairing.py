"""``gateway reconcile apply`` and ``dismiss``: deciding what a run proposes. What would happen is said before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import typer
from rich.markup import escape

from gateway.cli.console import err, out
from gateway.cli.deciding import person_here, with_world
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.ports import World
from gateway.pipeline.reconciliation.deciding import Plan, apply_repairs, dismiss_repairs, planned
from gateway.settings import Settings, load_settings
from gateway.tracking.approval import Person
from gateway.tracking.reconciliation import Repair

_RUN = typer.Argument(..., metavar="RUN", help="Id of a run, as gateway reconcile list names it.")
_LINES = typer.Argument(
    None, metavar="[LINE]...", help="Which of its repairs: a number as shown, or ORDER/LINE; by default all."
)
_REASON = typer.Option(..., "--reason", help="Why; it stands on the timeline.")


def reconcile_apply(
    run_id: str = _RUN,
    lines: list[str] | None = _LINES,
    reason: str = _REASON,
    yes: bool = typer.Option(False, "--yes", help="Do it; without this what would happen is only said."),
) -> None:
    """Apply repairs of a run: documents are handed over again under the same keys. Applied twice it does nothing more."""
    chosen = lines or []
    plan = with_world(lambda database, _world, _settings: database.tx(lambda uow: planned(uow, run_id, chosen)))
    out.print(f"{len(plan.taken)} repairs, {plan.effect}")
    for document_id in plan.deliver:
        out.print(f"  {escape(document_id)}")
    for each, why in plan.refused:
        out.print(f"  left out: {_named(each)}: {escape(why)}")
    _show_decided(plan)
    if not plan.taken:
        return
    if not yes:
        out.print("Nothing was done. To do it, add --yes.")
        return
    done = applied(run_id, chosen, person_here(load_settings()), reason)
    err.print(f"{len(done.taken)} applied, {len(done.deliver)} documents handed over again")


def applied(run_id: str, lines: Sequence[str], person: Person, reason: str) -> Plan:
    """Apply repairs of a run; a running gateway takes up what follows within a second."""

    async def work(database: SqlLedger, world: World, _settings: Settings) -> Plan:
        return await database.tx(
            partial(apply_repairs, world=world, run_id=run_id, lines=lines, person=person, reason=reason)
        )

    return with_world(work)


def reconcile_dismiss(run_id: str = _RUN, lines: list[str] | None = _LINES, reason: str = _REASON) -> None:
    """Dismiss repairs of a run: what differs is right as it is, and is no news as long as it differs by the same."""
    person = person_here(load_settings())

    async def work(database: SqlLedger, world: World, _settings: Settings) -> Plan:
        return await database.tx(
            partial(dismiss_repairs, world=world, run_id=run_id, lines=lines or [], person=person, reason=reason)
        )

    plan = with_world(work)
    _show_decided(plan)
    err.print(f"{len(plan.taken)} dismissed; nothing was sent")


def _show_decided(plan: Plan) -> None:
    for each in plan.decided:
        who = f" by {each.decided_by}" if each.decided_by else ""
        out.print(f"  already {each.state}{escape(who)}: {_named(each)}")


def _named(each: Repair) -> str:
    return f"{each.number} {escape(each.order_number)}/{escape(each.line)} {each.figure}"
