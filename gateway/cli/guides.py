"""``gateway guide export``, ``gateway guide infer``, ``gateway guide check``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import typer
from rich.markup import escape

from gateway.cli.console import FILES, check_name, chunks_of, err, expand, out
from gateway.cli.examples import EXAMPLES
from gateway.configuration import Files
from gateway.errors import ConfigurationError, NotFound, Problem, X12Error
from gateway.located import read as read_yaml
from gateway.settings import load_settings
from gateway.x12.acknowledgment import GROUP_ID
from gateway.x12.guide import Guide, load_guide
from gateway.x12.guides.html import to_html
from gateway.x12.guides.infer import Draft, Sample, infer
from gateway.x12.guides.markdown import to_markdown
from gateway.x12.guides.specification import bare_guide, specify
from gateway.x12.model import TransactionSet
from gateway.x12.reader import read
from gateway.x12.standards import set_definition
from gateway.x12.validator import Judgment, validate

_ENDING = ".guide.yaml"
_EXAMPLES = {
    "guide export": "gateway guide export acme/856 --html -o acme-856.html",
    "guide infer": "gateway guide infer samples/ --partner acme --set 856 > draft.yaml",
    "guide check": "gateway guide check acme/856 samples/",
}
_OUTPUT = typer.Option(None, "--output", "-o", help="File to write to; standard output without it.")


def register(app: typer.Typer) -> None:
    """Add the commands, each with its example."""
    EXAMPLES.update(_EXAMPLES)
    guide = typer.Typer(no_args_is_help=True, help="What partners may write: show it, draft it, check it.")
    guide.command("export")(export)
    guide.command("infer")(infer_guide)
    guide.command("check")(check)
    app.add_typer(guide, name="guide")


def export(
    name: str = typer.Argument(..., help="A guide such as acme/856, a guide's file, or a bare set such as 850."),
    html: bool | None = typer.Option(
        None, "--html/--markdown", help="One HTML file or Markdown; without it the name of the file decides."
    ),
    version: str = typer.Option("004010", "--version", help="Version of a bare set."),
    output: Path | None = _OUTPUT,
) -> None:
    """Write a guide as a specification for the partner, with an example of each segment and of the whole document."""
    if len(name) == 3 and name.isdigit():
        if set_definition(name, version) is None:
            raise NotFound(f"Set {name} is not defined. Name one of gateway x12 sets.")
        guide = bare_guide(name, version)
    else:
        guide = _guide(name)
    found = specify(guide)
    as_html = output is not None and output.suffix in (".html", ".htm") if html is None else html
    _write(to_html(found) if as_html else to_markdown(found), output)
    if found.faults:
        err.print(escape(f"The rules of {guide.name} contradict each other, so the example breaks some of them:"))
        for fault in found.faults:
            err.print(escape(f"  {fault.where}: {fault.message} ({fault.rule or 'standard'})"))


def infer_guide(
    files: list[Path] = FILES,
    partner: str = typer.Option("partner", "--partner", "-p", help="Whose guide it becomes."),
    set_id: str | None = typer.Option(None, "--set", help="The set, where the files hold several."),
    output: Path | None = _OUTPUT,
) -> None:
    """Draft a guide from samples: what all documents did, each line with what it rests on.

    Exit code: 0 drafted, 1 no document to draft it from, 2 a file can't be read.
    """
    check_name(partner)
    if output is not None and output.exists():
        raise NotFound(f"There is {output} already, and it is not overwritten. Name another file.")
    samples = [sample for path in expand(files) for sample in _samples(path)]
    chosen = set_id or _only_set(samples)
    draft = infer(samples, chosen, f"{partner}/{chosen}")
    _tell_left_out(draft)
    if draft.guide is None:
        err.print(escape(f"There is no {chosen} to draft a guide from. Name other files, or another set."))
        raise typer.Exit(1)
    _write(draft.text, output)
    err.print(escape(f"Drafted from {len(draft.kept)} documents; read each line before you agree on it."))


def _samples(path: Path) -> Iterator[Sample]:
    try:
        for part in read(chunks_of(path)):
            if isinstance(part, TransactionSet):
                yield Sample(str(path), part)
    except X12Error as error:
        raise NotFound(f"{path}: {error.detail}") from None


def _only_set(samples: list[Sample]) -> str:
    """Return the set that all business documents are of; raise NotFound where that is not one."""
    groups = (GROUP_ID,)
    counted = Counter(
        each.transaction.id
        for each in samples
        if each.transaction.group is None or each.transaction.group.functional_id not in groups
    )
    if len(counted) == 1:
        return next(iter(counted))
    told = ", ".join(f"{name} ({count})" for name, count in sorted(counted.items())) or "no document"
    raise NotFound(f"The files hold {told}. Name one set with --set.")


def _tell_left_out(draft: Draft) -> None:
    for each in draft.left_out:
        err.print(escape(f"left out: {each.file} ST02={each.control_number}: {each.reason}"))


def check(
    name: str | None = typer.Argument(None, help="A guide such as acme/856, or its file; all guides without it."),
    files: list[Path] | None = typer.Argument(None, help="Samples to judge under the guide."),
) -> None:
    """Check a guide, and samples under it.

    Exit code: 0 nothing wrong, 1 samples with faults, 2 mistakes in the guide, or a file can't be read.
    """
    if name is None:
        found = list(_all_guides())
        out.print(f"all right: {len(found)} guides")
        return
    guide = _guide(name)
    out.print(escape(f"{guide.name}: all right, {len(guide.rules)} rules for {guide.set_id} {guide.version}"))
    worst = 0
    for path in expand(files or []):
        for sample in _samples(path):
            if sample.transaction.id == guide.set_id:
                judgment = guide.apply(validate(sample.transaction), sample.transaction.segments)
                worst |= _show(path, judgment)
    raise typer.Exit(worst)


def _show(path: Path, judgment: Judgment) -> int:
    verdict = "[green]accepted[/]" if judgment.accepted else "[red]faults[/]"
    out.print(f"{escape(str(path))}: {judgment.set_id} {escape(judgment.control_number)} {verdict}")
    for fault in judgment.faults:
        out.print(f"  {escape(fault.where)}  {fault.code.ack_code} {fault.code.slug}")
        out.print(f"    {escape(fault.message)}" + (f" ({escape(fault.rule)})" if fault.rule else ""))
        if fault.fix:
            out.print(f"    To fix: {escape(fault.fix)}")
    return int(not judgment.accepted)


def _guide(name: str) -> Guide:
    """Load a guide by its name, from the configuration folder, or by its file."""
    path = Path(name)
    if path.suffix == ".yaml":
        try:
            return load_guide(read_yaml(path.read_text(encoding="utf-8"), name))
        except UnicodeError:
            raise ConfigurationError([Problem(name, 1, "", "it is no UTF-8", "save it as UTF-8 text")]) from None
    folder = load_settings().environment.config_dir
    held = Files.read(folder).mappings
    wanted = f"mappings/{name}{_ENDING}"
    if wanted not in held:
        known = ", ".join(sorted(_names(held))) or "none"
        raise NotFound(f"There is no guide {name} (there are: {known}). Name one of them, or add {folder / wanted}.")
    return load_guide(read_yaml(held[wanted], wanted))


def _names(held: dict[str, str]) -> Iterator[str]:
    return (path.removeprefix("mappings/").removesuffix(_ENDING) for path in held if path.endswith(_ENDING))


def _all_guides() -> Iterator[Guide]:
    """Load every guide; raise ConfigurationError with the mistakes of all of them."""
    held = Files.read(load_settings().environment.config_dir).mappings
    problems: list[Problem] = []
    for path in sorted(path for path in held if path.endswith(_ENDING)):
        try:
            yield load_guide(read_yaml(held[path], path))
        except ConfigurationError as error:
            problems += error.problems
    if problems:
        raise ConfigurationError(problems)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text, nl=False)
        return
    output.write_text(text, encoding="utf-8")
    err.print(escape(f"Wrote {output}."))
