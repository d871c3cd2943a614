"""``gateway trace``, ``gateway db``: what the ledger knows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import typer
from rich.markup import escape

from gateway.cli.console import AS_JSON, err, out, write_json, write_rows
from gateway.errors import NotFound
from gateway.ledger.copying import copy_ledger
from gateway.ledger.engine import make_engine
from gateway.ledger.lock import FolderLock
from gateway.ledger.migrate import upgrade
from gateway.ledger.opening import open_ledger
from gateway.ledger.sql_ledger import SqlLedger
from gateway.ledger.views import SqlViews
from gateway.settings import load_settings
from gateway.tracking.receipt import Receipt

T = TypeVar("T")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(trace)
    database = typer.Typer(no_args_is_help=True, help="The ledger's database.")
    database.command("upgrade")(db_upgrade)
    database.command("copy")(db_copy)
    app.add_typer(database, name="db")


def with_ledger(work: Callable[[SqlLedger], Awaitable[T]]) -> T:
    """Run ``work`` on the ledger, beside a gateway that may be running; raise NotFound where there is no ledger yet."""
    environment = load_settings().environment
    if not environment.database_url and not (environment.data_dir / "ledger.db").is_file():
        folder = environment.data_dir.absolute()
        raise NotFound(
            f"There is no ledger in {folder}. Set GATEWAY_DATA_DIR to the data folder of the gateway,"
            " or make a ledger with: gateway db upgrade"
        )
    engine = make_engine(environment.url)
    upgrade(engine)

    async def run() -> T:
        database = open_ledger(engine)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())


def trace(
    what: str = typer.Argument(
        ..., metavar="ID", help="Id of a document, transmission or receipt, tracking id, document or order number."
    ),
    as_json: bool = AS_JSON,
) -> None:
    """Show what became of a document: state, numbers, timeline, faults, cases."""

    async def look(database: SqlLedger) -> list[dict[str, Any]]:
        views = SqlViews(database)
        found = [await _document(views, document_id) for document_id in await views.find(what)]
        if not found and (transmission := await views.transmission(what)) is not None:
            events = await views.events([what])
            cases = await views.cases([what])
            facts: dict[str, Any] = {"id": what, "state": transmission.state, "detail": transmission.detail}
            facts["purged_at"] = transmission.purged_at
            facts["receipts"] = await _receipts(views, [what])
            found = [facts | {"envelope_faults": transmission.faults} | _lines(events, cases)]
        if not found and (receipt := await views.receipt(what)) is not None:
            events, cases = await views.events([what]), await views.cases([what])
            facts = {"id": what, "state": receipt.state, "receipts": [_receipt(receipt)], "envelope_faults": []}
            found = [facts | _lines(events, cases)]
        return found

    found = with_ledger(look)
    if not found:
        raise NotFound(f"Nothing is known under {what}. Give an id, a tracking id, a document or order number.")
    for each in found:
        if as_json:
            write_json(each)
        else:
            _show(each)


async def _document(views: SqlViews, document_id: str) -> dict[str, Any]:
    document = await views.document(document_id)
    assert document is not None
    subjects = [document.id, document.transmission_id, *([document.sent_in] if document.sent_in else [])]
    events, cases = await views.events(subjects), await views.cases(subjects)
    transmission = await views.transmission(document.transmission_id)
    return {
        "id": document.id,
        "set": document.set_id,
        "direction": document.direction,
        "partner": document.partner,
        "state": document.state,
        "acknowledgment": document.acknowledgment,
        "number": document.document_number,
        "order": document.order_number,
        "erp": document.erp,
        "interchange": document.interchange_number,
        "tracking_id": document.tracking_id,
        "detail": document.detail,
        "purged_at": transmission.purged_at if transmission is not None else None,
        "faults": document.faults,
        "envelope_faults": transmission.faults if transmission is not None else [],
        "notes": document.notes,
        "receipts": await _receipts(views, subjects),
        **_lines(events, cases),
    }


async def _receipts(views: SqlViews, subjects: list[str]) -> list[dict[str, Any]]:
    return [_receipt(receipt) for receipt in await views.receipts(subjects)]


def _receipt(receipt: Receipt) -> dict[str, Any]:
    """Return a receipt with what proves it."""
    names = ("id", "direction", "transport", "message_id", "state", "disposition", "mic", "mic_algorithm", "reply_to")
    facts = {name: getattr(receipt, name) for name in names}
    facts |= {name: receipt.evidence.get(name) for name in ("signer", "said", "warnings", "request")}
    return facts | {"receipt": receipt.receipt, "at": receipt.received_at or receipt.created_at}


def _lines(events: list[Any], cases: list[Any]) -> dict[str, Any]:
    return {
        "timeline": [{"at": event.at, "type": event.type, **event.data} for event in events],
        "cases": [
            {"cause": case.cause, "title": case.title, "open": case.closed_at is None, "next_action": case.next_action}
            for case in cases
        ],
    }


def _show(each: dict[str, Any]) -> None:
    head = " ".join(str(each[name]) for name in ("set", "direction", "partner") if each.get(name))
    out.print(f"[bold]{escape(each['id'])}[/]  {escape(head)}  [bold]{each['state']}[/]")
    for name in ("number", "order", "erp", "interchange", "acknowledgment", "tracking_id", "detail"):
        if each.get(name):
            out.print(f"  {name}: {escape(str(each[name]))}")
    if each.get("purged_at"):
        out.print(
            f"  purged on {each['purged_at']:%Y-%m-%d}: the bytes are deleted; this, and the proof of them, stays."
        )
        out.print(f"  Next: gateway evidence export {escape(each['id'])} -o proof.zip")
    rows = []
    for line in each["timeline"]:
        more = ", ".join(f"{key}={value}" for key, value in line.items() if key not in ("at", "type") and value)
        rows.append((f"{line['at']:%Y-%m-%d %H:%M:%S}", str(line["type"]), " ".join(more.split())))
    write_rows(rows, "  ")
    for fault in each.get("faults", []):
        out.print(f"  {escape(fault['where'])}: {escape(fault['message'])}")
    known = {(fault["code"], fault["offset"]) for fault in each.get("faults", [])}
    for fault in each["envelope_faults"]:
        if (fault["code"], fault["offset"]) not in known:
            out.print(f"  envelope: {escape(fault['where'])}: {escape(fault['message'])}")
            out.print(f"    {escape(fault['shown'])}\n    To fix: {escape(fault['fix'])}")
    for receipt in each["receipts"]:
        _show_receipt(receipt)
    for note in each.get("notes", []):
        out.print(f"  note: {escape(note)}")
    for case in each["cases"]:
        state = "open" if case["open"] else "closed"
        out.print(f"  case ({state}): {escape(case['title'])}. Next: {escape(case['next_action'])}")


def _show_receipt(receipt: dict[str, Any]) -> None:
    whose = "from the partner" if receipt["direction"] == "outbound" else "of ours"
    out.print(f"  receipt {whose} ({receipt['transport']}): [bold]{receipt['state']}[/]  {escape(receipt['id'])}")
    for name in ("message_id", "disposition", "signer", "said", "reply_to"):
        if receipt[name]:
            out.print(f"    {name}: {escape(str(receipt[name]))}")
    if receipt["mic"]:
        out.print(f"    mic: {receipt['mic']}, {receipt['mic_algorithm']}")
    for warning in receipt["warnings"] or []:
        out.print(f"    warning: {escape(warning)}")


def db_upgrade() -> None:
    """Bring the database to the version of this program."""
    settings = load_settings()
    settings.environment.data_dir.mkdir(parents=True, exist_ok=True)
    before, now = upgrade(make_engine(settings.environment.url))
    out.print(f"the ledger has version {now}" + ("" if before == now else f" (before: {before or 'none'})"))


def db_copy(
    source: str = typer.Argument(
        ..., metavar="FROM", help="Address of the ledger to copy, or the path of its SQLite file."
    ),
    target: str = typer.Argument(
        ..., metavar="TO", help="Address of an empty database: postgresql+psycopg://USER@HOST/NAME."
    ),
) -> None:
    """Copy a whole ledger into an empty database, all or nothing, and compare both. Stop the gateway before."""
    reading, writing = (make_engine(_address(each)) for each in (source, target))
    file = Path(reading.url.database or "") if reading.dialect.name == "sqlite" else None
    if file is not None and not file.is_file():
        raise NotFound(f"There is no ledger {file}. Name the file ledger.db in the data folder of the gateway.")
    lock = FolderLock(file.parent) if file is not None else None
    try:
        sums = copy_ledger(reading, writing, lambda name, found: out.print(f"{name}: {found.rows} rows, equal"))
    finally:
        if lock is not None:
            lock.release()
        for engine in (reading, writing):
            engine.dispose()
    out.print(
        f"{sum(found.rows for found in sums.values())} rows are in {writing.url.render_as_string()}", markup=False
    )
    err.print("Large transmissions stay where they are: let GATEWAY_VAULT name that folder, and start the gateway with")
    err.print(f"GATEWAY_DATABASE_URL={writing.url.render_as_string()}", markup=False)


def _address(text: str) -> str:
    """Return an address as given; what is none is the path of a SQLite file."""
    return text if "://" in text else f"sqlite:///{Path(text).absolute()}"
