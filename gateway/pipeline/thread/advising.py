"""Advise a supplier of goods that came otherwise than announced: an 861 goes out by itself where that was agreed, once a receipt.

What it says is taken from the receipt as it stands in the ledger, so that it is the same whichever system told us.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from gateway.pipeline.outbound.accept import ErpMessage, store_own
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import note_event
from gateway.pipeline.step import Advance, Outcome
from gateway.pipeline.task import Task
from gateway.pipeline.thread.consequences import RECEIVING_ADVICE, differs
from gateway.tracking.document import Document
from gateway.tracking.order import Match, Order, OrderLine
from gateway.tracking.thread.finding import Check
from gateway.tracking.thread.statement import LineSaid, Statement
from gateway.tracking.transmission import Transmission

_MESSAGE = "receiving_advice"
_SHORT, _OVER, _DAMAGED = "short", "over", "damaged"


async def run(task: Task, world: World) -> Outcome:
    """Write the advice about a receipt that differs, unless it was written before."""
    return Advance(lambda uow: _advise(uow, world, task))


def _advise(uow: UnitOfWork, world: World, task: Task) -> list[Task]:
    about = uow.find(Transmission, task.subject) or uow.find(Document, task.subject)
    if about is None:
        return []
    found: dict[str, list[tuple[Order, Match, Statement]]] = {}
    for match in uow.matches_about(task.subject):
        order, statement = uow.find(Order, match.order_id), uow.find(Statement, match.id)
        if order is not None and statement is not None and order.role == "buyer" and differs(match):
            found.setdefault(order.partner, []).append((order, match, statement))
    tasks: list[Task] = []
    for partner_id, parts in found.items():
        partner = world.configuration().directory.partners.get(partner_id)
        if partner is not None and partner.agreement(RECEIVING_ADVICE, "outbound") is not None:
            tasks += _send(uow, world, about, partner_id, parts)
    return tasks


def _send(
    uow: UnitOfWork,
    world: World,
    about: Transmission | Document,
    partner: str,
    parts: Sequence[tuple[Order, Match, Statement]],
) -> list[Task]:
    message = ErpMessage(type=_MESSAGE, partner=partner, body=_body(uow, parts), correlation_id=None)
    data = message.model_dump_json().encode()
    stored = store_own(uow, world, data, f"{RECEIVING_ADVICE}:{about.id}:{partner}", about.tracking_id)
    if stored is None:
        return []
    document, tasks = stored
    note_event(uow, world, "receipt.advised", about, number=parts[0][2].number, transmission=document)
    return tasks


def _body(uow: UnitOfWork, parts: Sequence[tuple[Order, Match, Statement]]) -> dict[str, Any]:
    statement = parts[0][2]
    shipment = statement.head.get("shipment")
    lines = [
        line
        for order, match, each in parts
        for line in _lines(order, match, each, {row.number: row for row in uow.lines_of(order.id)})
    ]
    for place, line in enumerate(lines, start=1):
        line["number"] = str(place)
    return {
        "purpose": statement.purpose if statement.purpose in ("original", "replacement") else "original",
        "receipt_number": statement.number,
        "receipt_type": "posted",
        "created_on": f"{_day(statement.came_at)}",
        "dates": [{"kind": "received", "date": f"{_day(statement.said_at)}"}],
        **({"references": [{"kind": "shipper_id", "value": shipment}]} if shipment else {}),
        "lines": lines,
    }


def _lines(order: Order, match: Match, statement: Statement, rows: dict[str, OrderLine]) -> list[dict[str, Any]]:
    """Return each line of a receipt: how much came, and what is wrong with it by the findings about it."""
    made, counted = [], set()
    for said in statement.said():
        row = rows.get(said.line or "") or next((each for each in rows.values() if _same_item(said, each)), None)
        number = row.number if row is not None else said.line
        # Several lots of one line are short together, and it is said once.
        missing = _missing(match, number) if number not in counted else Decimal(0)
        counted.add(number)
        if said.quantity is not None:
            made.append(_line(order, said, row, missing))
    return made


def _same_item(said: LineSaid, row: OrderLine) -> bool:
    return bool(set(said.items) & {(kind, value) for kind, value in row.items})


def _line(order: Order, said: LineSaid, row: OrderLine | None, missing: Decimal) -> dict[str, Any]:
    unit = said.unit or (row.unit if row is not None else None)
    measured: dict[str, Any] = {} if unit is None else {"unit": unit}
    disputed = []
    if said.refused:
        disputed.append({"value": f"{said.refused:f}", **measured, "condition": _DAMAGED})
    if missing:
        disputed.append({"value": f"{abs(missing):f}", **measured, "condition": _SHORT if missing > 0 else _OVER})
    ids = [
        {"kind": kind, "value": value}
        for kind, value in said.items or ([tuple(each) for each in row.items] if row else ())
    ]
    if said.lot:
        ids.append({"kind": "lot", "value": said.lot})
    number = row.number if row is not None else said.line
    named = {"order_number": order.order_number, **({"order_line": number} if number else {})}
    return {
        "received": {"value": f"{said.quantity or Decimal(0):f}", **measured},
        **({"disputed": disputed} if disputed else {}),
        **({"items": [{"item_ids": ids}]} if ids else {}),
        "orders": [named | ({"release": order.release} if order.release else {})],
    }


def _missing(match: Match, line: str | None) -> Decimal:
    """Return by how much less than expected came of a line; below zero where more came."""
    for finding in match.findings:
        if finding["check"] == Check.QUANTITY and finding["line"] == line and finding["expected"] and finding["said"]:
            return Decimal(finding["expected"]) - Decimal(finding["said"])
    return Decimal(0)


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
