"""``gateway reconcile``: gateway against ERP against warehouse, line by line, with proof and repair; runs and what they found."""

from __future__ import annotations

import os
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape

from gateway.cli.console import AS_JSON, chunks_of, err, out, write_json, write_rows
from gateway.cli.deciding import person_here, with_world
from gateway.cli.ledger import with_ledger
from gateway.cli.repairing import applied, reconcile_apply, reconcile_dismiss
from gateway.errors import LifecycleError, NotFound
from gateway.ledger.order_views import SqlOrderViews
from gateway.ledger.reconciliation_views import SqlReconciliations
from gateway.ledger.reported import Report
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.ports import World
from gateway.pipeline.reconciliation.asked import AT_MOST, Asked, Given
from gateway.pipeline.reconciliation.ports import Books
from gateway.pipeline.reconciliation.running import keep, run
from gateway.settings import Settings, load_settings
from gateway.tracking.reconciliation import Reconciliation, Repair, RepairState, Trigger
from gateway.tracking.reported import ReportFormat, read_report

_RUN = typer.Argument(..., metavar="RUN", help="Id of a run, as gateway reconcile list names it.")
_FACTS = (
    "number", "order_number", "partner", "line", "system", "figure", "here", "there", "reported", "proof", "proposal",
    "deliver", "state", "decided_at", "decided_by", "reason",
)  # fmt: skip
_TYPES = {ReportFormat.CSV: "text/csv", ReportFormat.JSON_LINES: "application/x-ndjson"}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(invoke_without_command=True)
    group.callback()(reconcile)
    group.command("list")(reconcile_list)
    group.command("show")(reconcile_show)
    group.command("apply")(reconcile_apply)
    group.command("dismiss")(reconcile_dismiss)
    app.add_typer(group, name="reconcile")


def reconcile(
    context: typer.Context,
    erp: Path | None = typer.Option(None, "--erp", help="What the ERP reports: CSV, or one JSON object a line."),
    wms: Path | None = typer.Option(None, "--wms", help="What the warehouse reports, in the same form."),
    partner: str | None = typer.Option(None, "--partner", "-p", help="Only orders with one partner."),
    repairs: bool = typer.Option(False, "--repair", help="Apply what is proposed as far as it can be done from here."),
    reason: str = typer.Option("", "--reason", help="With --repair: why; it stands on the timeline."),
    as_json: bool = AS_JSON,
) -> None:
    """Compare what was ordered, shipped, received and billed with the reports of ERP and warehouse, line by line.

    Each difference is shown with what proves it and what is proposed, and kept as a run. Nothing is done without --repair.
    """
    if context.invoked_subcommand is not None:
        return
    given = {name: path for name, path in (("erp", erp), ("wms", wms)) if path is not None}
    if not given:
        raise NotFound(
            "Name what to compare with: --erp FILE, --wms FILE, or both. Or look at runs: gateway reconcile list"
        )
    if repairs and not reason:
        raise LifecycleError("--repair needs --reason TEXT: it stands on the timeline of what is sent again.")
    person = person_here(load_settings())

    async def work(database: SqlLedger, world: World, _settings: Settings) -> tuple[Reconciliation, list[Repair]]:
        with ExitStack() as stack:
            reports = [await _given(world, stack, name, path) for name, path in given.items()]
            books = Books(SqlOrderViews(database), Report)
            run_id = world.new_id()
            asked = Asked(run_id, Trigger.PERSON, person.name, run_id.rjust(32, "0")[-32:], partner)
            made = await run(world, books, asked, reports)
        return made, (await SqlReconciliations(database).repairs(made.id, None, 0, AT_MOST)).items

    made, found = with_world(work)
    for each in found:
        _show(each, as_json=as_json)
    done = applied(made.id, [], person, reason) if repairs and found else None
    for system, order_number, line in made.unknown:
        err.print(f"{escape(order_number)} line {escape(line)}: in the report of the {system}, and not known here")
    if made.strangers > len(made.unknown):
        err.print(f"and {made.strangers - len(made.unknown)} more")
    again = len(done.deliver) if done is not None else 0
    err.print(f"{made.lines} lines compared, {made.differ} differences, {again} documents handed over again")
    err.print(f"Kept as {made.id}. See it again with: gateway reconcile show {made.id}")
    if made.differ > made.dismissed:
        raise typer.Exit(1)


