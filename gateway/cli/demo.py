"""``gateway demo``."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)


def demo(
    keep: bool = typer.Option(False, "--keep", help="Leave everything running afterwards."),
) -> None:
    """Play the whole trip: a buyer's order to a supplier and back, files of strangers, one that is refused."""
    from gateway.demo.play import play

    raise typer.Exit(play(keep=keep))
