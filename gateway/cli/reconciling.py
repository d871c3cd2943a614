"""``gateway reconcile``: gateway against ERP against warehouse, line by line, with proof and repair."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import typer
from rich.markup import escape

from gateway.cli.console import AS_JSON, err, out, write_json
from gateway.cli.deciding import person_here
from gateway.cli.ledger import with_ledger
from gateway.cli.report_files import read_report
from gateway.errors import LifecycleError, NotFound
from gateway.ledger.order_views import SqlOrderViews
from gateway.ledger.reported import Report
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.order_views import OrderQuery
from gateway.pipeline.oversight.effects import Batch, Effect
from gateway.pipeline.oversight.repairing import Finding, explain, repair
from gateway.pipeline.ports import Clock
from gateway.settings import load_settings
from gateway.stamps import IdMaker, utc_now
from gateway.tracking.order import Order, OrderLine
from gateway.tracking.reconciling import compare, same_line

_UNKNOWN_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(reconcile)


@dataclass(frozen=True, slots=True)
class _Stamps:
    clock: Clock
    new_id: IdMaker


@dataclass(slots=True)
class _Counts:
    lines: int = 0
    differ: int = 0
    repaired: int = 0


def reconcile(
    erp: Path | None = typer.Option(None, "--erp", help="What the ERP reports: CSV, or one JSON object a line."),
    wms: Path | None = typer.Option(None, "--wms", help="What the warehouse reports, in the same form."),
    partner: str | None = typer.Option(None, "--partner", "-p", help="Only orders with one partner."),
    repairs: bool = typer.Option(False, "--repair", help="Do what is proposed as far as it can be done from here."),
    reason: str = typer.Option("", "--reason", help="With --repair: why; it stands on the timeline."),
    as_json: bool = AS_JSON,
) -> None:
    """Compare what was ordered, shipped, received and billed with the reports of ERP and warehouse, line by line.

    Each difference is shown with what proves it and what is proposed. Nothing is done without --repair.
    """
    given = {name: path for name, path in (("erp", erp), ("wms", wms)) if path is not None}
    if not given:
        raise NotFound("Name what to compare with: --erp FILE, --wms FILE, or both.")
    if repairs and not reason:
        raise LifecycleError("--repair needs --reason TEXT: it stands on the timeline of what is sent again.")
    person = person_here(load_settings())
    batch = Batch(IdMaker()(), Effect.ERP_SAME_KEY, f"{reason} ({person.name})")

    async def run(database: SqlLedger, reports: dict[str, Report]) -> _Counts:
        counts, again = _Counts(), list[str]()
        async for finding in _differences(database, reports, partner, counts):
            _show(finding, as_json=as_json)
            again += finding.deliver
        if repairs:
            stamps = _Stamps(utc_now, IdMaker())
            for document_id in dict.fromkeys(again):
                work = partial(repair, stamps=stamps, batch=batch, document_ids=[document_id])
                counts.repaired += await database.tx(work)
        return counts

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gateway-reconcile-")))
        reports = {}
        for name, path in given.items():
            reports[name] = stack.enter_context(closing(Report(folder / name, read_report(path))))
        counts = with_ledger(lambda database: run(database, reports))
        for name, report in reports.items() if partner is None else ():
            _show_unknown(name, report)
    err.print(
        f"{counts.lines} lines compared, {counts.differ} differences, {counts.repaired} documents handed over again"
    )
    if counts.differ:
        raise typer.Exit(1)


async def _differences(
    database: SqlLedger, reports: dict[str, Report], partner: str | None, counts: _Counts
) -> AsyncIterator[Finding]:
    """Yield every difference; orders are read in portions."""
    async for order, lines in SqlOrderViews(database).with_lines(OrderQuery(partner=partner, role="buyer")):
        counts.lines += len(lines)
        for system, report in reports.items():
            for finding in await _of_order(database, order, lines, system, report):
                counts.differ += 1
                yield finding


async def _of_order(
    database: SqlLedger, order: Order, lines: list[OrderLine], system: str, report: Report
) -> list[Finding]:
    said = report.of_order(order.order_number, order.partner)
    found = []
    for line in lines:
        for each in compare(system, line, said.get(same_line(line.number)), report.figures):
            work = partial(
                explain, order_id=order.id, order_number=order.order_number, partner=order.partner, divergence=each
            )
            found.append(await database.tx(work))
    return found


def _show(finding: Finding, *, as_json: bool) -> None:
    each = finding.divergence
    if as_json:
        facts = {"order": finding.order_number, "partner": finding.partner, "line": each.line, "system": each.system}
        figures = {"figure": each.figure, "here": str(each.here), "there": str(each.there), "reported": each.reported}
        write_json(facts | figures | {"proof": finding.proof, "proposal": finding.proposal, "deliver": finding.deliver})
        return
    name = f"[bold]{escape(finding.order_number)}[/] line {escape(each.line)} {escape(finding.partner)}"
    out.print(f"{name}  {escape(each.words)}")
    for words in finding.proof:
        out.print(f"  proof: {escape(words)}")
    out.print(f"  Next: {escape(finding.proposal)}")


def _show_unknown(system: str, report: Report) -> None:
    """Name what a report speaks of and the gateway does not know: such orders did not go through it."""
    count = 0
    for order_number, line in report.unseen():
        count += 1
        if count <= _UNKNOWN_SHOWN:
            err.print(f"{escape(order_number)} line {escape(line)}: in the report of the {system}, and not known here")
    if count > _UNKNOWN_SHOWN:
        err.print(f"and {count - _UNKNOWN_SHOWN} more")
