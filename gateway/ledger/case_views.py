"""The read side of cases: lists, groups of one root cause, and the order in which they should be worked off."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Any

import sqlalchemy as sa

from gateway.ledger import tables
from gateway.ledger.case_tables import OPEN_CASE
from gateway.ledger.records import columns_of, from_row
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.case_ports import CaseGroup, CaseQuery, RankedCase
from gateway.pipeline.views import Page
from gateway.tracking.case import Case
from gateway.tracking.case_note import CaseNote
from gateway.tracking.order import Order, OrderLine
from gateway.tracking.risk import risk_of

_AT_ONCE = 400  # Cases that are ranked together, so that however many are open they are never all in memory.
_EQUAL = ("partner", "root", "cause", "owner", "assignee")


class SqlCaseViews:
    """Fulfils `gateway.pipeline.case_ports.CaseViews`."""

    def __init__(self, database: SqlLedger) -> None:
        self._database = database

    async def open(self, query: CaseQuery, after: int, limit: int) -> Page[Case]:
        """Return open cases, the oldest first."""
        return await self._database.read(lambda connection: _page(connection, query, after, limit))

    async def ranked(self, query: CaseQuery, limit: int, today: date) -> list[RankedCase]:
        """Return the open cases that are most likely to stop a line, the worst first."""
        best: list[tuple[int, int, RankedCase]] = []
        after: int | None = 0
        place = 0
        while after is not None:
            page, touched = await self._database.read(partial(_touched, query=query, after=after))
            for case in page.items:
                place -= 1  # Of equal ones the older one comes first.
                ranked = RankedCase(case, risk_of(touched.get(case.subject, ()), today))
                entry = (ranked.risk.score, place, ranked)
                if len(best) < limit:
                    heapq.heappush(best, entry)
                else:
                    heapq.heappushpop(best, entry)
            after = page.after
        return [entry[2] for entry in sorted(best, key=lambda entry: entry[:2], reverse=True)]

    async def groups(self, query: CaseQuery, limit: int) -> list[CaseGroup]:
        """Return the open cases as groups of one root cause each, the largest first."""
        table, count = tables.cases, sa.func.count()
        facts = (table.c.root, table.c.cause, sa.func.min(table.c.owner), table.c.title, table.c.partner)
        times = (sa.func.min(table.c.opened_at), sa.func.max(table.c.opened_at))
        statement = (
            sa.select(*facts, count, *times)
            .where(_wanted(query))
            .group_by(table.c.root, table.c.cause, table.c.title, table.c.partner)
            .order_by(count.desc(), table.c.root)
            .limit(limit)
        )
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return [CaseGroup(*row) for row in rows]

    async def meant(self, what: str) -> list[Case]:
        """Return the case under an id, else the open ones about a document or transmission, else those of a group."""
        table = tables.cases
        subjects = sa.and_(OPEN_CASE, table.c.subject == what)
        for wanted in (table.c.id == what, subjects, sa.and_(OPEN_CASE, table.c.root == what)):
            found = await self._database.read(partial(_all_of, wanted=wanted))
            if found:
                return found
        return []

    async def notes(self, case_ids: list[str]) -> list[CaseNote]:
        """Return what people said about some cases, the first one first."""
        table = tables.case_notes
        statement = sa.select(*columns_of(CaseNote)).where(table.c.case_id.in_(case_ids)).order_by(table.c.seq)
        rows = await self._database.read(lambda connection: connection.execute(statement).all())
        return [from_row(CaseNote, row) for row in rows]


def _all_of(connection: sa.Connection, wanted: sa.ColumnElement[bool]) -> list[Case]:
    rows = connection.execute(sa.select(*columns_of(Case)).where(wanted).order_by(tables.cases.c.seq)).all()
    return [from_row(Case, row) for row in rows]


def _wanted(query: CaseQuery) -> sa.ColumnElement[bool]:
    values = ((tables.cases.c[name], getattr(query, name)) for name in _EQUAL)
    return sa.and_(OPEN_CASE, *(column == value for column, value in values if value is not None))


def _page(connection: sa.Connection, query: CaseQuery, after: int, limit: int) -> Page[Case]:
    table = tables.cases
    wanted = sa.select(table.c.seq, *columns_of(Case)).where(_wanted(query), table.c.seq > after)
    rows = connection.execute(wanted.order_by(table.c.seq).limit(limit + 1)).all()
    shown = rows[:limit]
    return Page([from_row(Case, row[1:]) for row in shown], shown[-1][0] if len(rows) > limit else None)


_Touched = dict[str, list[tuple[Order, OrderLine]]]


def _touched(connection: sa.Connection, query: CaseQuery, after: int) -> tuple[Page[Case], _Touched]:
    """Return some cases, and by their subjects the lines of the orders that they are about."""
    page = _page(connection, query, after, _AT_ONCE)
    about = _orders_of(connection, sorted({case.subject for case in page.items}))
    wanted = sorted({order_id for order_ids in about.values() for order_id in order_ids})
    orders: dict[str, Order] = {each.id: each for each in _rows(connection, Order, tables.orders.c.id, wanted)}
    lines: dict[str, list[OrderLine]] = {}
    for line in _rows(connection, OrderLine, tables.order_lines.c.order_id, wanted):
        lines.setdefault(line.order_id, []).append(line)
    touched = {
        subject: [(orders[name], line) for name in sorted(names) if name in orders for line in lines.get(name, ())]
        for subject, names in about.items()
    }
    return page, touched


def _orders_of(connection: sa.Connection, subjects: list[str]) -> dict[str, set[str]]:
    """Return the orders that subjects are about: by what they said, the number that a document names, a line, or themselves."""
    documents, orders, lines, matches = tables.documents, tables.orders, tables.order_lines, tables.matches
    same = sa.and_(documents.c.order_number == orders.c.order_number, documents.c.partner == orders.c.partner)
    named = sa.select(documents.c.id, orders.c.id).where(same, documents.c.order_number.is_not(None))
    carried = sa.select(documents.c.sent_in, orders.c.id).where(same, documents.c.sent_in.is_not(None))
    queries = (
        sa.select(matches.c.subject, matches.c.order_id).where(matches.c.subject.in_(subjects)),
        named.where(documents.c.id.in_(subjects)),
        carried.where(documents.c.sent_in.in_(subjects)),
        sa.select(orders.c.id, orders.c.id).where(orders.c.id.in_(subjects)),
        sa.select(lines.c.id, lines.c.order_id).where(lines.c.id.in_(subjects)),
    )
    found: dict[str, set[str]] = {}
    for query in queries:
        for subject, order_id in connection.execute(query):
            found.setdefault(subject, set()).add(order_id)
    return found


def _rows(connection: sa.Connection, kind: type[Any], column: sa.Column[Any], values: list[str]) -> Iterable[Any]:
    for start in range(0, len(values), _AT_ONCE):
        query = sa.select(*columns_of(kind)).where(column.in_(values[start : start + _AT_ONCE]))
        yield from (from_row(kind, row) for row in connection.execute(query))
