"""The tables of evidence: blocks over the log of events, checkpoints, holds, and what was purged."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.ledger.column_types import Moment
from gateway.ledger.metadata import metadata, row_number

# With events, checkpoints and purges they can only be added to: triggers refuse the rest.
seals = sa.Table(
    "seals",
    metadata,
    row_number(),
    sa.Column("id", sa.String(10), nullable=False, unique=True),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("root", sa.String(64), nullable=False),
    sa.Column("first", sa.BigInteger(), nullable=False),
    sa.Column("last", sa.BigInteger(), nullable=False, index=True),
    sa.Column("count", sa.Integer(), nullable=False),
    sa.Column("sealed_at", Moment(), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("leaves", sa.LargeBinary(), nullable=False),
)

checkpoints = sa.Table(
    "checkpoints",
    metadata,
    row_number(),
    sa.Column("id", sa.String(10), nullable=False, unique=True),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("block", sa.BigInteger(), nullable=False),
    sa.Column("block_hash", sa.String(64), nullable=False),
    sa.Column("made_at", Moment(), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("authority", sa.Text()),
    sa.Column("token", sa.LargeBinary()),
)

holds = sa.Table(
    "holds",
    metadata,
    row_number(),
    sa.Column("id", sa.String(320), nullable=False, unique=True),
    sa.Column("reason", sa.Text(), nullable=False),
    sa.Column("placed_by", sa.String(100), nullable=False),
    sa.Column("placed_at", Moment(), nullable=False),
    sa.Column("released_by", sa.String(100)),
    sa.Column("released_at", Moment()),
    sa.Column("release_reason", sa.Text()),
)
# Few are held at a time.
HELD: sa.ColumnElement[bool] = holds.c.released_at.is_(None)
sa.Index("ix_holds_held", holds.c.id, sqlite_where=HELD, postgresql_where=HELD)

purges = sa.Table(
    "purges",
    metadata,
    row_number(),
    sa.Column("id", sa.String(64), nullable=False, unique=True),
    sa.Column("subject", sa.String(80), nullable=False),
    sa.Column("reason", sa.Text(), nullable=False),
    sa.Column("purged_by", sa.String(100), nullable=False),
    sa.Column("purged_at", Moment(), nullable=False),
    sa.Column("size", sa.BigInteger(), nullable=False),
)
