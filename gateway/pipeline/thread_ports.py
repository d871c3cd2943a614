"""What a transaction finds of the thread of an order. Part of `gateway.pipeline.ports`."""

from __future__ import annotations

from typing import Protocol

from gateway.tracking.order import Match, Order, OrderLine
from gateway.tracking.thread.statement import Statement


class ThreadFinding(Protocol):
    """The part of a transaction that is about orders."""

    def find_orders(self, partner: str, role: str, order_number: str) -> list[Order]:
        """Return the order under a number with a partner, or all its releases."""

    def find_orders_numbered(self, order_number: str) -> list[Order]:
        """Return the orders under a number, whoever they are with, the first one first."""

    def on_shelf(self, shelf: str) -> list[Statement]:
        """Return what is kept on a shelf, in the order in which it came; nobody else puts anything there before the commit."""

    def open_lines(self, item: str | None, plant: str | None, limit: int) -> list[OrderLine]:
        """Return lines that are not over, of an item, a plant or both, those wanted first coming first; nothing is locked."""

    def statements_of(self, order_id: str) -> list[Statement]:
        """Return everything that was said about an order, in the order in which it came."""

    def statements_about(self, subject: str) -> list[Statement]:
        """Return what a document or transmission said, about whichever orders."""

    def lines_of(self, order_id: str) -> list[OrderLine]:
        """Return the lines of an order as they were folded last."""

    def matches_of(self, order_id: str) -> list[Match]:
        """Return what came of judging each statement about an order."""

    def matches_about(self, subject: str) -> list[Match]:
        """Return what came of judging what a document or transmission said, about whichever orders."""

    def find_statements(self, kind: str, number: str) -> list[Statement]:
        """Return the statements of a kind under a number of their sender: a shipment, an invoice."""
