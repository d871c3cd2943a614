"""``gateway scorecard``: how well suppliers keep what was agreed, each figure with what it counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import typer
from rich.markup import escape
from rich.table import Table

from gateway.cli.console import AS_JSON, configuration, out, write_json
from gateway.cli.ledger import with_ledger
from gateway.errors import NotFound
from gateway.ledger.figures.scorecards import SqlScorecards
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.scorecard_views import is_supplier
from gateway.stamps import utc_now
from gateway.tracking.scorecard import MEASURES, Score, Scorecard


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(scorecard)


def scorecard(
    partner: str | None = typer.Argument(None, help="Only one supplier."),
    since: datetime | None = typer.Option(None, help="Begin of the period (UTC); by default 30 days before its end."),
    until: datetime | None = typer.Option(None, help="End of the period (UTC); by default now."),
    as_json: bool = AS_JSON,
) -> None:
    """Show how well suppliers keep what was agreed: answers, shipments and invoices in time, quantities, errors."""
    partners = configuration().directory.partners
    suppliers = sorted(name for name, each in partners.items() if is_supplier(each))
    if partner is not None and partner not in suppliers:
        known = ", ".join(suppliers) or "none; bring one on board with an agreement of role buyer"
        raise NotFound(f"There is no supplier {partner}. There are: {known}.")
    now = utc_now()
    end = until.replace(tzinfo=UTC) if until is not None else now
    begin = since.replace(tzinfo=UTC) if since is not None else end - timedelta(days=30)
    if begin > end:
        raise NotFound("--since is after --until. Let the period begin before it ends.")

    async def look(database: SqlLedger) -> list[Scorecard]:
        views = SqlScorecards(database)
        names = suppliers if partner is None else [partner]
        return [await views.scorecard(name, begin, end, now) for name in names]

    for card in with_ledger(look):
        if as_json:
            write_json(_facts(card))
        else:
            _show(card)


def _facts(card: Scorecard) -> dict[str, object]:
    scores = [
        {
            "name": name,
            "title": MEASURES[name].title,
            "definition": MEASURES[name].words,
            "numerator": MEASURES[name].numerator,
            "denominator": MEASURES[name].denominator,
            "more_is_better": MEASURES[name].more_is_better,
            "percent": score.percent,
            "achieved": score.achieved,
            "counted": score.counted,
            "complete": score.complete,
        }
        for name, score in card.scores.items()
    ]
    since, until = (each.isoformat().replace("+00:00", "Z") for each in (card.since, card.until))
    return {"partner": card.partner, "since": since, "until": until, "scores": scores}


def _show(card: Scorecard) -> None:
    title = f"{escape(card.partner)}, {card.since:%Y-%m-%d %H:%M} to {card.until:%Y-%m-%d %H:%M} UTC"
    table = Table("figure", title=title, title_justify="left")
    for head in ("percent", "achieved", "counted"):
        table.add_column(head, justify="right")
    for name, score in card.scores.items():
        table.add_row(MEASURES[name].title, *_cells(score))
    out.print(table)


def _cells(score: Score) -> tuple[str, str, str]:
    """Return the cells of a figure, empty where there was nothing to count."""
    if score.percent is None:
        return "", "", "0"
    newest = "" if score.complete else " (the newest)"
    return f"{score.percent:g} %", f"{score.achieved:g}", f"{score.counted}{newest}"
