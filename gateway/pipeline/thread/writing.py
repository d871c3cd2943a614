"""Write down what folding an order came to: the order, its lines, its matches. Only what has changed is written."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from gateway.pipeline.ports import UnitOfWork
from gateway.tracking.order import Match, Order, OrderLine
from gateway.tracking.order_totals import combine, totals_of
from gateway.tracking.thread.awaiting import awaits
from gateway.tracking.thread.finding import Verdict
from gateway.tracking.thread.fold import Thread
from gateway.tracking.thread.line import Line
from gateway.tracking.thread.statement import Statement
from gateway.tracking.thread.tolerance import ZERO

_KINDS_SHOWN = ("buyer_part", "buyer_item", "supplier_part", "gtin_14", "gtin_12")
REPLACED = "replaced"  # The verdict on a paper that does not count any more.


def write_order(uow: UnitOfWork, order: Order, thread: Thread, verdict: Verdict, now: datetime, *, new: bool) -> bool:
    """Write the row of an order, which is brought up to date; return whether its state has changed."""
    before = order.state
    values: dict[str, Any] = {
        "state": thread.state,
        "verdict": verdict.word,
        "plant": thread.head.get("plant"),
        "currency": thread.head.get("currency"),
        "value": thread.value,
        "need_by": thread.need_by,
        **awaits(thread.lines.values()),
    }
    changed = {name: value for name, value in values.items() if getattr(order, name) != value}
    for name, value in changed.items():
        setattr(order, name, value)
    if new:
        uow.add(order)
    elif changed:
        order.updated_at = now
        uow.change(Order, order.id, **changed, updated_at=now)
    return before != thread.state


def write_lines(
    uow: UnitOfWork, order: Order, thread: Thread, known: list[OrderLine], now: datetime
) -> tuple[list[OrderLine], list[OrderLine]]:
    """Write the lines that have changed; return these as they were before, and all lines as they are now.

    A new line was before as if nothing had been said of it.
    """
    rows = {row.number: row for row in known}
    changed, standing = [], [row for row in known if row.number not in thread.lines]
    for line in thread.lines.values():
        made = _row(order, thread, line, now)
        standing.append(made)
        row = rows.get(line.number)
        if row is None:
            uow.add(made)
            changed.append(OrderLine(made.id, order.id, order.partner, order.role, line.number, "", now))
            continue
        differs = {name: value for name in _COMPARED if (value := getattr(made, name)) != getattr(row, name)}
        if differs:
            uow.change(OrderLine, row.id, **differs, updated_at=now)
            changed.append(row)
    return changed, standing


def write_totals(
    uow: UnitOfWork, before: tuple[Order, list[OrderLine]] | None, after: tuple[Order, list[OrderLine]]
) -> None:
    """Write what an order adds to the sums over all of them, beside what it added before; a new one added nothing."""
    for total in combine(totals_of(*after), totals_of(*before) if before is not None else ()):
        uow.add(total)


def _row(order: Order, thread: Thread, line: Line, now: datetime) -> OrderLine:
    return OrderLine(
        id=f"{order.id}:{line.number}",
        order_id=order.id,
        partner=order.partner,
        role=order.role,
        number=line.number,
        state=line.state,
        updated_at=now,
        item=_shown(line),
        items=[list(pair) for pair in line.items],
        unit=line.unit,
        plant=line.plant or thread.head.get("plant"),
        ordered=line.ordered,
        price=line.price,
        wanted_on=line.wish.wanted_on,
        promised=line.promised,
        promised_on=line.promised_on,
        expected_on=line.expected_on,
        backordered=line.backordered,
        rejected=line.rejected,
        shipped=line.shipped,
        shipped_on=line.shipped_on,
        received=line.received,
        received_on=line.received_on,
        refused=line.refused,
        held=line.held_quantity,
        invoiced=line.invoiced,
        credited=line.credited or ZERO,
    )


_COMPARED = tuple(
    each.name
    for each in fields(OrderLine)
    if each.name not in ("id", "order_id", "partner", "role", "number", "updated_at")
)


def _shown(line: Line) -> str:
    """Return the id by which people know an item."""
    ids = dict(reversed(line.items))
    return next((ids[kind] for kind in _KINDS_SHOWN if kind in ids), line.items[0][1] if line.items else "")


def write_matches(
    uow: UnitOfWork, order: Order, thread: Thread, statements: list[Statement], known: list[Match], now: datetime
) -> list[tuple[Match, str]]:
    """Write the matches that have changed; return each with the verdict that it had before (nothing where it is new)."""
    rows = {row.id: row for row in known}
    changed = []
    for statement in statements:
        findings = thread.judged.get(statement.id)
        row = rows.get(statement.id)
        if findings is None and row is None:
            continue
        verdict = REPLACED if findings is None else thread.verdict(statement.id).word
        shown = [finding.as_dict() for finding in findings or ()]
        if row is None:
            made = _match(order, statement, verdict, shown, now)
            uow.add(made)
            changed.append((made, ""))
        elif (row.verdict, row.findings) != (verdict, shown):
            before = row.verdict
            row.verdict, row.findings, row.judged_at = verdict, shown, now
            uow.change(Match, row.id, verdict=verdict, findings=shown, judged_at=now)
            changed.append((row, before))
    return changed


def _match(order: Order, statement: Statement, verdict: str, findings: list[dict[str, Any]], now: datetime) -> Match:
    return Match(
        id=statement.id,
        order_id=order.id,
        partner=order.partner,
        kind=statement.kind,
        number=statement.number,
        subject=statement.subject,
        verdict=verdict,
        came_at=statement.came_at,
        judged_at=now,
        findings=findings,
    )
