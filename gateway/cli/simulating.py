"""``gateway simulate``."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import typer

from gateway.cli.console import err, out

_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(simulate)


def simulate(
    orders: int = typer.Option(1000, "--orders", min=1, max=9_999_999, help="How many orders."),
    suppliers: int = typer.Option(20, "--suppliers", min=1, max=999, help="With how many suppliers."),
    seed: int = typer.Option(1, "--seed", help="The same seed gives the same plan."),
    folder: Path | None = typer.Option(
        None,
        "--folder",
        help="Where it is played; a run that was broken off there goes on. By default a folder that is removed.",
    ),
    database_url: str = typer.Option("", "--database-url", help="Another database than SQLite in the folder."),
) -> None:
    """Play many orders with suppliers who are late, partial, wrong, silent or say it twice; compare every end with the plan."""
    from gateway.simulation.play import Played, play

    def told(number: int, of: int, moves: int) -> None:
        err.print(f"round {number} of {of}, {moves} moves made")

    def run(place: Path) -> Played:
        return asyncio.run(play(place, orders, suppliers, seed, told, database_url))

    if folder is not None:
        played = run(folder)
    else:
        with tempfile.TemporaryDirectory(prefix="gateway-simulate-") as place:
            played = run(Path(place))
    report = played.report
    for name, count in sorted(report.orders.items()):
        out.print(f"{count:8} {name}")
    for words in report.wrong[:_SHOWN]:
        err.print(f"[bold]wrong[/] {words}")
    rate = f"{played.moves} moves in {played.seconds:.0f} s, {played.cpu_seconds * 1000 / max(played.moves, 1):.1f} ms CPU each"
    out.print(f"{orders} orders, {report.papers} papers at the ERP, {rate}")
    if report.wrong:
        err.print(
            f"{len(report.wrong)} are not as the plan says. To look into one: gateway simulate --folder DIR, then gateway trace"
        )
        raise typer.Exit(1)
    out.print("every order is where the plan says, nothing is lost, nothing is there twice")
