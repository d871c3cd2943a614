"""Copies a whole ledger into another database, as one transaction there, and proves that both say the same.

Rows go over in batches, through the column types of both sides, so that neither a large ledger nor the kind of database matters.
Afterwards each table is read on both sides in the order of its key and summed up: count and SHA-256 must be equal, or nothing is
committed. Who works on a step is not copied: nobody does on the new ledger.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from pydantic_core import to_json

from gateway.errors import LedgerError
from gateway.ledger import tables
from gateway.ledger.migrate import current, newest, upgrade

_BATCH = 1000
_NOT_COPIED = {"workers"}
_NUL, _SHOWN = "\0", "\N{SYMBOL FOR NULL}"  # PostgreSQL holds no NUL in text; the ledger there shows it so.


@dataclass(frozen=True, slots=True)
class Sum:
    """What a table holds: how many rows, and one digest over all of them."""

    rows: int
    digest: str


def copy_ledger(source: sa.Engine, target: sa.Engine, tell: Callable[[str, Sum], None]) -> dict[str, Sum]:
    """Copy everything, and return what each table holds; ``tell`` hears of each table that was compared.

    Raises LedgerError when the source is of another version, the target is not empty, or both differ at the end.
    """
    with source.connect() as connection:
        found = current(connection)
    if found != newest():
        raise LedgerError(
            f"The ledger to copy has version {found or 'none'}, this program writes {newest()}. Bring it up to date first:"
            " gateway db upgrade"
        )
    upgrade(target)
    sums = {}
    with source.connect() as reading, target.begin() as writing:
        _refuse_what_is_in_use(writing)
        for table in _tables():
            _copy(reading, writing, table)
        for table in _tables():
            sums[table.name] = _compared(reading, writing, table)
            tell(table.name, sums[table.name])
    return sums


def _tables() -> list[sa.Table]:
    return [table for table in tables.metadata.sorted_tables if table.name not in _NOT_COPIED]


def _refuse_what_is_in_use(writing: sa.Connection) -> None:
    for table in _tables():
        if writing.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is not None:
            raise LedgerError(
                f"The ledger to copy to is not empty: it has {table.name}. Name an empty database; nothing was changed."
            )


def _copy(reading: sa.Connection, writing: sa.Connection, table: sa.Table) -> None:
    insert = sa.insert(table)
    names = [column.name for column in table.c]
    for batch in _batches(reading, table):
        writing.execute(insert, [dict(zip(names, row, strict=True)) for row in batch])
    if writing.dialect.name == "postgresql" and "seq" in table.c:
        # The next row that the database numbers by itself comes behind those that brought their number along.
        last = sa.select(sa.func.max(table.c.seq)).scalar_subquery()
        sequence = sa.func.pg_get_serial_sequence(table.name, "seq")
        writing.execute(sa.select(sa.func.setval(sequence, sa.func.coalesce(last, 1), last.is_not(None))))


def _batches(connection: sa.Connection, table: sa.Table) -> Iterator[list[list[Any]]]:
    query = sa.select(table).order_by(*table.primary_key.columns)
    claimed = [index for index, column in enumerate(table.c) if column.name == "claimed_by"]
    with connection.execution_options(yield_per=_BATCH).execute(query) as result:
        for part in result.partitions():
            rows = [[_plain(value) for value in row] for row in part]
            for row in rows:
                for index in claimed:
                    row[index] = None
            yield rows


def _plain(value: Any) -> Any:
    return value.replace(_NUL, _SHOWN) if isinstance(value, str) and _NUL in value else value


def _compared(reading: sa.Connection, writing: sa.Connection, table: sa.Table) -> Sum:
    there, here = _sum(reading, table), _sum(writing, table)
    if there != here:
        raise LedgerError(
            f"The copy of {table.name} differs: {there.rows} rows here, {here.rows} there. Nothing was kept; stop whatever"
            " writes to either database, and copy again."
        )
    return here


def _sum(connection: sa.Connection, table: sa.Table) -> Sum:
    digest, count = hashlib.sha256(), 0
    for batch in _batches(connection, table):
        for row in batch:
            digest.update(to_json(row, bytes_mode="hex"))
            count += 1
    return Sum(count, digest.hexdigest())
