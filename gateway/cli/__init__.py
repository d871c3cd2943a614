"""The command line. ``gateway --help`` lists the commands; each is a thin cover over a room below."""

from __future__ import annotations

import sys

import typer

from gateway.cli import demo, files, ledger, mappings, partners, serving
from gateway.cli.console import show_error
from gateway.errors import GatewayError

app = typer.Typer(
    name="gateway",
    help="Partner gateway: X12 from and to trading partners, canonical messages from and to the ERP.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

for module in (serving, files, mappings, partners, ledger, demo):
    module.register(app)


def main() -> None:
    """Run the command line; an error of the house is a sentence and exit code 2."""
    try:
        app()
    except GatewayError as error:
        show_error(error)
        sys.exit(2)
