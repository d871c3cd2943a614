"""``gateway check`` and ``gateway ack``: what is wrong with a file, and the answer that it would get."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import typer
from rich.markup import escape

from gateway.cli import generating, opinions
from gateway.cli.console import (
    AS_JSON,
    FILES,
    PARTNER,
    chunks_of,
    configuration,
    err,
    expand,
    out,
    partner_named,
    write_bytes,
    write_json,
)
from gateway.errors import NotFound
from gateway.pipeline.inbound.judge import judge_set, partner_tolerances
from gateway.stamps import utc_now
from gateway.trading.agreement import Acknowledgment, Agreement
from gateway.trading.directory import Partner
from gateway.x12.acknowledgment import answers_needed, wants_interchange_acknowledgment
from gateway.x12.answer import answering_interchange
from gateway.x12.characters import Characters
from gateway.x12.envelope import Judge, Tolerate
from gateway.x12.explanation import Explanation, explain_set
from gateway.x12.guide import Guide
from gateway.x12.guided import Guides
from gateway.x12.html import to_html
from gateway.x12.model import TransactionSet
from gateway.x12.report import FileReport, GuideOf, InterchangeReport, report
from gateway.x12.standards import VERSIONS, available, set_definition
from gateway.x12.validator import validate
from gateway.x12.writer import Style, write


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(check)
    app.command()(ack)
    x12 = typer.Typer(no_args_is_help=True, help="What the X12 engine knows.")
    x12.command("sets")(sets)
    generating.register(x12)
    app.add_typer(x12, name="x12")


@dataclass(frozen=True, slots=True)
class Judging:
    """How a file is judged: each set, its envelopes, under which guides, and of whom it is."""

    judge: Judge
    tolerate: Tolerate | None = None
    guides: Guides | None = None
    guide_of: GuideOf | None = None
    partner: Partner | None = None


def judging(partner: str | None, characters: Characters | None = None) -> Judging:
    """Return how sets and envelopes are judged: by the standard alone, or under the agreements and guides of a partner.

    ``characters`` is the set to hold values to, whatever was agreed.
    """
    if partner is None:
        return Judging(lambda transaction: validate(transaction, (), characters))
    found = configuration()
    who = partner_named(found, partner)

    def agreed(transaction: TransactionSet) -> Agreement | None:
        agreement = who.agreement(transaction.id, "inbound")
        return replace(agreement, characters=characters) if agreement and characters else agreement

    def guide_of(transaction: TransactionSet) -> Guide | None:
        agreement = who.agreement(transaction.id, "inbound")
        return found.guide(agreement.guide) if agreement is not None and agreement.guide is not None else None

    return Judging(
        lambda transaction: judge_set(transaction, agreed(transaction), found),
        lambda _start: partner_tolerances(who),
        found.guide,
        guide_of,
        who,
    )


def examined(path: Path, how: Judging) -> FileReport:
    """Judge a file; one that can't be opened is a report that says so."""
    try:
        return report(str(path), chunks_of(path), how.judge, how.tolerate, how.guides, how.guide_of)
    except NotFound as error:
        return FileReport(str(path), problem=error.detail)


_HTML = typer.Option(False, "--html", help="One HTML page on all files, for whoever sent them.")
_OUTPUT = typer.Option(None, "--output", "-o", help="File for the page; standard output without it.")


_CHARACTERS = typer.Option(
    None,
    "--characters",
    help="Hold values to this character set of X12.6: basic, extended or utf-8.",
)
_SECOND = typer.Option(False, "--second-opinion", help="Ask pyx12 too, and say where it differs.")


def check(
    files: list[Path] = FILES,
    partner: str | None = PARTNER,
    as_json: bool = AS_JSON,
    second: bool = _SECOND,
    html: bool = _HTML,
    output: Path | None = _OUTPUT,
    characters: Characters | None = _CHARACTERS,
) -> None:
    """Say everything that is wrong with X12 files, where, and how to put it right.

    Exit code: 0 nothing wrong, 1 faults, 2 a file can't be read.
    """
    how = judging(partner, characters)
    worst = 0
    pages: list[FileReport] = []
    for path in expand(files):
        found = examined(path, how)
        worst = max(worst, 2 if not found.readable else 0 if found.clean else 1)
        if html:
            pages.append(found)
        elif as_json:
            write_json(found.as_dict() | (opinions.for_programs(found) if second else {}))
        else:
            _show(found)
            for line in opinions.for_people(found) if second else ():
                out.print(escape(line))
    if html:
        _write_page(pages, output)
    raise typer.Exit(worst)


