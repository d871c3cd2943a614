"""Writes down which names an order waits for to become known, so that whoever makes one known finds the order at once."""

from __future__ import annotations

from gateway.pipeline.ports import UnitOfWork
from gateway.tracking.master import Unknown
from gateway.tracking.order import Match, Order
from gateway.tracking.thread.finding import Check
from gateway.tracking.thread.fold import Thread

_CHECKS = (Check.ITEM, Check.UNIT, Check.LINE)


def note_unknown(uow: UnitOfWork, order: Order, thread: Thread, before: list[Match]) -> None:
    """Bring the rows of an order up to date; where nothing is and was unknown, nothing is looked up."""
    was = any(finding["check"] in _CHECKS for match in before for finding in match.findings)
    if not thread.unknown and not was:
        return
    rows = {row.name: row for row in uow.unknown_of(order.id)}
    for name in sorted(thread.unknown):
        row = rows.pop(name, None)
        if row is None:
            uow.add(Unknown(f"{order.id}|{name}", order.id, name))
        elif not row.is_open:
            uow.change(Unknown, row.id, is_open=True)
    for row in rows.values():
        if row.is_open:
            uow.change(Unknown, row.id, is_open=False)
