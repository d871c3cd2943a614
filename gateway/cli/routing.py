"""``gateway route``: to which of several ERPs the documents of a file would go, and why. Nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape

from gateway.canonical.message import BY_SET, MessageType
from gateway.cli.console import AS_JSON, chunks_of, configuration, err, out, partner_named, write_json
from gateway.cli.ledger import with_ledger
from gateway.configuration import Configuration
from gateway.errors import NotFound, TranslationError, X12Error
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.inbound.judge import judge_set
from gateway.pipeline.inbound.routing import chosen
from gateway.pipeline.ports import UnitOfWork
from gateway.pipeline.thread.saying import said_by
from gateway.pipeline.thread.whereabouts import orders_meant
from gateway.settings import load_settings
from gateway.stamps import utc_now
from gateway.tracking.document import Document, DocumentState
from gateway.tracking.order import Order
from gateway.trading.agreement import Agreement
from gateway.trading.directory import Partner
from gateway.trading.routing import Choice, RouteText
from gateway.x12.model import TransactionSet
from gateway.x12.reader import read


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("route")(route)


@dataclass(frozen=True, slots=True)
class _Paper:
    """A document of the file, read as far as routing needs it."""

    document: Document
    agreement: Agreement
    row: MessageType
    body: Any


@dataclass(frozen=True, slots=True)
class _Read:
    """What stands in a set: a paper that can be routed, or why there is none."""

    set_id: str
    control_number: str
    paper: _Paper | None
    reason: str = ""


def route(
    file: Path = typer.Argument(..., help="An X12 file, or - for standard input."),
    partner: str = typer.Option(..., "--partner", "-p", help="From whom it came, or would come."),
    as_json: bool = AS_JSON,
) -> None:
    """Say to which ERP each document would go, which row of the routing won, and why those before it did not.

    The orders that the ledger knows, and the classes of items in it, count as they are now; nothing is stored.
    Exit code: 0 each has an ERP, 1 some can't be translated, 2 the file can't be read.
    """
    settings, found = load_settings(), configuration()
    rows, who = settings.gateway.routing, partner_named(found, partner)
    worst = 0
    try:
        parts = [_read(found, who, part) for part in read(chunks_of(file)) if isinstance(part, TransactionSet)]
    except X12Error as error:
        err.print(escape(f"{file}: {error.detail}"))
        raise typer.Exit(2) from None
    choices = iter(_choices(rows, [each.paper for each in parts if each.paper is not None]))
    for each in parts:
        name = f"{each.set_id} ST02={each.control_number}"
        if each.paper is None:
            err.print(escape(f"{file}: {name}: {each.reason}"))
            worst = 1
            continue
        choice = next(choices)
        if as_json:
            write_json({"set": each.set_id, "control_number": each.control_number, **asdict(choice)})
        else:
            _show(name, each.paper, choice)
    raise typer.Exit(worst)


def _show(name: str, paper: _Paper, choice: Choice) -> None:
    number = paper.row.document_number(paper.body)
    won = f"row {choice.row}: " if choice.row is not None else ""
    out.print(escape(f"{name} {number or ''}".rstrip() + f": {choice.erp} ({won}{choice.why})"))
    for words in choice.passed:
        out.print(escape(f"  {words}"))


def _read(found: Configuration, who: Partner, transaction: TransactionSet) -> _Read:
    """Judge and translate one set as if it had come from the partner."""

    def not_read(reason: str) -> _Read:
        return _Read(transaction.id, transaction.control_number, None, reason)

    agreement = who.agreement(transaction.id, "inbound")
    if transaction.id not in BY_SET or agreement is None:
        return not_read(f"there is no agreement to receive it; add one to partners/{who.text.partner}.yaml")
    judgment = judge_set(transaction, agreement, found)
    if judgment.tree is None or not judgment.accepted:
        return not_read("it would be refused; see what is wrong with: gateway check")
    mapping = found.mapping(agreement.profile, transaction.version)
    try:
        body, _notes = mapping.to_canonical(judgment.tree, transaction.marks.component)
    except TranslationError as error:
        return not_read(error.detail)
    now = utc_now()
    document = Document(
        id="",
        transmission_id="",
        direction="inbound",
        partner=who.text.partner,
        set_id=transaction.id,
        state=DocumentState.RECEIVED,
        created_at=now,
        updated_at=now,
        tracking_id="",
        role=agreement.role,
    )
    paper = _Paper(document, agreement, mapping.message_type, body)
    return _Read(transaction.id, transaction.control_number, paper)


def _choices(rows: tuple[RouteText, ...], papers: list[_Paper]) -> list[Choice]:
    """Decide about papers, with the ledger where there is one."""

    async def work(database: SqlLedger) -> list[Choice]:
        return await database.tx(lambda uow: [_choice(uow, rows, each) for each in papers])

    try:
        return with_ledger(work)
    except NotFound:
        if any(row.item_class for row in rows):
            err.print("There is no ledger here, so no item has a class and no order an ERP yet.")
        return [_choice(None, rows, each) for each in papers]


def _choice(uow: UnitOfWork | None, rows: tuple[RouteText, ...], paper: _Paper) -> Choice:
    orders = list(_orders(uow, paper)) if uow is not None else []
    for order in orders:
        if order.erp:
            return Choice(order.erp, None, f"order {order.order_number} is there, and all its papers follow it")
    return chosen(uow, rows, paper.document, paper.agreement, paper.body, orders)


def _orders(uow: UnitOfWork, paper: _Paper) -> Iterator[Order]:
    """Yield the orders that the ledger knows of those that a paper is about."""
    document = paper.document
    for each in said_by(paper.row.name, paper.body):
        for said in orders_meant(uow, document.partner, document.role, each):
            found = uow.find_orders(document.partner, document.role, said.order_number)
            exact = [order for order in found if order.release == said.release]
            yield from exact or (found if len(found) == 1 else [])
