"""Which orders a lot came for. Only what was said of a lot is kept, never how much of it there is: that is the warehouse's."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from gateway.pipeline.ports import UnitOfWork
from gateway.pipeline.thread.judge import Origin, statement_of
from gateway.pipeline.thread.saying.said import Said
from gateway.pipeline.thread.shelf import items_in, lot_shelf, put
from gateway.tracking.order import Order
from gateway.tracking.thread.statement import Kind, LineSaid, Statement

ZERO = Decimal(0)


def orders_of_lots(uow: UnitOfWork, origin: Origin, said: Said) -> list[tuple[Order, Said]]:
    """Return the orders for which the lots came, each with what is said about its own; what is said of a lot is kept."""
    found: dict[str, tuple[Order, list[LineSaid]]] = {}
    for place, line in enumerate(said.lines):
        assert line.lot is not None, "who names no order names lots"
        shelf = lot_shelf(line.lot)
        kept = uow.on_shelf(shelf)
        orders = _came_for(uow, kept, line, origin.partner)
        name = f"{origin.subject}:{place}:{said.kind}"
        known = bool(orders) or said.kind == Kind.PASSED  # A certificate that comes before its goods is nobody's case.
        put(uow, statement_of(origin, replace(said, lines=[line]), shelf, name), shelf, known=known)
        for order, part in (
            _shared(kept, orders, line) if said.kind == Kind.CONSUMED else [(each, line) for each in orders]
        ):
            found.setdefault(order.id, (order, []))[1].append(part)
    return [(order, replace(said, lines=lines)) for order, lines in found.values()]


def _came_for(uow: UnitOfWork, kept: list[Statement], line: LineSaid, partner: str) -> list[Order]:
    """Return the orders for which a lot was received, the first one first; lots of other items have other numbers."""
    wanted = {value for _kind, value in line.items}
    found: dict[str, Order] = {}
    for receipt in kept:
        items = items_in(receipt, line.lot or "")
        if receipt.kind != Kind.RECEIVED or (wanted and items and not wanted & items):
            continue
        order = uow.find(Order, str(receipt.head["order"]))
        if order is not None and partner in ("", order.partner):
            found[order.id] = order
    return list(found.values())


def _shared(kept: list[Statement], orders: list[Order], line: LineSaid) -> list[tuple[Order, LineSaid]]:
    """Share what is used of a lot among the orders for which it came, each up to what came for it; the last gets the rest."""
    used = sum((said.quantity or ZERO for each in kept if each.kind == Kind.CONSUMED for said in each.said()), ZERO)
    left = line.quantity or ZERO
    shares = []
    for order in orders:
        came = sum(
            (said.quantity or ZERO for each in kept if each.head.get("order") == order.id for said in each.said()), ZERO
        )
        before, used = min(used, came), max(used - came, ZERO)
        part = left if order is orders[-1] else min(left, came - before)
        if part > 0:
            shares.append((order, replace(line, quantity=part)))
            left -= part
    return shares