async def _given(world: World, stack: ExitStack, name: str, path: Path) -> Given:
    how = ReportFormat.of(path.name)
    blob = await keep(world.vault, chunks_of(path))
    text = stack.enter_context(path.open(encoding="utf-8-sig", newline=""))
    as_of = datetime.fromtimestamp(os.fstat(text.fileno()).st_mtime, UTC)
    return Given(name, path.name, _TYPES[how], blob, read_report(text, str(path), how), as_of)


def reconcile_list(as_json: bool = AS_JSON) -> None:
    """List the newest runs: when, why, which reports, and what came of them."""
    page = with_ledger(lambda database: SqlReconciliations(database).runs(0, 50))
    for each in page.items if as_json else ():
        write_json(run_facts(each))
    if page.items and not as_json:
        heads = ("RUN", "AT", "BY", "REPORTS", "LINES", "DIFFER", "DISMISSED", "HEALED", "UNKNOWN")
        write_rows([heads, *(_row(each) for each in page.items)])
    err.print(f"{len(page.items)} runs")


def run_facts(made: Reconciliation) -> dict[str, Any]:
    """Return a run for programs."""
    names = ("id", "trigger", "asked_by", "began_at", "ended_at", "partner", "reports", "lines", "differ", "stored")
    return {name: getattr(made, name) for name in (*names, "dismissed", "healed", "strangers")}


def _row(each: Reconciliation) -> tuple[str, ...]:
    counts = (each.lines, each.differ, each.dismissed, each.healed, each.strangers)
    reports = ", ".join(str(report["system"]) for report in each.reports)
    who = each.asked_by if each.trigger == Trigger.PERSON else f"{each.asked_by} ({each.trigger})"
    return (each.id, f"{each.began_at:%Y-%m-%d %H:%M}", who, reports, *map(str, counts))


def reconcile_show(
    run_id: str = _RUN,
    state: RepairState | None = typer.Option(None, "--state", help="Only what stands so."),
    as_json: bool = AS_JSON,
) -> None:
    """Show what a run found: each difference with its proof, what is proposed, and what was decided."""

    async def look(database: SqlLedger) -> tuple[Reconciliation | None, list[Repair]]:
        views = SqlReconciliations(database)
        return await database.load(Reconciliation, run_id), (await views.repairs(run_id, state, 0, AT_MOST)).items

    made, found = with_ledger(look)
    if made is None:
        raise NotFound(f"There is no reconciliation {run_id}. List those that there are with: gateway reconcile list")
    if not as_json:
        out.print(f"[bold]{escape(made.id)}[/]  {made.began_at:%Y-%m-%d %H:%M} UTC, by {escape(made.asked_by)}")
        for report in made.reports:
            words = f"{report['system']}: {report['name']} of {report['as_of'][:16]}, {report['size']} bytes"
            out.print(f"  {escape(words)}, SHA-256 {report['digest']}")
    for each in found:
        _show(each, as_json=as_json)
    err.print(f"{made.lines} lines compared, {made.differ} differences, {made.healed} healed since the run before")
    if made.stored < made.differ:
        err.print(f"The first {made.stored} are kept; correct what is common to them, and reconcile again.")


def _show(each: Repair, *, as_json: bool) -> None:
    if as_json:
        facts = {"run": each.run_id, "order": each.order_number} | {name: getattr(each, name) for name in _FACTS}
        write_json(facts | {"here": f"{each.here:f}", "there": f"{each.there:f}"})
        return
    name = f"[bold]{escape(each.order_number)}[/] line {escape(each.line)} {escape(each.partner)}"
    out.print(f"{each.number}  {name}  {escape(each.divergence.words)}")
    for words in each.proof:
        out.print(f"  proof: {escape(words)}")
    if each.decided_at is not None:
        words = f"{each.state} by {each.decided_by} on {each.decided_at:%Y-%m-%d %H:%M}: {each.reason}"
        out.print(f"  {escape(words)}")
    elif each.state != RepairState.PROPOSED:
        out.print(f"  {each.state} in a later run")
    else:
        out.print(f"  Next: {escape(each.proposal)}")
