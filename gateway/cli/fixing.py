"""``gateway case fix``: say what an unknown item or unit is, once for all."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

import typer
from rich.markup import escape

from gateway.cli.console import out
from gateway.cli.ledger import with_ledger
from gateway.cli.master import WallStamps, person
from gateway.errors import LifecycleError, NotFound
from gateway.ledger.sql_ledger import SqlLedger
from gateway.ledger.views import SqlViews
from gateway.pipeline.master.fixing import Fix, Pack, fix
from gateway.pipeline.master.keeping import Kept
from gateway.stamps import IdMaker, utc_now

_PACK = re.compile(r"([^=\s]+)\s*=\s*([0-9.]+)\s+(\S+)")


def case_fix(
    case_id: str = typer.Argument(..., metavar="ID", help="Id of the case, or of the document that it is about."),
    items: list[str] = typer.Option(
        [], "--item", help="THEIRS=OURS: the id in the document, and our number of the item."
    ),
    units: list[str] = typer.Option([], "--unit", help='How a unit converts: "case=12 each".'),
    general: bool = typer.Option(False, "--general", help="The conversion holds for every item."),
) -> None:
    """Say what an unknown item or unit is. It is kept, and every document that waited for it goes on by itself."""
    said = Fix([_pair(each) for each in items], [_pack(each) for each in units], general)
    if not items and not units:
        raise LifecycleError('Say what it is: --item THEIRS=OURS, or --unit "case=12 each".')

    async def work(database: SqlLedger) -> Kept:
        cases = [each for each in await SqlViews(database).cases([case_id]) if each.closed_at is None]
        cases = cases or [
            each for each in await SqlViews(database).cases([case_id.rpartition(":")[0]]) if each.id == case_id
        ]
        if not cases:
            raise NotFound(f"There is no open case {case_id}. List those that are open with: gateway cases")
        about, stamps = cases[0], WallStamps(utc_now, IdMaker())
        return await database.tx(lambda uow: fix(uow, stamps, about.subject, said, person(), about.tracking_id))

    kept = with_ledger(work)
    for each in kept.changed:
        out.print(f"kept: {escape(each)}")
    out.print("What waited for it is judged again by the running gateway. What still waits: gateway cases")


def _pair(said: str) -> tuple[str, str]:
    theirs, found, ours = said.rpartition("=")
    if not found or not theirs.strip() or not ours.strip() or "|" in said:
        raise LifecycleError(f"{said!r} is no pair. Write --item THEIRS=OURS, for example --item A-9=B-1.")
    return theirs.strip(), ours.strip()


def _pack(said: str) -> Pack:
    found = _PACK.fullmatch(said.strip())
    try:
        quantity = Decimal(found[2]) if found else Decimal(0)
    except InvalidOperation:
        quantity = Decimal(0)
    if found is None or quantity <= 0 or found[1] == found[3] or "|" in said:
        raise LifecycleError(f'{said!r} is no conversion. Write --unit "case=12 each": one case is 12 each.')
    return Pack(found[1], quantity, found[3])
