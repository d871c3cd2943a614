"""Keeps what orders add up to small: what each change added becomes part of the one row of its key, every few seconds.

Whoever changes an order only inserts, so no two of them ever wait for one row. Of several processes one folds, and nobody else
touches a folded row. Readers add up all rows, so nothing they see depends on how far this has come.
"""

from __future__ import annotations

import asyncio
from typing import Any

import sqlalchemy as sa

from gateway.ledger import total_tables
from gateway.ledger.records import columns_of, from_row
from gateway.ledger.sql_ledger import SqlLedger
from gateway.ledger.unit_of_work import SqlUnitOfWork
from gateway.pipeline.ports import UnitOfWork
from gateway.tracking.order_totals import OrderTotal, combine

SECONDS = 10.0
AT_ONCE = 500  # Rows of one transaction, so that documents need not wait long.
_table = total_tables.order_totals
_COLUMNS = (_table.c.seq, *columns_of(OrderTotal))


class TotalsFolder:
    """Folds beside the steps, on what is committed."""

    def __init__(self, ledger: SqlLedger) -> None:
        self._ledger = ledger

    async def run(self) -> None:
        """Fold until cancelled."""
        while True:
            await asyncio.sleep(SECONDS)
            await self.fold()

    async def fold(self) -> int:
        """Fold all that there is; return how many rows that were."""
        done = 0
        while folded := await self._ledger.tx(_fold):
            done += folded
            if folded < AT_ONCE:
                break
        return done


def _fold(uow: UnitOfWork) -> int:
    assert isinstance(uow, SqlUnitOfWork)
    cursor = uow.cursor
    fresh = cursor.rows("fresh totals", _fresh, {"most": AT_ONCE})
    added: dict[tuple[str, Any], list[OrderTotal]] = {}
    for row in fresh:
        total = from_row(OrderTotal, row[1:])
        added.setdefault((total.partner, total.day), []).append(total)
    dropped, made = [row[0] for row in fresh], list[OrderTotal]()
    for (partner, day), totals in added.items():
        key, make = ("folded totals", _undated) if day is None else ("folded totals of a day", _dated)
        before = cursor.rows(key, make, {"of": partner, "at": day})
        dropped += [row[0] for row in before]
        made += combine([*totals, *(from_row(OrderTotal, row[1:]) for row in before)])
    cursor.run_many("drop totals", _drop, [{"row": seq} for seq in dropped])
    uow.write_totals(made, folded=True)
    return len(fresh)


def _fresh() -> Any:
    wanted = sa.select(*_COLUMNS).where(total_tables.FRESH)
    return wanted.order_by(_table.c.seq).limit(sa.bindparam("most"))


def _folded() -> sa.Select[Any]:
    wanted = sa.select(*_COLUMNS).where(_table.c.partner == sa.bindparam("of"))
    return wanted.where(_table.c.folded.is_(sa.true()))


def _undated() -> Any:
    return _folded().where(_table.c.day.is_(None))


def _dated() -> Any:
    return _folded().where(_table.c.day == sa.bindparam("at", type_=sa.Date()))


def _drop() -> Any:
    return sa.delete(_table).where(_table.c.seq == sa.bindparam("row"))
