"""``gateway cases``, ``gateway case ...``: what waits for a person, and working it off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import typer
from rich.markup import escape

from gateway.cli.console import AS_JSON, err, out, write_json
from gateway.cli.deciding import person_here, with_world
from gateway.cli.fixing import case_fix
from gateway.cli.ledger import with_ledger
from gateway.cli.oversight import age
from gateway.errors import NotFound
from gateway.ledger.case_views import SqlCaseViews
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.case_ports import CaseGroup, CaseQuery, RankedCase
from gateway.pipeline.oversight import desk
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import close_case
from gateway.settings import Settings, load_settings
from gateway.stamps import utc_now
from gateway.tracking.approval import Person
from gateway.tracking.case import Case
from gateway.tracking.case_actions import Action, actions_for
from gateway.tracking.case_note import CaseNote
from gateway.tracking.risk import NOTHING_KNOWN

_SHOWN = 500
_ID = typer.Argument(..., metavar="ID", help="Id of the case, of what it is about, or a group.")
_FACTS = ("id", "subject", "partner", "cause", "owner", "title", "detail", "next_action", "opened_at", "assignee")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(cases)
    one = typer.Typer(no_args_is_help=True, help="One case, or all of a paper or group.")
    one.command("show")(case_show)
    one.command("accept")(case_accept)
    one.command("assign")(case_assign)
    one.command("comment")(case_comment)
    one.command("close")(case_close)
    one.command("fix")(case_fix)
    app.add_typer(one, name="case")


def cases(
    partner: str | None = typer.Option(None, "--partner", "-p", help="Only those of one partner."),
    group: str | None = typer.Option(None, "--group", help="Only those of one root cause, as --groups names it."),
    assignee: str | None = typer.Option(None, "--assignee", help="Only those on which one person works."),
    groups: bool = typer.Option(False, "--groups", help="Root causes, each with how many cases one fix heals."),
    rank: bool = typer.Option(
        False, "--rank", help="Those first that are most likely to stop a line, with the reasons."
    ),
    as_json: bool = AS_JSON,
) -> None:
    """List what waits for a person: since when, whose it is, and what may be done."""
    query = CaseQuery(partner=partner, root=group, assignee=assignee)
    if groups:
        _show_groups(with_ledger(lambda database: SqlCaseViews(database).groups(query, _SHOWN)), as_json)
        return

    async def look(database: SqlLedger) -> list[RankedCase]:
        views = SqlCaseViews(database)
        if rank:
            return await views.ranked(query, _SHOWN, utc_now().date())
        return [RankedCase(case, NOTHING_KNOWN) for case in (await views.open(query, 0, _SHOWN)).items]

    found = with_ledger(look)
    for each in found:
        if as_json:
            write_json(_facts(each.case) | ({"risk": each.risk.score, "why": each.risk.words} if rank else {}))
        else:
            _show(each, rank=rank)
    err.print(f"{len(found)} open")


def _facts(case: Case) -> dict[str, Any]:
    seconds = round((utc_now() - case.opened_at).total_seconds())
    more = {"group": case.root, "age_seconds": seconds, "actions": [str(each) for each in actions_for(case.cause)]}
    return {name: getattr(case, name) for name in _FACTS} | more


def _show(ranked: RankedCase, *, rank: bool) -> None:
    case = ranked.case
    risk = f"[bold]risk {ranked.risk.score}[/] " if rank else ""
    head = f"{risk}[bold]{escape(case.subject)}[/] {escape(case.partner or '')} {case.cause} ({case.owner})"
    out.print(
        f"{head}, {age(utc_now() - case.opened_at)}" + (f", with {escape(case.assignee)}" if case.assignee else "")
    )
    out.print(f"  {escape(case.title)}: {escape(case.detail[:400])}")
    if rank:
        for words in ranked.risk.words:
            out.print(f"    {escape(words)}")
    out.print(f"  {escape(case.id)} may be: {', '.join(actions_for(case.cause))}")
    out.print(f"  Next: {escape(case.next_action)}")


def _show_groups(found: Sequence[CaseGroup], as_json: bool) -> None:
    for group in found:
        if as_json:
            write_json({name: getattr(group, name) for name in CaseGroup.__dataclass_fields__})
            continue
        out.print(f"[bold]{group.count}[/] {escape(group.root)} ({group.owner}), since {group.first_at:%Y-%m-%d %H:%M}")
        out.print(f"  {escape(group.title)}. See them with: gateway cases --group {escape(repr(group.root))}")
    err.print(f"{sum(group.count for group in found)} open in {len(found)} groups")


def case_show(case_id: str = _ID, as_json: bool = AS_JSON) -> None:
    """Show cases with all that people said about them."""

    async def look(database: SqlLedger) -> list[tuple[Case, list[CaseNote]]]:
        views = SqlCaseViews(database)
        return [(case, await views.notes([case.id])) for case in await views.meant(case_id)]

    found = with_ledger(look)
    if not found:
        raise NotFound(f"There is no case {case_id}. List those that are open with: gateway cases")
    for case, notes in found:
        shown = [{"kind": each.kind, "person": each.person, "at": each.at, "text": each.text} for each in notes]
        if as_json:
            write_json(_facts(case) | {"closed_at": case.closed_at, "resolution": case.resolution, "notes": shown})
            continue
        _show(RankedCase(case, NOTHING_KNOWN), rank=False)
        for note in notes:
            out.print(f"  {note.at:%Y-%m-%d %H:%M} {escape(note.person)} {note.kind}: {escape(note.text)}")
        if case.closed_at is not None:
            out.print(f"  closed {case.closed_at:%Y-%m-%d %H:%M}: {escape(case.resolution or '')}")


def case_accept(
    case_id: str = _ID,
    reason: str = typer.Option(..., "--reason", help="Why; it stands on the timeline."),
) -> None:
    """Take what differs as it is, so that what waits for it goes on.

    Where gateway.yaml asks for the approval of others, it is proposed, and takes effect when they accept it too.
    """

    async def work(database: SqlLedger, world: World, settings: Settings) -> list[desk.Decision]:
        person = person_here(settings)
        rules = [approval.rule for approval in settings.gateway.approvals]
        found = await _open(database, case_id)
        if len(found) > 1:
            found = [case for case in found if Action.ACCEPT in actions_for(case.cause)]
        made = []
        for case in {case.subject: case for case in reversed(found)}.values():
            take = partial(desk.accept, world=world, rules=rules, case_id=case.id, person=person, reason=reason)
            made.append(await database.tx(take))
        return made

    for decision in with_world(work):
        if decision.missing:
            roles = " and ".join(sorted(decision.missing))
            out.print(f"{decision.case_id}: proposed. Now somebody else must accept it, with the role {escape(roles)}")
        else:
            out.print(f"{decision.case_id}: {decision.taken} accepted. A running gateway goes on within a second")


async def _open(database: SqlLedger, what: str) -> list[Case]:
    found = [case for case in await SqlCaseViews(database).meant(what) if case.closed_at is None]
    if not found:
        raise NotFound(f"There is no open case {what}. List those that are open with: gateway cases")
    return found


def case_assign(
    case_id: str = _ID,
    person: str = typer.Argument("", metavar="[PERSON]", help="Who works on it; nobody takes it from whoever did."),
) -> None:
    """Give open cases to somebody to work on."""
    count = _each(case_id, lambda uow, world, case, who: desk.assign(uow, world, case, who, person[:60]))
    out.print(f"{case_id}: {count} assigned to {escape(person) or 'nobody'}")


def case_comment(
    case_id: str = _ID,
    text: str = typer.Argument(..., metavar="TEXT", help="What is to be known; it stands on the timeline."),
) -> None:
    """Say something about cases."""
    count = _each(case_id, lambda uow, world, case, who: desk.comment(uow, world, case, who, text[:1000]))
    out.print(f"{case_id}: {count} commented")


def case_close(
    case_id: str = _ID,
    reason: str = typer.Option(..., "--reason", help="How it was settled; it stands on the timeline."),
) -> None:
    """Close a case that was settled otherwise; nothing else is done."""

    def close(uow: UnitOfWork, world: World, case: str, who: Person) -> None:
        close_case(uow, world, case, f"{reason} ({who.name})")

    out.print(f"{case_id}: {_each(case_id, close)} closed")


def _each(what: str, work: Callable[[UnitOfWork, World, str, Person], None]) -> int:
    """Do something to each open case that is meant, and return how many there were."""
    who = person_here(load_settings())

    async def run(database: SqlLedger, world: World, _settings: Settings) -> int:
        found = await _open(database, what)

        def all_of_them(uow: UnitOfWork) -> None:
            for case in found:
                work(uow, world, case.id, who)

        await database.tx(all_of_them)
        return len(found)

    return with_world(run)
