"""The read side of cases: lists, groups of one root cause, and the order in which they should be worked off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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

AT_ONCE = 400  # Cases that are ranked together, so that however many are open they are never all in memory.
EXACT = 1200  # As many open cases are ranked anew for each look.
_BESIDE = 400  # How many more than are shown are looked at where more are open: risks move from day to day.
_EQUAL = ("partner", "root", "cause", "owner", "assignee")


class SqlCaseViews:
    """Fulfils `gateway.pipeline.case_ports.CaseViews`."""

    def __init__(self, database: SqlLedger) -> None:
        self._database = database

    async def open(self, query: CaseQuery, after: int, limit: int) -> Page[Case]:
        """Return open cases, the oldest first."""
        return await self._database.read(lambda connection: _page(connection, query, after, limit))

    async def ranked(self, query: CaseQuery, limit: int, today: date) -> list[RankedCase]:
        """Return the open cases that are most likely to stop a line, the worst first.

        Where many are open, those are looked at that were the worst when they were ranked last, and those that came since.
        """
        few = await self._database.read(lambda connection: not more_than(connection, query, EXACT))
        if few:
            found = await self._database.read(lambda connection: _page(connection, query, 0, EXACT).items)
        else:
            found = await self._database.read(partial(_candidates, query=query, limit=limit))
        ranked: list[RankedCase] = []
        for start in range(0, len(found), AT_ONCE):
            some = found[start : start + AT_ONCE]
            touched = await self._database.read(partial(touched_by, cases=some))
            ranked += (RankedCase(case, risk_of(touched.get(case.subject, ()), today)) for case in some)
        ranked.sort(key=lambda each: -each.risk.score)  # Stable: of equal ones the older one comes first.
        return ranked[:limit]

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


def more_than(connection: sa.Connection, query: CaseQuery, count: int) -> bool:
    """Tell whether more cases than so many are open."""
    beyond = sa.select(tables.cases.c.seq).where(_wanted(query)).order_by(tables.cases.c.seq).offset(count).limit(1)
    return connection.execute(beyond).first() is not None


def candidate_queries(query: CaseQuery, limit: int) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """Return the statements that find which cases may be the worst: those ranked so, and those that nobody has ranked."""
    table = tables.cases
    wanted = sa.select(table.c.seq, *columns_of(Case)).where(_wanted(query))
    by = (table.c.closed_at, table.c.rank, table.c.seq)  # As the index has them; of open ones the first is the same.
    known = wanted.where(table.c.rank >= 0).order_by(*by)
    fresh = wanted.where(table.c.rank.is_(None)).order_by(*(each.desc() for each in by))
    return known.limit(limit + _BESIDE), fresh.limit(_BESIDE)


def _candidates(connection: sa.Connection, query: CaseQuery, limit: int) -> list[Case]:
    rows = [row for wanted in candidate_queries(query, limit) for row in connection.execute(wanted)]
    return [from_row(Case, row[1:]) for row in sorted(rows, key=lambda row: row[0])]


def touched_by(connection: sa.Connection, cases: Sequence[Case]) -> _Touched:
    """Return the lines of the orders that some cases are about, by the subjects of the cases."""
    about = _orders_of(connection, sorted({case.subject for case in cases}))
    wanted = sorted({order_id for order_ids in about.values() for order_id in order_ids})
    orders: dict[str, Order] = {each.id: each for each in _rows(connection, Order, tables.orders.c.id, wanted)}
    lines: dict[str, list[OrderLine]] = {}
    for line in _rows(connection, OrderLine, tables.order_lines.c.order_id, wanted):
        lines.setdefault(line.order_id, []).append(line)
    return {
        subject: [(orders[name], line) for name in sorted(names) if name in orders for line in lines.get(name, ())]
        for subject, names in about.items()
    }


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
    for start in range(0, len(values), AT_ONCE):
        query = sa.select(*columns_of(kind)).where(column.in_(values[start : start + AT_ONCE]))
        yield from (from_row(kind, row) for row in connection.execute(query))
