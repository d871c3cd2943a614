"""The table of promises, and of the numbers that each sender of interchanges has come to."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.ledger.column_types import Moment
from gateway.ledger.metadata import metadata, row_number

promises = sa.Table(
    "promises",
    metadata,
    row_number(),
    sa.Column("id", sa.String(120), nullable=False, unique=True),
    sa.Column("subject", sa.String(100), nullable=False, index=True),
    sa.Column("partner", sa.String(41), nullable=False),
    sa.Column("what", sa.String(20), nullable=False),
    sa.Column("owed_by", sa.String(8), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("made_at", Moment(), nullable=False),
    sa.Column("due_at", Moment(), nullable=False),
    sa.Column("tracking_id", sa.String(32), nullable=False),
    sa.Column("order_number", sa.String(255)),
    sa.Column("answer", sa.String(80)),
    sa.Column("settled_at", Moment()),
    sa.Column("resends_left", sa.Integer(), nullable=False),
    sa.Column("escalates_at", Moment()),
    sa.Column("warns_at", Moment()),
    sa.Column("detail", sa.Text()),
    sa.Index(None, "partner", "due_at"),
)
# Most promises are settled. The words stand in the SQL, so that the database sees that the indexes serve the queries.
OPEN: sa.ColumnElement[bool] = promises.c.state.in_([sa.literal_column("'waiting'"), sa.literal_column("'broken'")])
_ordered = sa.and_(OPEN, promises.c.order_number.is_not(None))
sa.Index(
    "ix_promises_order",
    promises.c.order_number,
    promises.c.partner,
    promises.c.what,
    sqlite_where=_ordered,
    postgresql_where=_ordered,
)
_answered = sa.and_(OPEN, promises.c.answer.is_not(None))
sa.Index("ix_promises_answer", promises.c.answer, sqlite_where=_answered, postgresql_where=_answered)
sa.Index("ix_promises_open", promises.c.owed_by, promises.c.seq, sqlite_where=OPEN, postgresql_where=OPEN)

# How far the numbers of a sender have come, where an agreement wants them to be watched.
number_series = sa.Table(
    "number_series",
    metadata,
    row_number(),
    sa.Column("id", sa.String(160), nullable=False, unique=True),
    sa.Column("partner", sa.String(41), nullable=False),
    sa.Column("last", sa.BigInteger(), nullable=False),
    sa.Column("seen_in", sa.String(80), nullable=False),
    sa.Column("seen_at", Moment(), nullable=False),
)
