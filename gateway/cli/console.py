"""What all commands share: where text goes, how errors look, which files are meant."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from gateway.configuration import Configuration, load_configuration
from gateway.errors import ConfigurationError, GatewayError, NotFound, Problem
from gateway.settings import Settings, load_settings
from gateway.trading.directory import Partner
from gateway.trading.kinds import Name

# Documents hold :words: and [words] of their own, which must come out as they are.
out = Console(highlight=False, soft_wrap=True, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)

STDIN = Path("-")
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


def write_json(data: Any) -> None:
    """Write one object as one line for programs."""
    sys.stdout.write(json.dumps(data, default=str) + "\n")


def write_rows(rows: Sequence[Sequence[str]], before: str = "") -> None:
    """Write rows in columns. However long a line is, it stays one line, so that it can be searched and piped."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        line = "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True))
        out.print((before + line).rstrip(), markup=False)


def write_bytes(data: bytes) -> None:
    """Write a document as it is, with a line break behind it so that the next prompt has a line of its own."""
    sys.stdout.buffer.write(data if data.endswith(b"\n") else data + b"\n")
    sys.stdout.buffer.flush()


def chunks_of(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file, or of standard input for ``-``, with a progress bar for a large file.

    Raises NotFound for what can't be opened or read.
    """
    try:
        if path == STDIN:
            yield from iter(lambda: sys.stdin.buffer.read(CHUNK), b"")
            return
        with path.open("rb") as file:
            size = path.stat().st_size
            if size < _LONG:
                yield from iter(lambda: file.read(CHUNK), b"")
                return
            columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
            with Progress(*columns, TimeRemainingColumn(), console=err, transient=True) as progress:
                task = progress.add_task(escape(path.name), total=size)
                for chunk in iter(lambda: file.read(CHUNK), b""):
                    yield chunk
                    progress.advance(task, len(chunk))
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}. Check the name.") from None
    except OSError as error:
        raise NotFound(f"The file {path} can't be read ({error.strerror}). Check the name and its rights.") from None


def configuration(settings: Settings | None = None) -> Configuration:
    """Load the configuration folder; raise ConfigurationError with every mistake."""
    settings = settings or load_settings()
    return load_configuration(settings.environment.config_dir, frozenset(settings.gateway.erps) or None)


def partner_named(found: Configuration, name: str) -> Partner:
    """Return a partner by its short name; raise ConfigurationError naming those there are."""
    partner = found.directory.partners.get(name)
    if partner is None:
        known = ", ".join(sorted(found.directory.partners)) or "none"
        folder = load_settings().environment.config_dir.absolute()
        advice = f"name one of them, or add the file below {folder} (GATEWAY_CONFIG_DIR says where)"
        reason = f"there is no partner {name} (there are: {known})"
        raise ConfigurationError([Problem(f"partners/{name}.yaml", 1, "", reason, advice)])
    return partner


def check_name(name: str) -> None:
    """Raise ConfigurationError for a name that could not stand in a file."""
    try:
        TypeAdapter(Name).validate_python(name)
    except ValidationError as error:
        reason, _, advice = str(error.errors()[0]["msg"]).partition("; ")
        raise ConfigurationError([Problem("command line", 1, "NAME", f"{reason}, not {name!r}", advice)]) from None


def expand(paths: Iterable[Path]) -> list[Path]:
    """Return files; a folder stands for the files in it, hidden ones left out. Raises NotFound for one without any."""
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        inner = sorted(item for item in path.rglob("*") if item.is_file() and not _hidden(item.relative_to(path)))
        if not inner:
            raise NotFound(f"There are no files in {path}. Name a file, or another folder.")
        found += inner
    return found


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


FILES = typer.Argument(..., help="Files, folders of files, or - for standard input.")
AS_JSON = typer.Option(False, "--json", help="JSON for programs, one object a line.")
PARTNER = typer.Option(None, "--partner", "-p", help="Judge under the agreements of this partner.")
