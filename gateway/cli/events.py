"""The log of events (``gateway events``), and who is told of them and what was not taken (``gateway webhook list``)."""

from __future__ import annotations

import asyncio

import typer
from rich.markup import escape

from gateway.cli.console import AS_JSON, err, out, write_json, write_rows
from gateway.cli.ledger import with_ledger
from gateway.errors import NotFound
from gateway.events.models import DeadLetter
from gateway.events.webhook import sink_of
from gateway.ledger.outbox import SqlOutbox
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.outbox import Selection, SinkReport, Undelivered
from gateway.publishing import sink_names
from gateway.settings import load_settings
from gateway.stamps import utc_now
from gateway.tracking.cloudevent import Numbered, to_cloudevent
from gateway.trading.sinks import types_of

_LOOK_SECONDS = 0.5
_PART = 500
_WEBHOOK = typer.Option(None, "--webhook", "-w", help="Only those of one webhook.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(events)
    webhook = typer.Typer(no_args_is_help=True, help="The broker and webhooks that are told of events.")
    webhook.command("list")(webhook_list)
    webhook.command("dead")(webhook_dead)
    webhook.command("replay")(webhook_replay)
    app.add_typer(webhook, name="webhook")


def events(
    after: int = typer.Option(0, "--after", min=0, help="The cursor: events behind this one."),
    kind: str | None = typer.Option(None, "--type", help="Only events of this type, or such as document.*"),
    partner: str | None = typer.Option(None, "--partner", "-p", help="Only events with this partner."),
    follow: bool = typer.Option(False, "--follow", "-f", help="Go on until stopped (Ctrl-C)."),
    as_json: bool = AS_JSON,
) -> None:
    """Show the log of events: what happened to documents, in the order of the commits."""
    types = tuple(types_of(kind)) if kind is not None else ()
    if kind is not None and not types:
        raise NotFound(
            f"There is no event of type {kind}. Types are such as document.delivered, or document.* for all."
        )
    only = Selection(types, (partner,) if partner is not None else ())
    source = load_settings().gateway.events.source

    async def look(database: SqlLedger) -> int:
        outbox, position = SqlOutbox(database), after
        while True:
            stretch = await outbox.after(position, _PART, only)
            for each in stretch.events:
                _show_event(each, source, as_json)
            position = stretch.position
            if not stretch.more:
                if not follow:
                    return position
                await asyncio.sleep(_LOOK_SECONDS)

    try:
        position = with_ledger(look)
    except KeyboardInterrupt:
        return
    if not as_json:
        err.print(f"the cursor is {position}; later ones: gateway events --after {position}")


def _show_event(numbered: Numbered, source: str, as_json: bool) -> None:
    made = to_cloudevent(numbered, source)
    if as_json:
        write_json(made)
        return
    event = numbered.event
    more = ", ".join(f"{name}={value}" for name, value in made["data"].items())
    line = f"{numbered.position}  {event.at:%Y-%m-%d %H:%M:%S}  {event.type}  {event.partner or '-'}  {event.subject}  {more}"
    out.print(line.rstrip(), markup=False)


def webhook_list(as_json: bool = AS_JSON) -> None:
    """Show how far the broker and each webhook have come, what waits and what is dead."""

    async def look(database: SqlLedger) -> list[SinkReport]:
        return await SqlOutbox(database).reports()

    names = sink_names(load_settings().gateway)
    reports = with_ledger(look)
    rows = [("name", "state", "behind", "tried again", "dead letters", "")]
    for each in reports:
        words = each.detail if each.name in names else "not in gateway.yaml any more"
        if as_json:
            write_json({name: getattr(each, name) for name in SinkReport.__dataclass_fields__})
        rows.append((each.name, str(each.state), str(each.behind), str(each.waiting), str(each.dead), words))
    if not as_json:
        write_rows(rows)
    for name in sorted(names - {each.name for each in reports}):
        err.print(f"{name}: not begun; start the gateway")


def webhook_dead(webhook: str | None = _WEBHOOK, as_json: bool = AS_JSON) -> None:
    """List events that webhooks did not take in all their time. They stay until they are sent again."""
    sink = sink_of(webhook) if webhook is not None else None

    async def look(database: SqlLedger) -> list[Undelivered]:
        outbox, found = SqlOutbox(database), []
        page = await outbox.dead(sink, 0, _PART)
        found += page.items
        while page.after is not None:
            page = await outbox.dead(sink, page.after, _PART)
            found += page.items
        return found

    letters = with_ledger(look)
    for each in letters:
        if as_json:
            write_json(DeadLetter.of(each).model_dump(mode="json"))
            continue
        out.print(f"[bold]{escape(each.id)}[/]  {each.type}  {each.died_at:%Y-%m-%d %H:%M}  {each.attempts} tries")
        out.print(f"  {escape(each.detail)}. Next: put it right there, then: gateway webhook replay --id {each.id}")
    if not as_json:
        err.print(f"{len(letters)} dead letters")


def webhook_replay(
    webhook: str | None = _WEBHOOK,
    letter: str | None = typer.Option(None, "--id", help="One dead letter, as gateway webhook dead names it."),
) -> None:
    """Send dead letters again: one by its id, or all of a webhook. A running gateway takes them up within a second."""
    if webhook is None and letter is None:
        raise NotFound(
            "Say which: --webhook NAME for all of one, or --id ID for one. List them with: gateway webhook dead"
        )
    sink = sink_of(webhook) if webhook is not None else None

    async def again(database: SqlLedger) -> int:
        return await SqlOutbox(database).revive(sink, letter, utc_now())

    count = with_ledger(again)
    if not count:
        raise NotFound("There is no such dead letter. List them with: gateway webhook dead")
    out.print(f"{count} on their way again")
