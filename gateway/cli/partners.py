"""``gateway partner check`` and ``gateway partner list``."""

from __future__ import annotations

import typer
from rich.table import Table

from gateway.cli.console import configuration, out


def register(app: typer.Typer) -> None:
    """Add the commands."""
    partner = typer.Typer(no_args_is_help=True, help="Trading partners.")
    partner.command("check")(check)
    partner.command("list")(list_all)
    app.add_typer(partner, name="partner")


def check() -> None:
    """Check partners/, mappings/ and gateway.yaml; name every mistake with file, line and what to do.

    Exit code: 0 all right, 2 mistakes.
    """
    found = configuration()
    agreements = sum(len(partner.agreements) for partner in found.directory.partners.values())
    out.print(
        f"all right: {len(found.directory.partners)} partners, {agreements} agreements, {len(found.guides)} guides"
    )


def list_all() -> None:
    """List partners and what is agreed with them."""
    table = Table("partner", "document", "direction", "we are", "version", "profile", "guide", "erp")
    for partner in configuration().directory.partners.values():
        for agreement in partner.agreements.values():
            table.add_row(
                partner.id,
                agreement.document,
                agreement.direction,
                agreement.role,
                agreement.version,
                agreement.profile,
                agreement.guide or "",
                agreement.erp if agreement.direction == "inbound" else "",
            )
    out.print(table)
