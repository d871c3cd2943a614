"""Finds what is known of orders within a transaction."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from gateway.ledger import order_tables, tables
from gateway.ledger.conditions import WHICH
from gateway.ledger.looking import Looking
from gateway.ledger.records import columns_of, from_row
from gateway.tracking.order import Match, Order, OrderLine
from gateway.tracking.thread.statement import Statement


class ThreadFinders(Looking):
    """Fulfils `gateway.pipeline.thread_ports.ThreadFinding`."""

    def find_orders(self, partner: str, role: str, order_number: str) -> list[Order]:
        """Return the order under a number with a partner, or all its releases."""
        values = {"partner": partner, "role": role, "order_number": order_number}
        found = self._all(Order, "numbered orders", _numbered, **values)
        return sorted(found, key=lambda each: each.id)

    def find_orders_numbered(self, order_number: str) -> list[Order]:
        """Return the orders under a number, whoever they are with, the first one first."""
        found = self._all(Order, "orders anywhere", lambda: tables.orders.c.order_number == WHICH, which=order_number)
        return sorted(found, key=lambda each: (each.created_at, each.id))

    def on_shelf(self, shelf: str) -> list[Statement]:
        """Return what is kept on a shelf, in the order in which it came; nobody else puts anything there before the commit."""
        found = self._all(Statement, "on shelf", lambda: tables.statements.c.order_id == WHICH, which=shelf)
        return sorted(found, key=lambda each: (each.came_at, each.id))

    def open_lines(self, item: str | None, plant: str | None, limit: int) -> list[OrderLine]:
        """Return lines that are not over, of an item, a plant or both, those wanted first coming first; nothing is locked."""
        values = {name: value for name, value in (("item", item), ("plant", plant)) if value is not None}
        rows = self._cursor.rows(
            ("open lines", tuple(values)), lambda: _open_lines(tuple(values)), {**values, "most": limit}
        )
        return [from_row(OrderLine, row) for row in rows]

    def statements_of(self, order_id: str) -> list[Statement]:
        """Return everything that was said about an order, in the order in which it came."""
        found = self._all(Statement, "said", lambda: tables.statements.c.order_id == WHICH, which=order_id)
        return sorted(found, key=lambda each: (each.came_at, each.id))

    def statements_about(self, subject: str) -> list[Statement]:
        """Return what a document or transmission said, about whichever orders."""
        return self._all(Statement, "said by", lambda: tables.statements.c.subject == WHICH, which=subject)

    def lines_of(self, order_id: str) -> list[OrderLine]:
        """Return the lines of an order as they were folded last."""
        return self._all(OrderLine, "lines", lambda: tables.order_lines.c.order_id == WHICH, which=order_id)

    def matches_of(self, order_id: str) -> list[Match]:
        """Return what came of judging each statement about an order."""
        return self._all(Match, "matches", lambda: tables.matches.c.order_id == WHICH, which=order_id)

    def matches_about(self, subject: str) -> list[Match]:
        """Return what came of judging what a document or transmission said, about whichever orders."""
        return self._all(Match, "matches about", lambda: tables.matches.c.subject == WHICH, which=subject)

    def find_statements(self, kind: str, number: str) -> list[Statement]:
        """Return the statements of a kind under a number of their sender: a shipment, an invoice."""
        found = self._all(Statement, "said under", _said_under, said_kind=kind, number=number)
        return sorted(found, key=lambda each: (each.came_at, each.id))


def _open_lines(names: tuple[str, ...]) -> sa.Select[Any]:
    table = tables.order_lines
    wanted = (table.c[name] == sa.bindparam(name) for name in names)
    rows = sa.select(*columns_of(OrderLine)).where(order_tables.OPEN_LINE, *wanted)
    return rows.order_by(table.c.wanted_on, table.c.id).limit(sa.bindparam("most"))


def _numbered() -> sa.ColumnElement[bool]:
    # Thousands of orders are with one partner, few have one number. What is no bare column can't be looked up in an index, so
    # the database takes the one of numbers; SQLite would else walk through all that the partner ever ordered.
    table = tables.orders
    with_whom = (table.c[name].concat("") == sa.bindparam(name) for name in ("partner", "role"))
    return sa.and_(table.c.order_number == sa.bindparam("order_number"), *with_whom)


def _said_under() -> sa.ColumnElement[bool]:
    table = tables.statements
    return sa.and_(table.c.number == sa.bindparam("number"), table.c.kind == sa.bindparam("said_kind"))
