"""``gateway serve``, ``gateway work`` and ``gateway key``."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import get_args

import typer

from gateway.bootstrap import EVERYTHING, RECEIVERS, WORKER, Roles
from gateway.cli.console import check_name, err, out
from gateway.logs import set_up_logs
from gateway.server import serve as serve_house
from gateway.settings import Scope, load_settings
from gateway.web.keys import new_key


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(serve)
    app.command()(work)
    app.command()(key)


def serve(
    receivers: bool = typer.Option(
        False, "--receivers", help="Only take documents in; `gateway work` does the rest. Needs PostgreSQL."
    ),
) -> None:
    """Take documents in and send them out until stopped (Ctrl-C)."""
    _serve(RECEIVERS if receivers else EVERYTHING, "gateway listens on")


def work() -> None:
    """Run the steps of what was taken in, beside other workers, until stopped (Ctrl-C). Needs PostgreSQL."""
    _serve(WORKER, "worker tells its health on")


def _serve(roles: Roles, words: str) -> None:
    settings = load_settings()
    environment = settings.environment
    set_up_logs(environment.log_format, environment.log_level)

    def started(address: str) -> None:
        err.print(f"{words} {address}; stop it with Ctrl-C")

    asyncio.run(serve_house(settings, started, roles=roles))


class Role(StrEnum):
    """Whose key it is."""

    ERP = "erp"
    OPERATOR = "operator"
    SYSTEM = "system"


def key(
    name: str = typer.Argument(..., help="Whose key: an ERP or a person. For a partner: gateway partner key NAME."),
    role: Role = typer.Option(
        Role.ERP, "--role", help="What it opens: the ERP's door, all documents to read, or the door of a system."
    ),
    scope: str = typer.Option("", "--scope", help=f"For role system, which door: {', '.join(get_args(Scope))}."),
) -> None:
    """Make a key for an ERP, an operator or a system. It is shown once; only its hash goes into gateway.yaml."""
    check_name(name)
    if (role == Role.SYSTEM) != (scope in get_args(Scope)):
        words = f"a key with role system, and no other, has a scope; name one of: {', '.join(get_args(Scope))}"
        raise typer.BadParameter(words, param_hint="--scope")
    made, digest = new_key(name)
    out.print(f"key:    {made}")
    out.print(f"sha256: {digest}")
    err.print("Give the key to its owner over a safe way, and add to gateway.yaml:")
    scoped = f", scope: {scope}" if scope else ""
    err.print(f'keys:\n  - {{name: {name}, role: {role.value}{scoped}, sha256: "{digest}"}}', markup=False)
