"""Tell whoever listens what became known about an order: goods received, holds, milestones, material that is there now.

What does not count, because it contradicts what came before or comes from the future, is told by its case, not here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

from gateway.pipeline.ports import UnitOfWork
from gateway.pipeline.thread.shelf import item_shelf
from gateway.tracking.event import Event
from gateway.tracking.order import Order, OrderLine
from gateway.tracking.thread.finding import Check, Verdict
from gateway.tracking.thread.fold import Thread
from gateway.tracking.thread.line import Line
from gateway.tracking.thread.statement import Kind, LineSaid, Statement

_Data: TypeAlias = dict[str, Any]
_ZERO = Decimal(0)
_EXPECTING = (Kind.SHIPPED, Kind.MOVED, Kind.RECEIVED)
_EXCLUDED = (Check.NUMBER, Check.CLOCK, Check.TURN)


def tell(
    uow: UnitOfWork,
    now: datetime,
    order: Order,
    thread: Thread,
    changed: Iterable[OrderLine],
    statements: Sequence[Statement],
) -> None:
    """Publish what new statements say, and what it means for lines; ``changed`` are rows as they were before."""
    before = {row.number: row for row in changed}
    for statement in statements:
        make = _TELLING.get(statement.kind)
        if make is not None and _counts(thread, statement):
            for kind, data in make(order, thread, statement, before):
                told = {name: value for name, value in data.items() if value is not None}
                uow.add(
                    Event(
                        kind, now, order.id, order.partner, statement.tracking_id, {"order": order.order_number, **told}
                    )
                )
    _tell_who_waits(uow, now, order, thread, before)
    expected = [each for each in statements if each.kind in _EXPECTING]
    if order.role == "buyer" and expected:
        _tell_expected(uow, now, order, thread, before, expected[0])


def _tell_expected(
    uow: UnitOfWork, now: datetime, order: Order, thread: Thread, before: dict[str, OrderLine], statement: Statement
) -> None:
    """Say what is expected now of lines that were shipped, moved or received, and how late we hear it."""
    lag = max((statement.came_at - statement.said_at).total_seconds(), 0.0)
    for number, row in before.items():
        line = thread.lines[number]
        missing, missed = max(line.due - line.received, _ZERO), max(row.ordered - row.rejected - row.received, _ZERO)
        moving, moved = max(line.shipped - line.received, _ZERO), max(row.shipped - row.received, _ZERO)
        if (missing, moving, line.expected_on) == (missed, moved, row.expected_on):
            continue
        on = line.expected_on or line.promised_on or line.wish.wanted_on
        data: _Data = {
            "order": order.order_number,
            "line": number,
            "item": line.items[0][1] if line.items else None,
            "plant": _plant(thread, line),
            "quantity": f"{missing:f}",
            "in_transit": f"{moving:f}",
            "after": str(on) if on is not None else None,
            "lag": lag,
        }
        told = {name: value for name, value in data.items() if value is not None}
        uow.add(Event("inbound_supply.updated", now, order.id, order.partner, statement.tracking_id, told))


def _counts(thread: Thread, statement: Statement) -> bool:
    """Tell whether a statement takes part: it is no copy, and not kept out."""
    findings = thread.judged.get(statement.id)
    return findings is not None and not any(
        each.check in _EXCLUDED and each.verdict == Verdict.OUTSIDE for each in findings
    )


def _goods(kind: str) -> Callable[..., Iterable[tuple[str, _Data]]]:
    """Return what tells of goods, line by line."""

    def make(_order: Order, thread: Thread, statement: Statement, _before: Any) -> Iterable[tuple[str, _Data]]:
        for said in statement.said():
            yield kind, _said(statement, said, thread)

    return make


def _said(statement: Statement, said: LineSaid, thread: Thread) -> _Data:
    line = thread.lines.get(said.line or "")
    items = said.items or (line.items if line is not None else ())
    return {
        "number": statement.number,
        "line": said.line,
        "item": items[0][1] if items else None,
        "quantity": None if said.quantity is None else f"{said.quantity:f}",
        "lot": said.lot,
        "plant": said.plant or _plant(thread, line),
        "shipment": said.reference or statement.head.get("shipment"),
    }


def _moved(
    _order: Order, thread: Thread, statement: Statement, before: dict[str, OrderLine]
) -> Iterable[tuple[str, _Data]]:
    shipment = str(statement.head.get("shipment", statement.number))
    expected = statement.head.get("expected_on")
    yield "shipment.milestone", {"shipment": shipment, "milestone": statement.head.get("milestone"), "after": expected}
    for line in thread.lines.values():
        row = before.get(line.number)
        wanted = line.promised_on or line.wish.wanted_on
        moved = row is not None and row.expected_on != line.expected_on
        if shipment in line.shipments and moved and line.expected_on and wanted and line.expected_on > wanted:
            yield (
                "shipment.late",
                {
                    "shipment": shipment,
                    "line": line.number,
                    "plant": _plant(thread, line),
                    "before": str((row.expected_on if row else None) or wanted),
                    "after": str(line.expected_on),
                    "days_late": (line.expected_on - wanted).days,
                },
            )


def _plant(thread: Thread, line: Line | None) -> str | None:
    return (line.plant if line is not None else None) or thread.head.get("plant")


def _passed(
    _order: Order, thread: Thread, statement: Statement, before: dict[str, OrderLine]
) -> Iterable[tuple[str, _Data]]:
    """Tell what test results have let go: most of them let nothing go, because nothing was held for want of them."""
    for number, row in before.items():
        line = thread.lines[number]
        if line.held_quantity < row.held:
            lot = next((said.lot for said in statement.said() if said.lot in line.held), None)
            said = LineSaid(line=number, quantity=row.held - line.held_quantity, lot=lot)
            yield "quality.hold.released", _said(statement, said, thread)


_TELLING: dict[str, Callable[..., Iterable[tuple[str, _Data]]]] = {
    Kind.RECEIVED: _goods("goods.received"),
    Kind.HELD: _goods("quality.hold.placed"),
    Kind.RELEASED: _goods("quality.hold.released"),
    Kind.PASSED: _passed,
    Kind.CONSUMED: _goods("material.consumed"),
    Kind.MOVED: _moved,
}


def _tell_who_waits(uow: UnitOfWork, now: datetime, order: Order, thread: Thread, before: dict[str, OrderLine]) -> None:
    """Say that material is there to whoever waits for it: each who waits is told once."""
    for number, row in before.items():
        line = thread.lines[number]
        free = line.received - line.refused - line.held_quantity
        if order.role != "buyer" or free <= row.received - row.refused - row.held or free <= 0:
            continue
        plant = _plant(thread, line)
        for item in dict.fromkeys(value for _kind, value in line.items):
            for waiting in uow.on_shelf(item_shelf(item)):
                at = waiting.head.get("plant")
                if at is not None and plant is not None and at != plant:
                    continue
                uow.change(Statement, waiting.id, order_id=f"{waiting.order_id}:told")
                data = {
                    "order": order.order_number,
                    "line": number,
                    "item": item,
                    "quantity": f"{free:f}",
                    "number": waiting.number,
                    **({"plant": plant} if plant else {}),
                }
                uow.add(Event("material.available", now, order.id, order.partner, waiting.tracking_id, data))
