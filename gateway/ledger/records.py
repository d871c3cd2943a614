"""Which record lives in which table, and back. A record's fields are the table's columns, name for name (a test checks)."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

import sqlalchemy as sa

from gateway.ledger import tables
from gateway.tracking.business_number import BusinessNumber
from gateway.tracking.case import Case
from gateway.tracking.case_note import CaseNote
from gateway.tracking.chain import Checkpoint, Seal
from gateway.tracking.document import Document
from gateway.tracking.event import Event
from gateway.tracking.master import Conversion, CrossReference, Item, Location, MasterChange, Unknown
from gateway.tracking.numbering import NumberSeries
from gateway.tracking.order import Match, Order, OrderLine
from gateway.tracking.order_totals import OrderTotal
from gateway.tracking.promise import Promise
from gateway.tracking.receipt import Receipt
from gateway.tracking.reconciliation import Reconciliation, Repair
from gateway.tracking.release import Release
from gateway.tracking.retention import Hold, Purge
from gateway.tracking.thread.statement import Statement
from gateway.tracking.transmission import Transmission

R = TypeVar("R")

TABLE_OF: dict[type[Any], sa.Table] = {
    Transmission: tables.transmissions,
    Document: tables.documents,
    Case: tables.cases,
    CaseNote: tables.case_notes,
    Order: tables.orders,
    OrderLine: tables.order_lines,
    Statement: tables.statements,
    Match: tables.matches,
    OrderTotal: tables.order_totals,
    Event: tables.events,
    Item: tables.items,
    CrossReference: tables.cross_references,
    Conversion: tables.conversions,
    Location: tables.locations,
    MasterChange: tables.master_changes,
    Unknown: tables.unknowns,
    Receipt: tables.receipts,
    BusinessNumber: tables.business_numbers,
    Promise: tables.promises,
    NumberSeries: tables.number_series,
    Release: tables.releases,
    Reconciliation: tables.reconciliations,
    Repair: tables.repairs,
    Seal: tables.seals,
    Checkpoint: tables.checkpoints,
    Hold: tables.holds,
    Purge: tables.purges,
}


_NAMES = {kind: tuple(field.name for field in fields(kind)) for kind in TABLE_OF}
_COLUMNS = {kind: tuple(table.c[name] for name in _NAMES[kind]) for kind, table in TABLE_OF.items()}


def columns_of(kind: type[Any]) -> tuple[sa.Column[Any], ...]:
    """Return the columns that make a record, in the order of its fields."""
    return _COLUMNS[kind]


def from_row(kind: type[R], row: Any) -> R:
    """Make a record of the values of `columns_of`."""
    return kind(*row)
