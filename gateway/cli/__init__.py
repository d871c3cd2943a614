"""The command line. ``gateway --help`` lists the commands; each is a thin cover over a room below."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from json import JSONDecodeError

import typer
from rich.markup import escape
from sqlalchemy.exc import SQLAlchemyError

from gateway.cli import (
    as2,
    cases,
    certificates,
    demo,
    events,
    evidence,
    files,
    guides,
    kpis,
    ledger,
    mappings,
    master,
    orders,
    oversight,
    partners,
    reconciling,
    routing,
    scorecards,
    serving,
    sftp,
    simulating,
)
from gateway.cli.console import err, show_error
from gateway.cli.examples import add_examples
from gateway.errors import GatewayError

app = typer.Typer(
    name="gateway",
    help="Partner gateway: X12 from and to trading partners, canonical messages from and to the ERP.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

for module in (
    serving,
    files,
    guides,
    mappings,
    routing,
    partners,
    certificates,
    as2,
    sftp,
    ledger,
    orders,
    kpis,
    scorecards,
    oversight,
    cases,
    reconciling,
    evidence,
    events,
    demo,
    simulating,
    master,
):
    module.register(app)
add_examples(app)


def main() -> None:
    """Run the command line; an error of the house, or of the machine under it, is a sentence and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # Names of files and values of documents hold what no terminal can show; that is no reason to stop.
            stream.reconfigure(errors="backslashreplace")
    try:
        app(prog_name="gateway")
    except GatewayError as error:
        show_error(error)
    except SQLAlchemyError as error:
        err.print(escape(f"The ledger can't be used: {str(error).splitlines()[0]}"))
        err.print("Check GATEWAY_DATABASE_URL, GATEWAY_DATA_DIR and the rights of the data folder.")
    except ModuleNotFoundError as error:
        # The driver of a database is loaded by its address, and may not be installed.
        err.print(escape(f"The package {error.name} is not installed. Install it, or correct GATEWAY_DATABASE_URL."))
    except (JSONDecodeError, UnicodeDecodeError) as error:
        err.print(escape(f"The file is no JSON in UTF-8: {error}. Correct it there."))
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        err.print(escape(f"{place}{error.strerror or error}. Check the name, its rights, and whether it is in use."))
    else:
        return
    sys.exit(2)
