"""``gateway partner check``, ``gateway partner key`` and ``gateway partner list``."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from gateway.cli.console import check_name, configuration, err, out, write_rows
from gateway.configuration import load_configuration
from gateway.errors import ConfigurationError, Problem
from gateway.settings import load_settings
from gateway.stamps import utc_now
from gateway.trading.expiry import warnings
from gateway.web.keys import new_key


def register(app: typer.Typer) -> None:
    """Add the commands."""
    partner = typer.Typer(no_args_is_help=True, help="Trading partners.")
    partner.command("check")(check)
    partner.command("key")(key)
    partner.command("list")(list_all)
    app.add_typer(partner, name="partner")


def check() -> None:
    """Check partners/, mappings/ and gateway.yaml; name every mistake with file, line and what to do.

    Exit code: 0 all right, 2 mistakes.
    """
    problems: list[Problem] = []
    try:
        settings = load_settings()
    except ConfigurationError as error:
        problems += error.problems
        settings = None
    folder = settings.environment.config_dir if settings else Path(os.environ.get("GATEWAY_CONFIG_DIR", ""))
    erps = frozenset(settings.gateway.erps) if settings else None
    found = None
    try:
        found = load_configuration(folder, erps)
    except ConfigurationError as error:
        problems += error.problems
    if problems or found is None:
        raise ConfigurationError(problems)
    agreements = sum(len(partner.agreements) for partner in found.directory.partners.values())
    for warning in warnings(found.directory, utc_now()):
        err.print(warning, markup=False)
    out.print(
        f"all right: {len(found.directory.partners)} partners, {agreements} agreements, {len(found.guides)} guides"
    )


def key(name: str = typer.Argument(..., metavar="PARTNER", help="Short name of the partner.")) -> None:
    """Make a key for a partner. It is shown once; only its hash goes into the partner's file."""
    check_name(name)
    made, digest = new_key(name)
    out.print(f"key:    {made}")
    out.print(f"sha256: {digest}")
    err.print(f"Give the key to the partner over a safe way, and add to partners/{name}.yaml:")
    err.print(f'api_keys:\n  - {{name: main, sha256: "{digest}"}}', markup=False)


def list_all() -> None:
    """List partners and what is agreed with them."""
    rows = [("partner", "document", "direction", "we are", "version", "profile", "guide", "erp")]
    for partner in configuration().directory.partners.values():
        for agreement in partner.agreements.values():
            rows.append(
                (
                    partner.id,
                    agreement.document,
                    agreement.direction,
                    agreement.role,
                    agreement.version,
                    agreement.profile,
                    agreement.guide or "-",
                    agreement.erp if agreement.direction == "inbound" else "-",
                )
            )
    write_rows(rows)
