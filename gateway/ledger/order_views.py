"""The read side of orders: lists, the whole thread of one, matches. Fulfils `gateway.pipeline.order_views.OrderViews`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa

from gateway.ledger import order_tables, tables
from gateway.ledger.records import TABLE_OF, columns_of, from_row
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.order_views import MatchQuery, OrderQuery, OrderThread
from gateway.pipeline.views import Page
from gateway.tracking.case import Case
from gateway.tracking.document import Document
from gateway.tracking.event import Event
from gateway.tracking.order import Match, Order, OrderLine
from gateway.tracking.promise import Promise
from gateway.tracking.receipt import Receipt
from gateway.tracking.thread.awaiting import Awaited
from gateway.tracking.thread.statement import Statement
from gateway.tracking.transmission import Transmission

T = TypeVar("T")

EVENTS_SHOWN = 2000
_AT_ONCE = 500  # Orders that are read together when all are.
_SUBJECTS = 400  # Values in one IN (...): SQLite takes many, but plans them one by one.
_EQUAL = ("partner", "role", "state", "verdict", "plant", "order_number")


class SqlOrderViews:
    """Reads orders from the ledger."""

    def __init__(self, database: SqlLedger) -> None:
        self._database = database

    async def orders(self, query: OrderQuery, after: int, limit: int) -> Page[Order]:
        """Return orders, in the order in which they became known."""
        by_index = rare(query)
        return await self._database.read(
            lambda connection: _page(connection, Order, chosen(query), after, limit, by_index=by_index)
        )

    async def numbered(self, order_number: str) -> list[Order]:
        """Return all orders under a number, whoever they are with."""
        return (await self.orders(OrderQuery(order_number=order_number), 0, 100)).items

    async def matches(self, query: MatchQuery, after: int, limit: int) -> Page[Match]:
        """Return what came of judging, in the order in which it was first judged."""
        return await self._database.read(lambda connection: _page(connection, Match, differing(query), after, limit))

    async def with_lines(self, query: OrderQuery) -> AsyncIterator[tuple[Order, list[OrderLine]]]:
        """Yield orders with their lines, however many there are, without holding them all."""
        after: int | None = 0
        while after is not None:
            found = await self._database.read(partial(_with_lines, query=query, after=after))
            for pair in found.items:
                yield pair
            after = found.after

    async def order_thread(self, order_id: str) -> OrderThread | None:
        """Return the whole thread of an order."""
        return await self._database.read(lambda connection: _thread(connection, order_id))


def chosen(query: OrderQuery) -> sa.ColumnElement[bool]:
    """Return the condition of a query for orders."""
    table, lines = tables.orders, tables.order_lines
    wanted = [table.c[name] == value for name in _EQUAL if (value := getattr(query, name)) is not None]
    if query.verdict not in (None, "clean"):
        wanted.append(order_tables.UNCLEAN)
    if query.plant is not None:
        wanted.append(order_tables.PLACED)
    if query.item is not None:
        wanted.append(table.c.id.in_(sa.select(lines.c.order_id).where(lines.c.item == query.item)))
    if query.awaiting is not None:
        wanted.append(order_tables.AWAITS[Awaited(query.awaiting)])
    days = [day for day in (query.need_by_before, query.late_on) if day is not None]
    if days:
        wanted += [order_tables.WANTED, table.c.need_by < min(days)]
    if query.hidden:
        wanted.append(table.c.state.not_in(query.hidden))
    return sa.and_(True, *wanted)


def rare(query: OrderQuery) -> bool:
    """Tell whether what is asked for is found by its own index, and sorted afterwards."""
    return query.item is not None or query.need_by_before is not None or query.late_on is not None


def differing(query: MatchQuery) -> sa.ColumnElement[bool]:
    """Return the condition of a query for matches."""
    table = tables.matches
    names = ("partner", "kind", "verdict")
    wanted = [table.c[name] == value for name in names if (value := getattr(query, name)) is not None]
    if query.verdict not in (None, "clean"):
        wanted.append(order_tables.DIFFERS)
    if query.kinds:
        wanted.append(table.c.kind.in_(query.kinds))
    return sa.and_(True, *wanted)


def _page(
    connection: sa.Connection, kind: type[T], wanted: Any, after: int, limit: int, *, by_index: bool = False
) -> Page[T]:
    rows = connection.execute(page_query(kind, wanted, after, limit, by_index=by_index)).all()
    shown = rows[:limit]
    return Page([from_row(kind, row[1:]) for row in shown], shown[-1][0] if len(rows) > limit else None)


def page_query(
    kind: type[Any], wanted: sa.ColumnElement[bool], after: int, limit: int, *, by_index: bool = False
) -> sa.Select[Any]:
    """Return the statement of one page, one row more than is shown.

    With ``by_index`` the database may not walk the rows in their order, hoping that some soon fit.
    """
    table = TABLE_OF[kind]
    place = table.c.seq + 0 if by_index else table.c.seq
    return sa.select(table.c.seq, *columns_of(kind)).where(place > after, wanted).order_by(place).limit(limit + 1)


def _with_lines(connection: sa.Connection, query: OrderQuery, after: int) -> Page[tuple[Order, list[OrderLine]]]:
    page = _page(connection, Order, chosen(query), after, _AT_ONCE, by_index=rare(query))
    lines: dict[str, list[OrderLine]] = {order.id: [] for order in page.items}
    for line in _among(connection, OrderLine, "order_id", lines):
        lines[line.order_id].append(line)
    return Page([(order, lines[order.id]) for order in page.items], page.after)


def _thread(connection: sa.Connection, order_id: str) -> OrderThread | None:
    orders = _among(connection, Order, "id", [order_id])
    if not orders:
        return None
    thread = OrderThread(orders[0])
    thread.lines = _among(connection, OrderLine, "order_id", [order_id])
    thread.statements = _among(connection, Statement, "order_id", [order_id])
    thread.matches = _among(connection, Match, "order_id", [order_id])
    thread.documents = _documents(connection, thread)
    carried = {name for each in thread.documents for name in (each.transmission_id, each.sent_in, each.answers) if name}
    thread.transmissions = _among(connection, Transmission, "id", {*_brought(thread), *carried})
    known = [*(each.id for each in thread.documents), *(each.id for each in thread.transmissions)]
    thread.receipts = _among(connection, Receipt, "transmission_id", [each.id for each in thread.transmissions])
    thread.promises = _among(connection, Promise, "subject", known)
    of_lines = (each.id for each in thread.lines)
    subjects = [order_id, *of_lines, *_brought(thread), *known, *(each.id for each in thread.receipts)]
    thread.cases = _among(connection, Case, "subject", subjects)
    events = _among(connection, Event, "subject", subjects, EVENTS_SHOWN + 1)
    thread.events, thread.cut = events[:EVENTS_SHOWN], len(events) > EVENTS_SHOWN
    return thread


def _brought(thread: OrderThread) -> set[str]:
    return {each.subject for each in thread.statements}


def _documents(connection: sa.Connection, thread: OrderThread) -> list[Document]:
    """Return what spoke of the order, and what only names it: a document that was refused has said nothing."""
    table, order = tables.documents, thread.order
    query = sa.select(table.c.id).where(table.c.order_number == order.order_number, table.c.partner == order.partner)
    query = query.where(table.c.role.in_((order.role, "")))
    return _among(connection, Document, "id", {*_brought(thread), *connection.execute(query.limit(1000)).scalars()})


def _among(connection: sa.Connection, kind: type[T], name: str, values: Iterable[str], most: int = 0) -> list[T]:
    """Return the records with one of these values in a column, in the order in which they came."""
    table, every = TABLE_OF[kind], list(dict.fromkeys(values))
    found: list[Any] = []
    for start in range(0, len(every), _SUBJECTS):
        some = every[start : start + _SUBJECTS]
        query = sa.select(table.c.seq, *columns_of(kind)).where(table.c[name].in_(some)).order_by(table.c.seq)
        found += connection.execute(query.limit(most) if most else query).all()
    found.sort(key=lambda row: row[0])
    return [from_row(kind, row[1:]) for row in (found[:most] if most else found)]
