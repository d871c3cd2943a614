"""Statements in few words, for the tests of the thread."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from gateway.tracking.thread.statement import Kind, LineSaid, Purpose, Statement

START = datetime(2026, 11, 2, 8, tzinfo=UTC)
DUE = date(2026, 12, 1)


def line(number="1", quantity=None, **said):
    """What is said about one line; figures may be given as text."""
    for name in ("price", "amount", "refused"):
        if name in said:
            said[name] = Decimal(str(said[name]))
    return LineSaid(line=number, quantity=None if quantity is None else Decimal(str(quantity)), **said)


class Saying:
    """Makes statements that come one after the other, an hour apart."""

    def __init__(self):
        self.count = 0

    def __call__(self, kind, *lines, number="", purpose=Purpose.ORIGINAL, source="document", said_at=None, **head):
        self.count += 1
        came_at = START + timedelta(hours=self.count)
        name = f"s{self.count}"
        data = [each.to_data() for each in lines]
        said = said_at or came_at
        return Statement(
            name, "p:buyer:PO1", kind, number or name, purpose, said, came_at, source, name, "t", head, data
        )

    def order(self, *lines, **head):
        """An order that is with the partner, who can read it."""
        lines = lines or (line("1", 100, price=10, unit="each", on=DUE, items=(("buyer_part", "B-1"),)),)
        return [self(Kind.ORDERED, *lines, **head), self(Kind.TRANSMITTED), self(Kind.UNDERSTOOD)]
