"""Finds what is known of orders within a transaction."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.ledger import tables
from gateway.ledger.conditions import WHICH
from gateway.ledger.looking import Looking
from gateway.tracking.order import Match, Order, OrderLine
from gateway.tracking.thread.statement import Statement


class ThreadFinders(Looking):
    """Fulfils `gateway.pipeline.thread_ports.ThreadFinding`."""

    def find_orders(self, partner: str, role: str, order_number: str) -> list[Order]:
        """Return the order under a number with a partner, or all its releases."""
        values = {"partner": partner, "role": role, "order_number": order_number}
        found = self._all(Order, "numbered orders", _numbered, **values)
        return sorted(found, key=lambda each: each.id)

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


def _numbered() -> sa.ColumnElement[bool]:
    table = tables.orders
    return sa.and_(*(table.c[name] == sa.bindparam(name) for name in ("order_number", "partner", "role")))


def _said_under() -> sa.ColumnElement[bool]:
    table = tables.statements
    return sa.and_(table.c.number == sa.bindparam("number"), table.c.kind == sa.bindparam("said_kind"))
