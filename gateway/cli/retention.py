"""``gateway evidence hold``, ``release``, ``holds``, ``purge``: what is not thrown away, and what is."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import typer
from rich.markup import escape

from gateway.cli.console import AS_JSON, err, out, write_json
from gateway.cli.ledger import with_ledger
from gateway.evidence.collecting import records_about
from gateway.ledger.evidence import SqlArchive
from gateway.ledger.sql_ledger import SqlLedger
from gateway.ledger.views import SqlViews
from gateway.pipeline.oversight import holds as placing
from gateway.pipeline.oversight.purge import PurgeReport
from gateway.pipeline.ports import Clock, UnitOfWork
from gateway.settings import load_settings
from gateway.stamps import IdMaker, utc_now
from gateway.stores import make_purger, make_vault
from gateway.tracking.document import Document
from gateway.tracking.retention import Hold
from gateway.tracking.transmission import Transmission

_PERSON = typer.Option("", "--by", help="Who says so; by default who is logged in on this machine.")
_IDS = typer.Argument(..., metavar="ID...", help="Ids of documents or transmissions, or numbers of orders.")


def register(group: typer.Typer) -> None:
    """Add the commands."""
    group.command()(hold)
    group.command()(release)
    group.command()(holds)
    group.command()(purge)


@dataclass(frozen=True, slots=True)
class _Stamps:
    clock: Clock
    new_id: Callable[[], str]


def hold(
    ids: list[str] = _IDS,
    reason: str = typer.Option(..., "--reason", help="Why; it stands in the log for ever."),
    person: str = _PERSON,
) -> None:
    """Keep documents, transmissions or whole orders from being purged, whatever their age, until they are released."""
    for name in ids:
        about = with_ledger(partial(_place, name=name, reason=reason, person=person or getpass.getuser()))
        out.print(f"{escape(name)} is held, with {len(about)} documents and transmissions that are known under it")
        if not about:
            err.print("Nothing is known under it yet. Check it for a slip; what comes under it later is held.")
        purged = [each.id for each in about if isinstance(each, Transmission) and each.purged_at is not None]
        if purged:
            err.print(f"Of these the bytes are purged already; only their proof is left: {', '.join(purged)}")


async def _place(database: SqlLedger, name: str, reason: str, person: str) -> list[Document | Transmission]:
    about = await records_about(SqlArchive(database), name)
    stamps = _Stamps(utc_now, IdMaker())

    def work(uow: UnitOfWork) -> None:
        placing.place(uow, stamps, name, about, reason, person)

    await database.tx(work)
    return about


def release(
    ids: list[str] = _IDS,
    reason: str = typer.Option(..., "--reason", help="Why; it stands in the log for ever."),
    person: str = _PERSON,
) -> None:
    """Let what was held be purged again, once its time is over."""

    async def let_go(database: SqlLedger, name: str) -> None:
        about, stamps, who = (
            await records_about(SqlArchive(database), name),
            _Stamps(utc_now, IdMaker()),
            person or getpass.getuser(),
        )
        await database.tx(lambda uow: placing.release(uow, stamps, name, about, reason, who))

    for name in ids:
        with_ledger(partial(let_go, name=name))
        out.print(f"{escape(name)} is not held any more")


def holds(
    everything: bool = typer.Option(False, "--all", help="Also what was released."), as_json: bool = AS_JSON
) -> None:
    """List what is held, since when, by whom, and why."""
    found = with_ledger(lambda database: SqlViews(database).holds(released=everything))
    for each in found:
        if as_json:
            write_json({name: getattr(each, name) for name in Hold.__dataclass_fields__})
            continue
        out.print(f"[bold]{escape(each.id)}[/] since {each.placed_at:%Y-%m-%d} by {escape(each.placed_by)}")
        out.print(f"  {escape(each.reason)}")
        if each.released_at is not None:
            said = f"{each.released_at:%Y-%m-%d} by {each.released_by}: {each.release_reason}"
            out.print(f"  released {escape(said)}")
    err.print(f"{sum(each.released_at is None for each in found)} held")


def purge(
    before: datetime | None = typer.Option(
        None, "--before", formats=["%Y-%m-%d"], help="Only what was past its time on that day (UTC); by default now."
    ),
    reason: str = typer.Option("its time is over", "--reason", help="By which rule; it stands in the log for ever."),
    yes: bool = typer.Option(False, "--yes", help="Do it; without this it is only previewed."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Only preview, even with --yes."),
    person: str = _PERSON,
) -> None:
    """Delete the bytes of what is past its time, as gateway.yaml says under retention. Their proof stays.

    A running gateway does so by itself once a day. What is held, or not done yet, is never deleted.
    """
    settings = load_settings()
    moment = before.replace(tzinfo=UTC) if before is not None else None
    preview = dry_run or not yes

    async def work(database: SqlLedger) -> PurgeReport:
        purger = make_purger(settings, database, make_vault(settings, database, shared=True), utc_now)
        return await purger.purge((person or getpass.getuser(), reason), until=moment, preview=preview)

    report = with_ledger(work)
    words = "would be purged" if preview else "are purged"
    out.print(f"{report.transmissions} transmissions {words}: {report.files} files, {report.size} bytes")
    for why, count in report.kept.most_common():
        out.print(f"  {count} stay: {escape(why)}")
    if preview and report.transmissions:
        out.print("Nothing was done. To do it, add --yes." if not dry_run else "Nothing was done.")
