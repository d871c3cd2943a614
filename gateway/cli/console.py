"""What all commands share: where text goes, how errors look, which files are meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from gateway.configuration import Configuration, load_configuration
from gateway.errors import ConfigurationError, GatewayError, NotFound, Problem
from gateway.settings import Settings, load_settings
from gateway.trading.directory import Partner

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

CHUNK = 1 << 16
_LONG = 4 << 20  # Files from this size on get a progress bar.


def show_error(error: GatewayError) -> None:
    """Show an error of the house: each mistake of a configuration on a line of its own."""
    if isinstance(error, ConfigurationError) and error.problems:
        for problem in error.problems:
            err.print(escape(str(problem)))
        err.print(f"{len(error.problems)} to correct; check again with: gateway partner check")
    else:
        err.print(escape(error.detail))


def chunks_of(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file, with a progress bar for a large one."""
    if not path.is_file():
        raise NotFound(f"There is no file {path}. Check the name.")
    size = path.stat().st_size
    with path.open("rb") as file:
        if size < _LONG:
            yield from iter(lambda: file.read(CHUNK), b"")
            return
        columns = (TextColumn(path.name), BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TimeRemainingColumn())
        with Progress(*columns, console=err, transient=True) as progress:
            task = progress.add_task("", total=size)
            for chunk in iter(lambda: file.read(CHUNK), b""):
                yield chunk
                progress.advance(task, len(chunk))


def configuration(settings: Settings | None = None) -> Configuration:
    """Load the configuration folder; raise ConfigurationError with every mistake."""
    settings = settings or load_settings()
    return load_configuration(settings.environment.config_dir, frozenset(settings.gateway.erps) or None)


def partner_named(found: Configuration, name: str) -> Partner:
    """Return a partner by its short name; raise ConfigurationError naming those there are."""
    partner = found.directory.partners.get(name)
    if partner is None:
        known = ", ".join(sorted(found.directory.partners)) or "none"
        raise ConfigurationError(
            [
                Problem(
                    f"partners/{name}.yaml", 1, "", f"there is no partner {name} (there are: {known})", "add the file"
                )
            ]
        )
    return partner


def expand(paths: Iterable[Path]) -> list[Path]:
    """Return files; a folder stands for the files in it."""
    found: list[Path] = []
    for path in paths:
        found += sorted(item for item in path.rglob("*") if item.is_file()) if path.is_dir() else [path]
    return found


FILES = typer.Argument(..., help="Files, or folders of files.")
AS_JSON = typer.Option(False, "--json", help="JSON for programs, one object a line.")
PARTNER = typer.Option(None, "--partner", "-p", help="Judge under the agreements of this partner.")
