"""Fills a ledger quickly with documents like one that the gateway has stored by itself.

Every row that a document left is a pattern: what names the document in it (ids, numbers, digests) is replaced by what names the
n-th one, and the database multiplies the row. So the tables hold what they would hold, whatever the gateway stores today.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bench.scale.stores import say
from gateway.ledger.metadata import metadata
from gateway.ledger.tables import documents

PATTERN = 987_654_321  # The number of the document that is multiplied.
_CHUNK = 50_000
_PASSING = {"steps", "workers", "control_numbers", "sinks", "undelivered", "seals", "checkpoints", "holds", "purges"}
_numbers = sa.Table("bench_numbers", sa.MetaData(), sa.Column("n", sa.Integer, primary_key=True))


def name_of(n: int) -> dict[str, str]:
    """Return what names the n-th document: what can be searched for."""
    tracking_id = hashlib.md5(f"{n} tracking".encode()).hexdigest()
    return {"id": f"00{n:022x}-1", "transmission": f"00{n:022x}", "invoice": f"INV{n:08d}", "order": f"PO{n:08d}"} | {
        "tracking": tracking_id
    }


@dataclass
class Pattern:
    """The rows of one document, and what is replaced in them."""

    rows: list[tuple[sa.Table, dict[str, Any]]]
    tokens: dict[str, Callable[[Any, str], Any]]  # What is found, and the SQL that stands for it: of n and the dialect.

    def split(self, text: str) -> list[str]:
        """Cut a text at what is replaced."""
        return [part for part in re.split(f"({'|'.join(map(re.escape, self.tokens))})", text) if part]


def read_pattern(connection: sa.Connection) -> Pattern:
    """Read what the pattern document left in an otherwise small ledger."""
    document = connection.execute(sa.select(documents).where(documents.c.document_number == f"INV{PATTERN:08d}")).one()
    tokens: dict[str, Callable[[Any, str], Any]] = {
        document.transmission_id: lambda n, dialect: _after("00", _hex(n, dialect)),
        document.tracking_id: lambda n, _dialect: _md5(n, " tracking"),
        f"INV{PATTERN:08d}": lambda n, dialect: _after("INV", _digits(n, 8, dialect)),
        f"PO{PATTERN:08d}": lambda n, dialect: _after("PO", _digits(n, 8, dialect)),
        str(PATTERN): lambda n, dialect: _digits(n, 9, dialect),
    }
    rows: list[tuple[sa.Table, dict[str, Any]]] = []
    blobs = metadata.tables["blobs"]
    for table in metadata.sorted_tables:
        if table.name not in _PASSING and table is not blobs:
            found = (dict(row._mapping) for row in connection.execute(sa.select(table)))
            rows += [(table, row) for row in found if any(token in _text(row) for token in tokens)]
    kept = {word for _table, row in rows for word in re.findall(r"\b[0-9a-f]{64}\b", _text(row))}
    for number, digest in enumerate(sorted(kept)):
        tokens[digest] = lambda n, _dialect, salt=number: _md5(n, f" {salt}a").concat(_md5(n, f" {salt}b"))
    for row in connection.execute(sa.select(blobs).where(blobs.c.digest.in_(kept))):
        rows.append((blobs, dict(row._mapping)))
    return Pattern(rows, tokens)


def fill(engine: sa.Engine, pattern: Pattern, first: int, last: int) -> None:
    """Store the documents ``first`` to ``last - 1``."""
    with engine.connect().execution_options(writer=True) as connection:
        if engine.dialect.name == "sqlite":
            raw: Any = connection.connection.driver_connection
            raw.create_function("md5", 1, lambda text: hashlib.md5(text.encode()).hexdigest(), deterministic=True)
            raw.execute("pragma synchronous=off")
        _numbers.create(connection)
        connection.execute(sa.insert(_numbers), [{"n": n} for n in range(_CHUNK)])
        for begin in range(first, last, _CHUNK):
            for table, row in pattern.rows:
                connection.execute(
                    _multiplied(pattern, table, row, begin, min(last - begin, _CHUNK), engine.dialect.name)
                )
            connection.commit()
            say(f"filling: {min(begin + _CHUNK, last):,} of {last:,}")
        _numbers.drop(connection)
        connection.commit()
        connection.invalidate()  # It is not as durable as those of the gateway.


def _multiplied(pattern: Pattern, table: sa.Table, row: dict[str, Any], begin: int, count: int, dialect: str) -> Any:
    n = _numbers.c.n + begin
    names = [name for name in row if name != "seq"]
    values = [_value(pattern, table.c[name], row[name], n, dialect) for name in names]
    return sa.insert(table).from_select(names, sa.select(*values).where(_numbers.c.n < count))


def _value(pattern: Pattern, column: sa.Column[Any], value: Any, n: Any, dialect: str) -> Any:
    text = json.dumps(value) if isinstance(value, list | dict) else value
    if not isinstance(text, str) or not any(token in text for token in pattern.tokens):
        return sa.literal(value, column.type).label(column.name)
    parts = [pattern.tokens[part](n, dialect) if part in pattern.tokens else part for part in pattern.split(text)]
    made: Any = sa.literal("", sa.Text())
    for part in parts:
        made = made.concat(part)
    as_json = isinstance(value, list | dict) and dialect == "postgresql"
    return (sa.cast(made, sa.JSON()) if as_json else made).label(column.name)


def _text(row: dict[str, Any]) -> str:
    return json.dumps(row, default=str)


def _after(begin: str, text: Any) -> Any:
    return sa.literal(begin, sa.Text()).concat(text)


def _digits(n: Any, width: int, dialect: str) -> Any:
    if dialect == "sqlite":
        return sa.func.printf(f"%0{width}d", n, type_=sa.Text())
    return sa.func.lpad(sa.cast(n, sa.Text()), width, "0", type_=sa.Text())


def _hex(n: Any, dialect: str) -> Any:
    if dialect == "sqlite":
        return sa.func.printf("%022x", n, type_=sa.Text())
    return sa.func.lpad(sa.func.to_hex(n), 22, "0", type_=sa.Text())


def _md5(n: Any, salt: str) -> Any:
    return sa.func.md5(sa.cast(n, sa.Text()).concat(salt), type_=sa.Text())


def spread(size: int, count: int) -> Iterator[int]:
    """Yield numbers of stored documents from all over the ledger, the same ones each time."""
    return (int(number * 2654435761 % size) for number in range(1, count + 1))
