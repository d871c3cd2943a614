"""The tables of orders: what was said about each, and what it came to."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.ledger.column_types import Exact, Moment, Rows
from gateway.ledger.metadata import metadata, row_number

orders = sa.Table(
    "orders",
    metadata,
    row_number(),
    sa.Column("id", sa.String(320), nullable=False, unique=True),
    sa.Column("partner", sa.String(41), nullable=False),
    sa.Column("role", sa.String(8), nullable=False),
    sa.Column("order_number", sa.String(255), nullable=False, index=True),
    sa.Column("release", sa.String(255), nullable=False, server_default=""),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("created_at", Moment(), nullable=False),
    sa.Column("updated_at", Moment(), nullable=False),
    sa.Column("tracking_id", sa.String(32), nullable=False, server_default=""),
    sa.Column("verdict", sa.String(10), nullable=False, server_default="clean"),
    sa.Column("plant", sa.String(80)),
    sa.Column("currency", sa.String(10)),
    sa.Column("value", Exact(), nullable=False, server_default="0"),
    sa.Column("need_by", sa.Date()),
    sa.Index(None, "state", "seq"),
    sa.Index(None, "partner", "seq"),
)
# Few orders need somebody.
_unclean = orders.c.verdict.in_([sa.literal_column("'outside'"), sa.literal_column("'waiting'")])
sa.Index("ix_orders_unclean", orders.c.verdict, orders.c.seq, sqlite_where=_unclean, postgresql_where=_unclean)

order_lines = sa.Table(
    "order_lines",
    metadata,
    row_number(),
    sa.Column("id", sa.String(400), nullable=False, unique=True),
    sa.Column("order_id", sa.String(320), nullable=False, index=True),
    sa.Column("partner", sa.String(41), nullable=False),
    sa.Column("role", sa.String(8), nullable=False),
    sa.Column("number", sa.String(80), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("updated_at", Moment(), nullable=False),
    sa.Column("item", sa.String(255), nullable=False, index=True),
    sa.Column("items", Rows(), nullable=False),
    sa.Column("unit", sa.String(60)),
    sa.Column("plant", sa.String(80)),
    *(sa.Column(name, Exact(), nullable=False, server_default="0") for name in ("ordered", "promised")),
    sa.Column("price", Exact()),
    *(sa.Column(f"{name}_on", sa.Date()) for name in ("wanted", "promised", "expected", "shipped", "received")),
    *(
        sa.Column(name, Exact(), nullable=False, server_default="0")
        for name in ("backordered", "rejected", "shipped", "received", "refused", "held", "invoiced", "credited")
    ),
)

statements = sa.Table(
    "statements",
    metadata,
    row_number(),
    sa.Column("id", sa.String(400), nullable=False, unique=True),
    sa.Column("order_id", sa.String(320), nullable=False, index=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("number", sa.String(255), nullable=False),
    sa.Column("purpose", sa.String(20), nullable=False),
    sa.Column("said_at", Moment(), nullable=False),
    sa.Column("came_at", Moment(), nullable=False),
    sa.Column("source", sa.String(60), nullable=False),
    sa.Column("subject", sa.String(80), nullable=False, index=True),
    sa.Column("tracking_id", sa.String(32), nullable=False),
    sa.Column("head", sa.JSON(), nullable=False),
    sa.Column("lines", Rows(), nullable=False),
    sa.Index(None, "number", "kind"),
)

matches = sa.Table(
    "matches",
    metadata,
    row_number(),
    sa.Column("id", sa.String(400), nullable=False, unique=True),
    sa.Column("order_id", sa.String(320), nullable=False, index=True),
    sa.Column("partner", sa.String(41), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("number", sa.String(255), nullable=False),
    sa.Column("subject", sa.String(80), nullable=False, index=True),
    sa.Column("verdict", sa.String(10), nullable=False),
    sa.Column("came_at", Moment(), nullable=False),
    sa.Column("judged_at", Moment(), nullable=False),
    sa.Column("findings", Rows(), nullable=False),
)
_open = matches.c.verdict.in_([sa.literal_column("'outside'"), sa.literal_column("'waiting'")])
sa.Index("ix_matches_open", matches.c.verdict, matches.c.seq, sqlite_where=_open, postgresql_where=_open)
