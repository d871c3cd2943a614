"""``gateway check`` and ``gateway ack``: what is wrong with a file, and the answer that it would get."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import typer
from rich.markup import escape

from gateway.cli.console import AS_JSON, FILES, PARTNER, chunks_of, configuration, err, expand, out, partner_named
from gateway.configuration import Configuration
from gateway.pipeline.inbound.judge import judge_set, partner_tolerances
from gateway.trading.agreement import Acknowledgment
from gateway.trading.directory import Partner
from gateway.x12.acknowledgment import (
    GROUP_ID,
    answers_needed,
    functional_acknowledgment,
    interchange_acknowledgment,
    wants_interchange_acknowledgment,
)
from gateway.x12.envelope import Judge, Tolerate
from gateway.x12.faults import Fault
from gateway.x12.report import FileReport, InterchangeReport, report
from gateway.x12.standards import VERSIONS, available, set_definition
from gateway.x12.validator import validate
from gateway.x12.writer import OutgoingGroup, OutgoingInterchange, OutgoingSet, Style, write


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(check)
    app.command()(ack)
    x12 = typer.Typer(no_args_is_help=True, help="What the X12 engine knows.")
    x12.command("sets")(sets)
    app.add_typer(x12, name="x12")


def judging(partner: str | None) -> tuple[Judge, Tolerate | None]:
    """Return how sets are judged: by the standard alone, or under the agreements of a partner."""
    if partner is None:
        return validate, None
    found: Configuration = configuration()
    who: Partner = partner_named(found, partner)
    return (
        lambda transaction: judge_set(transaction, who.agreement(transaction.id, "inbound"), found),
        lambda _start: partner_tolerances(who),
    )


def check(files: list[Path] = FILES, partner: str | None = PARTNER, as_json: bool = AS_JSON) -> None:
    """Say everything that is wrong with X12 files, where, and how to put it right.

    Exit code: 0 nothing wrong, 1 faults, 2 a file can't be read.
    """
    judge, tolerate = judging(partner)
    worst = 0
    for path in expand(files):
        found = report(str(path), chunks_of(path), judge, tolerate)
        worst = max(worst, 2 if not found.readable else 0 if found.clean else 1)
        if as_json:
            out.print(json.dumps(found.as_dict()), markup=False, soft_wrap=True)
        else:
            _show(found)
    raise typer.Exit(worst)


def _show(found: FileReport) -> None:
    documents = [judgment for each in found.interchanges for judgment in each.documents]
    accepted = sum(judgment.accepted for judgment in documents)
    verdict = "[green]clean[/]" if found.clean else "[red]faults[/]" if found.readable else "[red]not readable[/]"
    out.print(f"{escape(found.file)}: {verdict}, {accepted} of {len(documents)} documents accepted")
    if found.problem:
        out.print(f"  {escape(found.problem)}")
    for fault in found.faults:
        _show_fault(fault)
    for each in found.interchanges:
        for fault in each.faults:
            _show_fault(fault)
        for judgment in each.documents:
            if not judgment.exact and judgment.definition is not None:
                out.print(
                    f"  {judgment.set_id} {judgment.control_number}: version {escape(judgment.version)}"
                    f" judged by {judgment.definition.version}"
                )
            for fault in judgment.faults:
                _show_fault(fault)


def _show_fault(fault: Fault) -> None:
    mark = "[yellow]note[/] " if fault.tolerated else ""
    out.print(f"  {mark}{escape(fault.where)}  {fault.code.ack_code} {fault.code.slug}")
    out.print(f"    {escape(fault.message)}" + (f" ({escape(fault.rule)})" if fault.rule else ""))
    if fault.fix:
        out.print(f"    To fix: {escape(fault.fix)}")


def ack(
    file: Path = typer.Argument(..., help="An X12 file."),
    partner: str | None = PARTNER,
    first: int = typer.Option(1, "--first", help="Control number of the first answer."),
) -> None:
    """Write the TA1 and 997 that a file gets, one interchange for each interchange in it."""
    judge, tolerate = judging(partner)
    found = report(str(file), chunks_of(file), judge, tolerate)
    number = first
    for each in found.interchanges:
        answer = _answer(each, number)
        if answer:
            sys.stdout.buffer.write(answer)
            sys.stdout.buffer.flush()
            number += 1
    if found.problem:
        err.print(escape(found.problem))
        raise typer.Exit(2)
    if number == first:
        err.print("Nothing in this file gets an answer: acknowledgments are not acknowledged.")


def _answer(each: InterchangeReport, number: int) -> bytes:
    judged = each.judged
    if judged is None:
        return b""
    policy = Acknowledgment()
    groups = [] if judged.rejected else answers_needed(judged.groups)
    ta1 = wants_interchange_acknowledgment(judged, policy.ta1)
    if not groups and not ta1:
        return b""
    start = judged.start
    out_groups = [
        OutgoingGroup(
            GROUP_ID,
            group.start.element(3),
            group.start.element(2),
            index,
            group.start.version,
            [OutgoingSet("997", f"{index:04d}", functional_acknowledgment(group, policy.style))],
        )
        for index, group in enumerate(groups, start=number)
    ]
    made = OutgoingInterchange(
        start.receiver,
        start.sender,
        start.version,
        number,
        start.usage or "P",
        datetime.now(UTC),
        out_groups,
        [interchange_acknowledgment(judged)] if ta1 else (),
    )
    return write(made, Style(newline=True))


def sets() -> None:
    """List the transaction sets that are defined, and in which versions."""
    for name in sorted({name for version in VERSIONS for name in available(version)}):
        versions = [version for version in VERSIONS if name in available(version)]
        choice = set_definition(name, versions[0])
        label = choice.definition.label if choice else ""
        out.print(f"{name}  {choice.definition.group_id if choice else ''}  {' '.join(versions)}  {label}")
