"""``gateway as2 unpack``, ``gateway as2 send`` and ``gateway as2 ping``: tools for people who look after AS2 connections."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from pathlib import Path

import aiohttp
import typer
from rich.markup import escape

from gateway.cli.captures import unpack_capture
from gateway.cli.console import chunks_of, configuration, err, out, partner_named
from gateway.cli.ledger import with_ledger
from gateway.doors import pinger
from gateway.errors import LedgerError, NotFound, X12Error
from gateway.ledger.lock import FolderLock
from gateway.ledger.sql_ledger import SqlLedger
from gateway.ledger.views import SqlViews
from gateway.pipeline.ports import Blob, UnitOfWork
from gateway.pipeline.task import StepName, Task
from gateway.settings import Settings, load_settings
from gateway.stamps import IdMaker, new_tracking_id, utc_now
from gateway.stores import make_vault
from gateway.tracking.receipt import CONFIRMED, Receipt, ReceiptState
from gateway.tracking.transmission import Transmission, TransmissionState
from gateway.trading.directory import Partner
from gateway.x12.model import InterchangeStart, TransactionSet
from gateway.x12.reader import read

_LOOK_SECONDS = 0.25
_BEGIN = 1 << 16
_OPEN = (ReceiptState.WAITING,)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    as2 = typer.Typer(no_args_is_help=True, help="AS2: look into messages, send one, try a connection.")
    as2.command("unpack")(unpack_capture)
    as2.command("send")(send)
    as2.command("ping")(ping)
    app.add_typer(as2, name="as2")


def ping(
    name: str = typer.Argument(..., metavar="PARTNER", help="Short name of the partner."),
    file: Path | None = typer.Option(None, "--file", help="Send this instead of a short text."),
) -> None:
    """Send a partner a test message, and say step by step what worked. It arrives over there: tell the partner before.

    Exit code: 0 all worked, 1 something didn't.
    """
    settings = load_settings()
    found = configuration(settings)
    partner = partner_named(found, name)
    payload = b"".join(chunks_of(file)) if file is not None else None

    async def run() -> bool:
        works = False
        async with aiohttp.ClientSession() as session:
            async for step in pinger(settings, session, IdMaker()).ping(partner, found.directory, utc_now(), payload):
                works = step.works
                mark = "[green]ok[/]  " if step.works else "[red]fails[/]"
                out.print(f"{mark} {escape(step.name)}{': ' if step.seen else ''}{escape(step.seen)}")
                if step.to_do:
                    out.print(f"      To do: {escape(step.to_do)}")
        return works

    if not asyncio.run(run()):
        raise typer.Exit(1)


def send(
    file: Path = typer.Argument(..., help="The file; - for standard input."),
    to: str = typer.Option(..., "--to", "-t", help="Short name of the partner."),
    wait: float = typer.Option(60.0, "--wait", min=0.0, help="How many seconds to wait for what comes back."),
) -> None:
    """Hand a file to the running gateway, which sends it over AS2 as it is, durably; say what came back.

    Nothing in it is checked or numbered. Exit code: 0 the partner has confirmed it (or no receipt was agreed), 1 it has not.
    """
    settings = load_settings()
    partner = partner_named(configuration(settings), to)
    if partner.text.channels.as2 is None or partner.text.channels.as2.send.url is None:
        raise NotFound(f"{to} has no AS2 address. Add channels.as2.send.url to partners/{to}.yaml.")
    served = _is_served(settings)

    async def work(database: SqlLedger) -> bool:
        transmission = await _handed_over(database, settings, partner, chunks_of(file))
        out.print(f"{transmission.id}: {transmission.size} bytes are due for {to}")
        if not served:
            err.print("No gateway runs on this ledger: it is sent when one does. Start it with: gateway serve")
            return False
        return await _followed(SqlViews(database), transmission.id, wait)

    if not with_ledger(work):
        raise typer.Exit(1)


def _is_served(settings: Settings) -> bool:
    """Tell whether a gateway works on the data folder; a shared ledger may always be served by another machine."""
    if settings.environment.shared:
        return True
    try:
        FolderLock(settings.environment.data_dir).release()
    except LedgerError:
        return True
    return False


async def _handed_over(
    database: SqlLedger, settings: Settings, partner: Partner, chunks: Iterable[bytes]
) -> Transmission:
    """Store the bytes and make their sending due, in one commit."""
    # Shared: a gateway may have bytes of its own on their way into the same vault.
    stage = make_vault(settings, database, shared=True).stage()
    begin = b""
    for chunk in chunks:
        begin = begin if len(begin) > _BEGIN else begin + chunk
        await stage.write(chunk)
    blob: Blob = await stage.finish()
    name, number = _x12_name(begin[:_BEGIN])
    now = utc_now()
    transmission = Transmission(
        id=IdMaker()(),
        direction="outbound",
        source=f"partner:{partner.id}",
        partner=partner.id,
        transport="as2",
        created_at=now,
        digest=blob.digest,
        size=blob.size,
        content_type="application/edi-x12" if name else "application/octet-stream",
        state=TransmissionState.WAITING,
        tracking_id=new_tracking_id(),
        name=name,
        control_number=number,
    )

    def commit(uow: UnitOfWork) -> None:
        if blob.data is not None:
            uow.keep(blob.data)
        uow.add(transmission)
        uow.schedule(Task(StepName.TRANSMIT, transmission.id, transmission.tracking_id, now))

    await database.tx(commit)
    return transmission


def _x12_name(begin: bytes) -> tuple[str | None, str | None]:
    """Return the set and interchange number of X12, for the name of the file; None of anything else."""
    number: str | None = None
    try:
        for part in read(begin):
            if isinstance(part, InterchangeStart):
                number = part.control_number
            elif isinstance(part, TransactionSet):
                return part.id, number
    except X12Error:
        pass
    return None, number


async def _followed(views: SqlViews, transmission_id: str, seconds: float) -> bool:
    """Look until the receipt is settled or the time is over, and say what came back."""
    until = time.monotonic() + seconds
    while True:
        transmission = await views.transmission(transmission_id)
        receipts = await views.receipts([transmission_id])
        state = transmission.state if transmission is not None else "gone"
        settled = receipts[-1] if receipts and receipts[-1].state not in _OPEN else None
        if state == TransmissionState.PARKED or (settled is not None and _done(settled, state)):
            return await _told(views, transmission_id, settled)
        if time.monotonic() > until:
            out.print(f"{state}; nothing has come back yet. Follow it with: gateway trace {transmission_id}")
            return False
        await asyncio.sleep(_LOOK_SECONDS)


def _done(receipt: Receipt, state: str) -> bool:
    """Tell whether nothing more is to come: where no receipt was agreed, once the bytes are there."""
    return receipt.state != ReceiptState.NOT_ASKED or state == TransmissionState.SENT


async def _told(views: SqlViews, transmission_id: str, receipt: Receipt | None) -> bool:
    if receipt is None:
        for case in await views.cases([transmission_id]):
            out.print(f"{escape(case.title)}: {escape(case.detail)}")
            out.print(f"Next: {escape(case.next_action)}")
        return False
    out.print(f"receipt: [bold]{receipt.state}[/]{f', {escape(receipt.disposition)}' if receipt.disposition else ''}")
    out.print(f"message: {escape(receipt.message_id)}")
    for name in ("said", "signer"):
        if receipt.evidence.get(name):
            out.print(f"{name}: {escape(str(receipt.evidence[name]))}")
    return receipt.state in (*CONFIRMED, ReceiptState.NOT_ASKED)