def _write_page(pages: list[FileReport], output: Path | None) -> None:
    if output is None:
        write_bytes("".join(to_html(pages)).encode())
        return
    try:
        with output.open("w", encoding="utf-8") as file:
            file.writelines(to_html(pages))
    except OSError as error:
        raise NotFound(f"{output} can't be written ({error.strerror}). Name another file.") from None
    err.print(escape(f"Wrote {output}."))


def _show(found: FileReport) -> None:
    documents = [judgment for each in found.interchanges for judgment in each.documents]
    accepted = sum(judgment.accepted for judgment in documents)
    verdict = "[green]clean[/]" if found.clean else "[red]faults[/]" if found.readable else "[red]not readable[/]"
    out.print(f"{escape(found.file)}: {verdict}, {accepted} of {len(documents)} documents accepted")
    if found.problem:
        out.print(f"  {escape(found.problem)}")
    for explained in found.explained():
        _show_explained(explained)
    for each in found.interchanges:
        for explained in each.explained():
            _show_explained(explained)
        for judgment in each.documents:
            if not judgment.exact and judgment.definition is not None:
                out.print(
                    f"  {judgment.set_id} {judgment.control_number}: version {escape(judgment.version)}"
                    f" judged by {judgment.judged_by}"
                )
            for explained in explain_set(judgment, found.guides):
                _show_explained(explained)


def _show_explained(explained: Explanation) -> None:
    mark = "[yellow]note[/] " if explained.fault.tolerated else ""
    first, *others = explained.lines()
    out.print(f"  {mark}{escape(first)}")
    for line in others:
        out.print(f"  {line}", markup=False)


def ack(
    file: Path = typer.Argument(..., help="An X12 file, or - for standard input."),
    partner: str | None = PARTNER,
    first: int = typer.Option(1, "--first", min=1, max=999_999_999, help="Control number of the first answer."),
) -> None:
    """Write the TA1 and 997 that a file gets, one interchange for each interchange in it.

    With --partner it is the answer that was agreed: 997 or 999, its TA1 policy, its delimiters.
    Exit code: 0 written, 2 the file can't be read (further).
    """
    how = judging(partner)
    found = examined(file, how)
    numbers = count(first)
    written = 0
    for each in found.interchanges:
        answer = _answer(each, how.partner, numbers)
        if answer:
            write_bytes(answer)
            written += 1
    if found.problem:
        err.print(escape(found.problem))
        raise typer.Exit(2)
    if not written:
        err.print("Nothing in this file gets an answer: acknowledgments are not acknowledged.")


def _answer(each: InterchangeReport, who: Partner | None, numbers: Iterator[int]) -> bytes:
    """Return the interchange that answers one; nothing where none is due."""
    judged = each.judged
    if judged is None:
        return b""
    agreement = who.answering(judgment.set_id for judgment in each.documents) if who else None
    policy = agreement.acknowledgment if agreement else Acknowledgment()
    groups = [] if judged.rejected or policy.send == "none" else answers_needed(judged.groups)
    ta1 = wants_interchange_acknowledgment(judged, policy.ta1)
    if not groups and not ta1:
        return b""
    number = next(numbers)
    group_numbers = count(number)
    made = answering_interchange(
        judged,
        groups,
        policy.style,
        ta1=ta1,
        number=number,
        next_group_number=lambda: next(group_numbers),
        written_at=utc_now(),
    )
    return write(made, agreement.style if agreement else Style(newline=True))


def sets() -> None:
    """List the transaction sets that are defined, and in which versions."""
    for name in sorted({name for version in VERSIONS for name in available(version)}):
        versions = [version for version in VERSIONS if name in available(version)]
        choice = set_definition(name, versions[0])
        label = choice.definition.label if choice else ""
        out.print(f"{name}  {choice.definition.group_id if choice else ''}  {' '.join(versions)}  {label}")
