"""The tables of those to whom events are passed on: how far each has come, and what it did not take."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.ledger.column_types import Moment
from gateway.ledger.metadata import metadata, row_number

sinks = sa.Table(
    "sinks",
    metadata,
    sa.Column("name", sa.String(60), primary_key=True),
    sa.Column("position", sa.BigInteger(), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("detail", sa.Text(), nullable=False),
    sa.Column("since", Moment(), nullable=False),
)

undelivered = sa.Table(
    "undelivered",
    metadata,
    row_number(),
    sa.Column("id", sa.String(120), nullable=False, unique=True),
    sa.Column("sink", sa.String(60), nullable=False),
    sa.Column("position", sa.BigInteger(), nullable=False),
    sa.Column("event_id", sa.String(60), nullable=False),
    sa.Column("type", sa.String(40), nullable=False),
    sa.Column("key", sa.String(400), nullable=False),
    sa.Column("body", sa.Text(), nullable=False),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("first_tried_at", Moment(), nullable=False),
    sa.Column("due_at", Moment()),
    sa.Column("detail", sa.Text(), nullable=False),
    sa.Column("died_at", Moment()),
    sa.Index(None, "sink", "key", "position"),
)
