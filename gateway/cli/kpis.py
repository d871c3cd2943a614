"""``gateway kpis``: the figures of the business with partners, each with its definition."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import typer
from rich.markup import escape

from gateway.cli.console import AS_JSON, out, write_json
from gateway.cli.ledger import with_ledger
from gateway.errors import NotFound
from gateway.ledger.figures import SqlFigures
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.figure_views import FigureQuery
from gateway.stamps import utc_now
from gateway.tracking.figures import DEFINITIONS, Definition, Figure

_PARTS_SHOWN = 10


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(kpis)


def kpis(
    name: str | None = typer.Argument(None, help="Only one figure, with all of its parts."),
    since: datetime | None = typer.Option(None, help="Begin of the period (UTC); by default 30 days before its end."),
    until: datetime | None = typer.Option(None, help="End of the period (UTC); by default now."),
    partner: str | None = typer.Option(None, "--partner", "-p", help="Only what is with one partner."),
    as_json: bool = AS_JSON,
) -> None:
    """Show figures: what waits, what is late, what it may cost, how long things take, and what goes wrong."""
    if name is not None and name not in DEFINITIONS:
        raise NotFound(f"There is no figure {name}. There are: {', '.join(DEFINITIONS)}.")
    now = utc_now()
    end = until.replace(tzinfo=UTC) if until is not None else now
    begin = since.replace(tzinfo=UTC) if since is not None else end - timedelta(days=30)
    query = FigureQuery(now, begin, end, partner)
    chosen = [DEFINITIONS[name]] if name is not None else list(DEFINITIONS.values())

    async def look(database: SqlLedger) -> list[Figure | None]:
        views = SqlFigures(database)
        return [None if row.because else await views.figure(row.name, query) for row in chosen]

    for row, figure in zip(chosen, with_ledger(look), strict=True):
        if as_json:
            write_json(_facts(row, figure))
        else:
            _show(row, figure, whole=name is not None)


def _facts(row: Definition, figure: Figure | None) -> dict[str, object]:
    facts: dict[str, object] = {"name": row.name, "title": row.title, "definition": row.words, "unit": row.unit}
    if figure is None:
        return facts | {"known": False, "because": f"not known here, because {row.because}"}
    parts = [{"by": part.by, "name": part.name, "value": part.value, "more": part.more} for part in figure.parts]
    measured = {"value": figure.value, "measured": figure.measured, "complete": figure.complete, "more": figure.more}
    return facts | {"known": True} | measured | {"parts": parts}


def _show(row: Definition, figure: Figure | None, *, whole: bool) -> None:
    if figure is None:
        out.print(f"[bold]{row.title}[/]: not known here, because {escape(row.because)}")
        return
    value = "nothing to measure" if figure.value is None else f"{figure.value:g} {row.unit}"
    more = ", ".join(f"{key} {each}" for key, each in figure.more.items() if key != "measured")
    newest = "" if figure.complete else " (of the newest)"
    out.print(f"[bold]{row.title}[/]: {value}{newest}" + (f"  ({escape(more)})" if more else ""))
    if whole:
        out.print(f"  {escape(row.words)}")
    for part in figure.parts if whole else figure.parts[:_PARTS_SHOWN]:
        beside = ", ".join(f"{key} {each}" for key, each in part.more.items())
        out.print(f"  {part.by} {escape(part.name)}: {part.value:g}" + (f"  ({escape(beside)})" if beside else ""))
