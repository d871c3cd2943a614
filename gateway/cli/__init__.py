"""The command line. ``gateway --help`` lists the commands; each is a thin cover over a room below."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from json import JSONDecodeError

import typer
from rich.markup import escape

from gateway.cli.console import err, show_error
from gateway.cli.examples import add_examples
from gateway.errors import GatewayError

# Which room has the commands that begin with which words, in the order in which they are listed. A command imports its own room
# and no other: all of them together would take longer to come than most commands to run.
ROOMS = {
    "serving": ("serve", "work", "key"),
    "files": ("check", "ack", "x12"),
    "guides": ("guide",),
    "mappings": ("translate", "compose", "mapping"),
    "routing": ("route",),
    "partners": ("partner",),
    "certificates": ("cert",),
    "as2": ("as2",),
    "sftp": ("sftp",),
    "ledger": ("trace", "db"),
    "orders": ("orders", "order"),
    "kpis": ("kpis",),
    "scorecards": ("scorecard",),
    "oversight": ("promises", "replay"),
    "cases": ("cases", "case"),
    "reconciling": ("reconcile",),
    "evidence": ("evidence",),
    "events": ("events", "webhook"),
    "demo": ("demo",),
    "simulating": ("simulate",),
    "master": ("master",),
}


def command_line(words: Sequence[str] = ()) -> typer.Typer:
    """Return the command that ``words`` begin with; all commands where they begin with none of them."""
    app = typer.Typer(
        name="gateway",
        help="Partner gateway: X12 from and to trading partners, canonical messages from and to the ERP.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(_keep_words)
    meant = [room for room, first in ROOMS.items() if words and words[0] in first]
    for room in meant or ROOMS:
        import_module(f"gateway.cli.{room}").register(app)
    add_examples(app)
    return app


def _keep_words() -> None:
    # Without this, one command alone would be taken for the whole program, and its own name for an argument.
    return


def main() -> None:
    """Run the command line; an error of the house, or of the machine under it, is a sentence and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # Names of files and values of documents hold what no terminal can show; that is no reason to stop.
            stream.reconfigure(errors="backslashreplace")
    try:
        command_line(sys.argv[1:])(prog_name="gateway")
    except GatewayError as error:
        show_error(error)
    except ModuleNotFoundError as error:
        # The driver of a database is loaded by its address, and may not be installed.
        err.print(escape(f"The package {error.name} is not installed. Install it, or correct GATEWAY_DATABASE_URL."))
    except (JSONDecodeError, UnicodeDecodeError) as error:
        err.print(escape(f"The file is no JSON in UTF-8: {error}. Correct it there."))
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        err.print(escape(f"{place}{error.strerror or error}. Check the name, its rights, and whether it is in use."))
    except _database_error() as error:
        err.print(escape(f"The ledger can't be used: {str(error).splitlines()[0]}"))
        err.print("Check GATEWAY_DATABASE_URL, GATEWAY_DATA_DIR and the rights of the data folder.")
    else:
        return
    sys.exit(2)


def _database_error() -> type[Exception]:
    """Return what SQLAlchemy raises. It is imported when something failed: a command without a database doesn't wait for it."""
    from sqlalchemy.exc import SQLAlchemyError

    return SQLAlchemyError
