"""The tables of master data, their versions, and what orders wait for to become known."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.ledger.column_types import Exact, Moment, Rows
from gateway.ledger.metadata import metadata, row_number


def _standing() -> tuple[sa.Column[str], sa.Column[int]]:
    return sa.Column("state", sa.String(10), nullable=False), sa.Column("version", sa.Integer(), nullable=False)


items = sa.Table(
    "items",
    metadata,
    row_number(),
    sa.Column("id", sa.String(80), nullable=False, unique=True),
    sa.Column("base_unit", sa.String(60)),
    sa.Column("item_class", sa.String(80)),
    sa.Column("words", sa.String(500)),
    *_standing(),
)

cross_references = sa.Table(
    "cross_references",
    metadata,
    row_number(),
    sa.Column("id", sa.String(200), nullable=False, unique=True),
    sa.Column("item", sa.String(80), nullable=False, index=True),
    sa.Column("partner", sa.String(41), nullable=False),
    sa.Column("kind", sa.String(60), nullable=False),
    sa.Column("value", sa.String(80), nullable=False),
    *_standing(),
    sa.Index(None, "value", "partner"),
)

conversions = sa.Table(
    "conversions",
    metadata,
    row_number(),
    sa.Column("id", sa.String(210), nullable=False, unique=True),
    sa.Column("item", sa.String(80), nullable=False, index=True),
    sa.Column("unit", sa.String(60), nullable=False),
    sa.Column("into", sa.String(60), nullable=False),
    sa.Column("quantity", Exact(), nullable=False),
    *_standing(),
)

locations = sa.Table(
    "locations",
    metadata,
    row_number(),
    sa.Column("id", sa.String(80), nullable=False, unique=True),
    sa.Column("name", sa.String(200)),
    sa.Column("zone", sa.String(60)),
    sa.Column("calendar", sa.String(60)),
    *_standing(),
)

master_changes = sa.Table(
    "master_changes",
    metadata,
    row_number(),
    sa.Column("id", sa.String(60), nullable=False, unique=True),
    sa.Column("change_set", sa.String(40), nullable=False, index=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("entry", sa.String(210), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("changed_at", Moment(), nullable=False),
    sa.Column("changed_by", sa.String(60), nullable=False),
    sa.Column("tracking_id", sa.String(32), nullable=False),
    sa.Column("before", sa.JSON(), nullable=False),
    sa.Column("after", sa.JSON(), nullable=False),
    sa.Column("names", Rows(), nullable=False),
    sa.Index(None, "entry", "kind"),
)

unknowns = sa.Table(
    "unknowns",
    metadata,
    row_number(),
    sa.Column("id", sa.String(480), nullable=False, unique=True),
    sa.Column("order_id", sa.String(320), nullable=False, index=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("is_open", sa.Boolean(), nullable=False),
    sa.Column("tried", sa.String(40), nullable=False),
)
# Most become known.
OPEN: sa.ColumnElement[bool] = unknowns.c.is_open.is_(sa.true())
_wanted = (unknowns.c.name, unknowns.c.tried)
sa.Index("ix_unknowns_name", *_wanted, sqlite_where=OPEN, postgresql_where=OPEN)
