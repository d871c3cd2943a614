"""``gateway x12 generate``: conforming documents of any set, or ones with exactly one rule broken. Serves X12.5 and X12.6."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import BinaryIO

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from gateway.cli import console
from gateway.cli.examples import EXAMPLES
from gateway.x12.generate import Mode, Plan, generate
from gateway.x12.generate.mutants import BY_GUIDE, RULES, Mutant, mutate
from gateway.x12.standards import VERSIONS, set_definition

_LONG = 4 << 20  # Bytes from which on a progress bar is shown.
_MOST_TO_BREAK = 64 << 20  # A document is broken as a whole, in memory.
_TURNS = 100  # Documents that are made until one has a place for the rule that is to be broken.
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "KI": 1 << 10, "MI": 1 << 20, "GI": 1 << 30}
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(|[KMG]I?)B?", re.IGNORECASE)
_VERSION = re.compile(r"[0-9]{6}[A-Z0-9]{0,6}")

_SET = typer.Argument(..., metavar="SET", help="Transaction set, such as 850; gateway x12 sets lists them.")
_VERSION_OPTION = typer.Option(VERSIONS[0], "--version", help="Version, as GS08 has it.")
_SEED = typer.Option(1, "--seed", help="The same seed gives the same document.")
_SIZE_OPTION = typer.Option("", "--size", help="Sets are added until the file is this large: 500KB, 20MB, 1GB.")
_LINES = typer.Option(None, "--lines", min=1, help="Lines of each set: PO1 in an 850, HL in an 856.")
_MUTATE = typer.Option(False, "--mutate", help="Break one rule, and say on standard error which.")
_RULE = typer.Option("", "--rule", help="The rule to break; a name that there is none of lists them.")
_MINIMAL = typer.Option(False, "--minimal", help="Only what is mandatory.")
_FULL = typer.Option(False, "--full", help="Every segment and element that the set has.")
_NEWLINES = typer.Option(False, "--newlines", help="A line break behind each segment, for people.")
_OUT = typer.Option(None, "--out", "-o", help="Write here instead of to standard output.")


def register(app: typer.Typer) -> None:
    """Add the command to the group of X12."""
    app.command("generate")(write_document)
    EXAMPLES["x12 generate"] = "gateway x12 generate 850 --seed 7 --lines 20 --newlines -o 850.edi"


def write_document(
    set_id: str = _SET,
    version: str = _VERSION_OPTION,
    seed: int = _SEED,
    size: str = _SIZE_OPTION,
    lines: int | None = _LINES,
    mutate: bool = _MUTATE,
    rule: str = _RULE,
    minimal: bool = _MINIMAL,
    full: bool = _FULL,
    newlines: bool = _NEWLINES,
    out: Path | None = _OUT,
) -> None:
    """Write a document that keeps the standard, made from the definitions of its set.

    With --mutate one rule is broken in it, to see what a validator says: ours, or that of a partner.
    """
    plan = _plan(set_id, version, size, lines, _mode(minimal, full), newlines)
    if not mutate and not rule:
        with _destination(out) as file:
            _write(generate(plan, _chance(seed)), file, plan.size)
        return
    broken = _broken(plan, seed, rule)
    with _destination(out) as file:
        file.write(broken.data)
    console.err.print(f"broken: {broken.rule}", markup=False)
    for fault in broken.faults:
        console.err.print(f"expected: {fault}", markup=False)
    if broken.guide:
        console.err.print(f"by a guide with the rule {broken.guide}", markup=False)


def _chance(seed: int) -> Random:
    """Return lots that the seed decides; nothing secret is drawn."""
    return Random(seed)  # noqa: S311


def _mode(minimal: bool, full: bool) -> Mode:
    if minimal and full:
        raise typer.BadParameter("--minimal and --full exclude each other; name one of them")
    return Mode.MINIMAL if minimal else Mode.FULL if full else Mode.SOME


def _plan(set_id: str, version: str, size: str, lines: int | None, mode: Mode, newlines: bool) -> Plan:
    """Return what was asked for; raise BadParameter for what can't be."""
    choice = set_definition(set_id, version)
    if choice is None:
        raise typer.BadParameter(f"set {set_id!r} is not defined; gateway x12 sets lists those that are")
    if not _VERSION.fullmatch(version):
        raise typer.BadParameter(f"{version!r} is no version; write it as GS08 has it, such as 005010 or 004010VICS")
    if not choice.exact:
        console.err.print(
            escape(f"{set_id} in version {version} is made by the definition of {choice.definition.version}")
        )
    return Plan(set_id, version, mode, lines, size=_bytes(size), newline=newlines)


def _bytes(size: str) -> int:
    """Read a size; 0 where there is none."""
    if not size:
        return 0
    match = _SIZE.fullmatch(size.strip())
    number = int(float(match[1]) * _UNITS[match[2].upper()]) if match else 0
    if not number:
        raise typer.BadParameter(f"{size!r} is no size; write it such as 500KB, 20MB or 1GB")
    return number


def _broken(plan: Plan, seed: int, rule: str) -> Mutant:
    """Make documents, beginning with that of the seed, until the rule can be broken in one."""
    known = RULES | BY_GUIDE
    if rule and rule not in known:
        raise typer.BadParameter(f"there is no rule {rule!r}; there are: {', '.join(sorted(known))}")
    if plan.size > _MOST_TO_BREAK:
        raise typer.BadParameter(f"a document that is broken has {_MOST_TO_BREAK >> 20} MiB at most; ask for less")
    chance = _chance(seed)
    for _ in range(_TURNS):
        broken = mutate(b"".join(generate(plan, chance)), chance, rule or None)
        if broken is not None:
            return broken
    raise typer.BadParameter(f"set {plan.set_id} has no place where the rule {rule} could be broken; choose another")


@contextmanager
def _destination(path: Path | None) -> Iterator[BinaryIO]:
    """Open the file, or standard output, which nothing but the document goes to."""
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        with path.open("wb") as file:
            yield file


def _write(chunks: Iterable[bytes], file: BinaryIO, size: int) -> None:
    """Write chunk by chunk, with a progress bar on standard error for a long document."""
    if size < _LONG:
        for chunk in chunks:
            file.write(chunk)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
    with Progress(*columns, TimeRemainingColumn(), console=console.err, transient=True) as progress:
        advance = partial(progress.advance, progress.add_task("writing", total=size))
        for chunk in chunks:
            file.write(chunk)
            advance(len(chunk))
