"""The table of alerts: who is to be told of a case, and what became of it."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.ledger.column_types import Moment
from gateway.ledger.metadata import metadata, row_number

alerts = sa.Table(
    "alerts",
    metadata,
    row_number(),
    sa.Column("id", sa.String(170), nullable=False, unique=True),
    sa.Column("case_id", sa.String(120), nullable=False, index=True),
    sa.Column("rule", sa.String(41), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("opened_at", Moment(), nullable=False),
    sa.Column("due_at", Moment(), nullable=False),
    sa.Column("mail", sa.String(32), nullable=False),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("first_tried_at", Moment()),
    sa.Column("note", sa.Text(), nullable=False),
    sa.Column("done_at", Moment()),
    sa.Column("case_closed_at", Moment()),
)
# Most alerts were sent. The literal lets the database see that the index serves the query.
ALERT_WAITS: sa.ColumnElement[bool] = alerts.c.state == sa.literal_column("'waiting'")
sa.Index("ix_alerts_due_at", alerts.c.due_at, sqlite_where=ALERT_WAITS, postgresql_where=ALERT_WAITS)
