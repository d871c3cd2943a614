"""``gateway serve``."""

from __future__ import annotations

import asyncio

import typer

from gateway.cli.console import err, out
from gateway.logs import set_up_logs
from gateway.server import serve as serve_house
from gateway.settings import load_settings
from gateway.web.keys import new_key


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(serve)
    app.command()(key)


def serve() -> None:
    """Take documents in and send them out until stopped (Ctrl-C)."""
    settings = load_settings()
    environment = settings.environment
    set_up_logs(environment.log_format, environment.log_level)
    asyncio.run(serve_house(settings, lambda address: err.print(f"gateway listens on {address}; stop it with Ctrl-C")))


def key(name: str = typer.Argument(..., help="Whose key: a partner, an ERP or an operator.")) -> None:
    """Make a key. It is shown once; only its hash goes into a file."""
    made, digest = new_key(name)
    out.print(f"key:    {made}")
    out.print(f"sha256: {digest}")
    err.print(f"Give the key to its owner over a safe way. For a partner, add to partners/{name}.yaml:")
    err.print(f'  api_keys:\n    - {{name: main, sha256: "{digest}"}}')
    err.print("For an ERP or operator, add to gateway.yaml:")
    err.print(f'  keys:\n    - {{name: {name}, role: erp, sha256: "{digest}"}}')
