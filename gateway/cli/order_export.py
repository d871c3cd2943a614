"""Orders with their lines as CSV or Parquet, a row a line, written as they are read: any size needs little memory."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from gateway.errors import NotFound
from gateway.ledger.order_views import SqlOrderViews
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.order_views import OrderQuery
from gateway.tracking.order import Order, OrderLine
from gateway.trading.csv_table import marked

_TEXT, _DAY, _MOMENT, _FIGURE, _TRUTH = "text", "day", "moment", "figure", "truth"
# Field of an order -> column and what it holds; those of a line follow.
_ORDER: dict[str, tuple[str, str]] = {
    "id": ("order_id", _TEXT),
    "partner": ("partner", _TEXT),
    "role": ("role", _TEXT),
    "order_number": ("order_number", _TEXT),
    "release": ("release", _TEXT),
    "state": ("order_state", _TEXT),
    "verdict": ("verdict", _TEXT),
    "created_at": ("created_at", _MOMENT),
    "updated_at": ("updated_at", _MOMENT),
    "tracking_id": ("correlation_id", _TEXT),
    "currency": ("currency", _TEXT),
    "need_by": ("need_by", _DAY),
    "awaits_acknowledgment": ("awaits_acknowledgment", _TRUTH),
    "awaits_ship_notice": ("awaits_ship_notice", _TRUTH),
    "awaits_receipt": ("awaits_receipt", _TRUTH),
    "awaits_invoice": ("awaits_invoice", _TRUTH),
}
_LINE: dict[str, tuple[str, str]] = {
    "number": ("line", _TEXT),
    "state": ("line_state", _TEXT),
    "item": ("item", _TEXT),
    "unit": ("unit", _TEXT),
    "plant": ("plant", _TEXT),
    "price": ("price", _FIGURE),
    **{f"{name}_on": (f"{name}_on", _DAY) for name in ("wanted", "promised", "expected", "shipped", "received")},
    **{
        name: (name, _FIGURE)
        for name in (
            *("ordered", "promised", "backordered", "rejected", "shipped", "received", "refused", "held"),
            *("invoiced", "credited"),
        )
    },
}
COLUMNS: dict[str, str] = dict([*_ORDER.values(), *_LINE.values()])
_PORTION = 10_000  # Rows that are written together.
_DIGITS, _DECIMALS = 38, 10


class Sheet(Protocol):
    """Takes rows."""

    def write(self, rows: list[dict[str, Any]]) -> None:
        """Write some rows."""


async def export_orders(database: SqlLedger, query: OrderQuery, kind: str, path: Path) -> int:
    """Write orders with their lines to a file; return how many rows. An order without lines is one row.

    The file appears under its name when it is whole. Raises NotFound where Parquet can't be written here.
    """
    count, rows = 0, list[dict[str, Any]]()
    being_written = path.with_name(f".{path.name}.part")
    try:
        with _sheet(kind, being_written) as sheet:
            async for order, lines in SqlOrderViews(database).with_lines(query):
                rows += [_row(order, line) for line in lines] or [_row(order, None)]
                if len(rows) >= _PORTION:
                    sheet.write(rows)
                    count, rows = count + len(rows), []
            sheet.write(rows)
        being_written.replace(path)
    finally:
        being_written.unlink(missing_ok=True)
    return count + len(rows)


def _row(order: Order, line: OrderLine | None) -> dict[str, Any]:
    row = {column: getattr(order, name) for name, (column, _kind) in _ORDER.items()}
    return row | {column: getattr(line, name) if line else None for name, (column, _kind) in _LINE.items()}


@contextmanager
def _sheet(kind: str, path: Path) -> Iterator[Sheet]:
    if kind == "parquet":
        with _parquet(path) as sheet:
            yield sheet
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        yield _Csv(file)


class _Csv:
    """RFC 4180. Figures are written as they were said, times as ISO 8601, and nothing for nothing.

    A text of others that a spreadsheet would take for a formula has a ' before it, as spreadsheets mark text.
    """

    def __init__(self, file: Any) -> None:
        self._writer = csv.DictWriter(file, list(COLUMNS))
        self._writer.writeheader()

    def write(self, rows: list[dict[str, Any]]) -> None:
        """Write some rows."""
        self._writer.writerows({name: _text(row[name], kind) for name, kind in COLUMNS.items()} for row in rows)


def _text(value: Any, kind: str) -> str:
    if value is None:
        return ""
    if kind in (_DAY, _MOMENT):
        return str(value.isoformat())
    if kind == _TRUTH:
        return "true" if value else "false"
    if kind == _FIGURE:
        return f"{value:f}"
    return marked(str(value))


@contextmanager
def _parquet(path: Path) -> Iterator[Sheet]:
    try:
        import pyarrow  # An extra: no one else needs its forty megabytes.
        import pyarrow.parquet
    except ModuleNotFoundError:
        words = "Parquet needs a package that is not installed. Install partner-gateway[parquet], or use --csv."
        raise NotFound(words) from None
    types = {
        _TEXT: pyarrow.string(),
        _DAY: pyarrow.date32(),
        _MOMENT: pyarrow.timestamp("us", tz="UTC"),
        _FIGURE: pyarrow.decimal128(_DIGITS, _DECIMALS),
        _TRUTH: pyarrow.bool_(),
    }
    schema = pyarrow.schema([(name, types[kind]) for name, kind in COLUMNS.items()])
    with pyarrow.parquet.ParquetWriter(path, schema) as writer:
        yield _Parquet(pyarrow, writer, schema)


class _Parquet:
    """Figures are DECIMAL(38, 10), days DATE, times TIMESTAMP in UTC."""

    def __init__(self, library: Any, writer: Any, schema: Any) -> None:
        self._library, self._writer, self._schema = library, writer, schema

    def write(self, rows: list[dict[str, Any]]) -> None:
        """Write some rows as a group of their own."""
        if not rows:
            return
        try:
            self._writer.write_table(self._library.Table.from_pylist(rows, schema=self._schema))
        except self._library.ArrowInvalid as error:
            words = (
                f"A figure does not fit into {_DIGITS} digits with {_DECIMALS} behind the point ({error}). Use --csv."
            )
            raise NotFound(words) from None
