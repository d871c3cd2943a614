"""``gateway master``: bring master data in from a file, look at it, agree to what catalogs propose."""

from __future__ import annotations

import csv
import getpass
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError
from rich.markup import escape

from gateway.cli.console import AS_JSON, err, out, write_json
from gateway.cli.ledger import with_ledger
from gateway.configuration import LiveConfiguration
from gateway.errors import ConfigurationError, NotFound, Problem
from gateway.ledger.master_views import SqlMasterViews
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.master.keeping import KINDS, Kept, keep
from gateway.pipeline.master.texts import ItemText, LocationText, ReferenceText, UnitText
from gateway.pipeline.ports import Clock
from gateway.settings import load_settings
from gateway.stamps import IdMaker, new_tracking_id, utc_now
from gateway.systems.master import faults_of
from gateway.tracking.master import CrossReference, Entry, Standing

_AT_ONCE = 200  # Rows that share a commit, so that a running gateway need not wait long.
_ADVICE = "correct the row; nothing of the file was brought in"
# By the column that only they have.
_MODELS: dict[str, Any] = {"number": ItemText, "value": ReferenceText, "quantity": UnitText, "id": LocationText}
_NAMES = {"items": "item", "cross-references": "cross-reference", "units": "unit", "locations": "location"}


@dataclass(frozen=True, slots=True)
class WallStamps:
    """The clock of this machine, and ids of this process."""

    clock: Clock
    new_id: Callable[[], str]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    master = typer.Typer(no_args_is_help=True, help="Items, their other ids, units and locations.")
    master.command("import")(master_import)
    master.command("list")(master_list)
    master.command("agree")(master_agree)
    app.add_typer(master, name="master")


def master_import(
    file: Path = typer.Argument(..., metavar="FILE", help="A CSV file whose first row names its columns."),
) -> None:
    """Bring master data in from a CSV file, all of it or nothing where a row is wrong.

    Its columns say what it holds. Items: number, base_unit, item_class, words. Other ids: item, value, kind, partner.
    Units: unit, quantity, into, item. Locations: id, name, zone, calendar. Orders that waited for it are judged again.
    """
    entries = read_entries(file)

    async def work(database: SqlLedger) -> tuple[int, int]:
        changed = unchanged = 0
        stamps = WallStamps(utc_now, IdMaker())
        for first in range(0, len(entries), _AT_ONCE):
            some = entries[first : first + _AT_ONCE]
            kept: Kept = await database.tx(
                partial(keep, stamps=stamps, by=person(), tracking_id=new_tracking_id(), entries=some)
            )
            changed, unchanged = changed + len(kept.changed), unchanged + kept.unchanged
        return changed, unchanged

    changed, unchanged = with_ledger(work)
    out.print(f"{changed} changed, {unchanged} known already")


def read_entries(file: Path) -> list[Entry]:
    """Return the entries of a CSV file; raise ConfigurationError with every mistake and its line."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        reader = csv.DictReader(opened, restkey="more than the first row has", strict=True)
        columns = set(reader.fieldnames or ())
        model = next((model for column, model in _MODELS.items() if column in columns), None)
        if model is None:
            reason = f"its first row names {', '.join(sorted(columns)) or 'nothing'}, so nobody knows what it holds"
            raise ConfigurationError(
                [Problem(str(file), 1, "", reason, "name the columns as gateway master import --help says")]
            )
        problems: list[Problem] = []
        found: list[Entry] = []
        settings = load_settings()
        files = LiveConfiguration(settings.environment.config_dir, frozenset(settings.gateway.erps))
        partners = files().directory.partners
        try:
            for row in reader:
                said = {name: value for name, value in row.items() if value not in ("", None)}
                found += _entries(model, said, str(file), reader.line_num, partners, problems)
        except csv.Error as error:
            problems.append(Problem(str(file), reader.line_num, "", f"it is no CSV: {error}", _ADVICE))
    if problems:
        raise ConfigurationError(problems)
    return found


def _entries(
    model: Any, said: dict[str, Any], file: str, line: int, partners: Any, problems: list[Problem]
) -> list[Entry]:
    number = str(said.pop("number", "")) if model is ItemText else ""
    try:
        made = model.model_validate(said)
    except ValidationError as error:
        for item in error.errors(include_url=False):
            problems.append(Problem(file, line, ".".join(str(part) for part in item["loc"]), str(item["msg"]), _ADVICE))
        return []
    if model is ItemText and not number:
        problems.append(Problem(file, line, "number", "the item has no number", _ADVICE))
        return []
    entries: list[Entry] = made.entries(number) if model is ItemText else [made.entry()]
    problems += (Problem(file, line, where.strip("/"), words, _ADVICE) for where, words in faults_of(entries, partners))
    return entries


def master_list(
    what: str = typer.Argument("cross-references", metavar="WHAT", help=f"One of: {', '.join(_NAMES)}."),
    item: str | None = typer.Option(None, "--item", help="Only what is said of one item."),
    partner: str | None = typer.Option(None, "--partner", "-p", help="Only other ids with one partner."),
    proposed: bool = typer.Option(False, "--proposed", help="Only what catalogs propose."),
    as_json: bool = AS_JSON,
) -> None:
    """List master data as it stands."""
    if what not in _NAMES:
        raise NotFound(f"There is no {what}. Name one of: {', '.join(_NAMES)}.")
    kind = next(kind for kind, name in KINDS.items() if name == _NAMES[what])
    wanted = {"id" if what == "items" else "item": item, "partner": partner}
    wanted["state"] = str(Standing.PROPOSED) if proposed else None
    asked = {name: value for name, value in wanted.items() if value is not None and name in kind.__slots__}

    async def look(database: SqlLedger) -> list[tuple[int, Entry]]:
        found: list[tuple[int, Entry]] = []
        while page := await SqlMasterViews(database).entries(kind, found[-1][0] if found else 0, 500, asked):
            found += page
        return found

    found = [entry for _row, entry in with_ledger(look)]
    for entry in found:
        facts = {name: getattr(entry, name) for name in entry.__slots__}
        if as_json:
            write_json({name: str(value) if value is not None else None for name, value in facts.items()})
        else:
            out.print(escape("  ".join(f"{name} {value}" for name, value in facts.items() if value not in (None, ""))))
    err.print(f"{len(found)} found")


def master_agree(
    partner: str = typer.Option(..., "--partner", "-p", help="Whose catalogs are meant."),
    values: list[str] = typer.Argument(
        None, metavar="[VALUE]...", help="Their ids; without any, all that are proposed."
    ),
) -> None:
    """Agree to cross-references that a partner's catalogs propose. Orders that waited for them are judged again."""

    async def work(database: SqlLedger) -> Kept:
        asked = {"partner": partner, "state": str(Standing.PROPOSED)}
        found = [entry for _row, entry in await SqlMasterViews(database).entries(CrossReference, 0, 100_000, asked)]
        chosen = [each for each in found if isinstance(each, CrossReference) and (not values or each.value in values)]
        for each in chosen:
            each.state = Standing.KEPT
        stamps = WallStamps(utc_now, IdMaker())
        return await database.tx(
            partial(keep, stamps=stamps, by=person(), tracking_id=new_tracking_id(), entries=chosen)
        )

    kept = with_ledger(work)
    if not kept.changed:
        raise NotFound(f"Nothing like that is proposed by {partner}. List it with: gateway master list --proposed")
    for each in kept.changed:
        out.print(escape(each))


def person() -> str:
    """Return who sits at this terminal, as versions name it."""
    return f"person:{getpass.getuser()}"[:60]
