"""``gateway orders``, ``gateway order show``: purchase orders, and the whole thread of one."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

import typer
from rich.markup import escape

from gateway.cli.console import AS_JSON, err, out, write_json, write_rows
from gateway.cli.ledger import with_ledger
from gateway.cli.order_export import export_orders
from gateway.errors import NotFound
from gateway.ledger.order_views import SqlOrderViews
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.order_timeline import Entry, timeline
from gateway.pipeline.order_views import OrderQuery, OrderThread
from gateway.stamps import utc_now
from gateway.tracking.order import Order, OrderLine
from gateway.tracking.thread.awaiting import Awaited, awaited_by
from gateway.tracking.thread.states import LineState

_FIGURES = ("ordered", "promised", "shipped", "received", "invoiced")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(orders)
    one = typer.Typer(no_args_is_help=True, help="One purchase order.")
    one.command("show")(show)
    app.add_typer(one, name="order")


def orders(
    partner: str | None = typer.Option(None, "--partner", "-p", help="Only with one partner."),
    role: Literal["buyer", "seller"] | None = typer.Option(None, help="buyer: we ordered; seller: they did."),
    state: LineState | None = typer.Option(None, help="Only in one state."),
    verdict: Literal["clean", "noted", "waiting", "outside"] | None = typer.Option(
        None, help="Only those whose papers match so well."
    ),
    plant: str | None = typer.Option(None, help="Only for one plant."),
    item: str | None = typer.Option(None, help="Only with a line for one item."),
    number: str | None = typer.Option(None, help="Only under one order number."),
    need_by: datetime | None = typer.Option(
        None, formats=["%Y-%m-%d"], help="Something is wanted before this day, and not there."
    ),
    awaiting: Awaited | None = typer.Option(None, help="Only those for which this is to come."),
    late: bool = typer.Option(False, "--late", help="Something was wanted before today and has not arrived."),
    limit: int = typer.Option(100, min=1, max=10_000, help="How many are listed; an export has all."),
    csv: Path | None = typer.Option(None, metavar="FILE", help="Write all of them there, a row a line, as CSV."),
    parquet: Path | None = typer.Option(None, metavar="FILE", help="The same as Parquet (extra [parquet])."),
    as_json: bool = AS_JSON,
) -> None:
    """List purchase orders: where each stands, how its papers match, and what is still to come."""
    today = utc_now().date()
    query = OrderQuery(
        partner=partner,
        role=role,
        state=state,
        verdict=verdict,
        plant=plant,
        item=item,
        order_number=number,
        need_by_before=need_by.date() if need_by is not None else None,
        awaiting=awaiting,
        late_on=today if late else None,
    )
    if csv is None and parquet is None:
        _list(query, limit, today, as_json)
    for path, kind in ((csv, "csv"), (parquet, "parquet")):
        if path is not None:
            count = with_ledger(partial(export_orders, query=query, kind=kind, path=path))
            err.print(f"{count} rows are in {path}", markup=False)


def _list(query: OrderQuery, limit: int, today: date, as_json: bool) -> None:
    async def look(database: SqlLedger) -> tuple[list[Order], bool]:
        page = await SqlOrderViews(database).orders(query, 0, limit)
        return page.items, page.after is not None

    found, more = with_ledger(look)
    if as_json:
        for order in found:
            write_json(_facts(order, today))
    elif found:
        heads = ("ORDER", "PARTNER", "ROLE", "STATE", "PAPERS", "NEED BY", "AWAITS")
        write_rows([heads, *(_row(order, today) for order in found)])
    err.print(f"{len(found)} orders" + (f"; there are more, narrow them or use --limit {limit * 10}" if more else ""))


def _awaited(order: Order) -> list[str]:
    return [str(each) for each in Awaited if getattr(order, each.column)]


def _facts(order: Order, today: date) -> dict[str, Any]:
    names = (
        "id",
        "partner",
        "role",
        "order_number",
        "release",
        "state",
        "verdict",
        "plant",
        "currency",
        "need_by",
        "erp",
    )
    facts = {name: getattr(order, name) for name in names}
    late = order.need_by is not None and order.need_by < today
    more = {"value": f"{order.value:f}", "awaiting": _awaited(order), "late": late, "tracking_id": order.tracking_id}
    return facts | more | {"created_at": order.created_at, "updated_at": order.updated_at}


def _row(order: Order, today: date) -> tuple[str, ...]:
    number = order.order_number + (f"/{order.release}" if order.release else "")
    late = " late" if order.need_by is not None and order.need_by < today else ""
    need_by = f"{order.need_by or ''}{late}"
    return number, order.partner, order.role, order.state, order.verdict, need_by, ", ".join(_awaited(order))


def show(
    what: str = typer.Argument(..., metavar="ID", help="Id or number of an order."),
    everything: bool = typer.Option(
        False, "--all", help="With every event, not only what was said, is owed or is open."
    ),
    as_json: bool = AS_JSON,
) -> None:
    """Show the thread of an order: its lines, then what was said and happened in time order, with what to do next."""
    now = utc_now()

    async def look(database: SqlLedger) -> list[OrderThread]:
        views = SqlOrderViews(database)
        names = [what, *(order.id for order in await views.numbered(what))]
        found = [await views.order_thread(name) for name in dict.fromkeys(names)]
        return [thread for thread in found if thread is not None]

    threads = with_ledger(look)
    if not threads:
        raise NotFound(f"There is no order {what}. List those there are with: gateway orders")
    for thread in threads:
        entries = timeline(thread, now)
        if as_json:
            write_json(_thread(thread, entries, now.date()))
        else:
            _show(thread, entries, now.date(), everything)


def _thread(thread: OrderThread, entries: list[Entry], today: date) -> dict[str, Any]:
    names = [name for name in Entry.__slots__ if name != "findings"]
    shown = [{name: getattr(each, name) for name in names} | {"findings": each.findings} for each in entries]
    return {"order": _facts(thread.order, today), "lines": [_line(each) for each in thread.lines], "timeline": shown}


def _line(line: OrderLine) -> dict[str, Any]:
    names = ("number", "state", "item", "unit", "plant", "wanted_on", "promised_on", "expected_on", "received_on")
    facts = {name: getattr(line, name) for name in names}
    awaited = awaited_by(line)
    figures = {name: f"{getattr(line, name):f}" for name in (*_FIGURES, "backordered", "rejected", "held")}
    return facts | figures | {"awaiting": [str(each) for each in Awaited if each in awaited]}


def _show(thread: OrderThread, entries: list[Entry], today: date, everything: bool) -> None:
    order = thread.order
    out.print(f"[bold]{escape(order.order_number)}[/]  {escape(order.partner)} ({order.role})  [bold]{order.state}[/]")
    value = f"{order.value:f} {order.currency or ''}".strip()
    facts = {
        "id": order.id,
        "plant": order.plant,
        "erp": order.erp,
        "value": value,
        "correlation id": order.tracking_id,
    }
    for name, fact in facts.items():
        if fact:
            out.print(f"  {name}: {escape(str(fact))}")
    if order.need_by is not None:
        out.print(f"  needed by: {order.need_by}" + (" [bold]late[/]" if order.need_by < today else ""))
    out.print()
    heads = ("LINE", "ITEM", "STATE", *(name.upper() for name in _FIGURES), "UNIT", "WANTED", "PROMISED", "AWAITS")
    write_rows([heads, *(_cells(line) for line in thread.lines)], "  ")
    out.print()
    for entry in entries:
        if everything or entry.kind != "happened" or entry.open:
            _show_entry(entry)
    waiting = sum(entry.open for entry in entries)
    out.print(f"\n{waiting} open" if waiting else "\nnothing is open")


def _cells(line: OrderLine) -> tuple[str, ...]:
    facts = _line(line)
    days = (str(line.wanted_on or ""), str(line.promised_on or ""))
    figures = (facts[name] for name in _FIGURES)
    return line.number, line.item, line.state, *figures, line.unit or "", *days, ", ".join(facts["awaiting"])


def _show_entry(entry: Entry) -> None:
    mark = "[bold]![/]" if entry.open else " "
    verdict = f"  [bold]{entry.verdict}[/]" if entry.verdict not in (None, "clean") else ""
    out.print(f"{mark} {entry.at:%Y-%m-%d %H:%M:%S}  {escape(' '.join(entry.words.split()))}{verdict}")
    for finding in entry.findings:
        place = f"line {finding['line']}: " if finding["line"] else ""
        out.print(f"      {escape(place + finding['words'])} ({finding['verdict']})")
    if entry.next_action:
        out.print(f"      Next: {escape(entry.next_action)}")
