"""The tables of reconciliation: its runs, and what each found with the repair that is proposed."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.ledger.column_types import Exact, Moment, Rows
from gateway.ledger.metadata import metadata, row_number

reconciliations = sa.Table(
    "reconciliations",
    metadata,
    row_number(),
    sa.Column("id", sa.String(80), nullable=False, unique=True),
    sa.Column("trigger", sa.String(20), nullable=False),
    sa.Column("asked_by", sa.String(60), nullable=False),
    sa.Column("began_at", Moment(), nullable=False),
    sa.Column("ended_at", Moment(), nullable=False),
    sa.Column("tracking_id", sa.String(32), nullable=False),
    sa.Column("partner", sa.String(41)),
    sa.Column("reports", Rows(), nullable=False),
    *(
        sa.Column(name, sa.Integer(), nullable=False)
        for name in ("lines", "differ", "stored", "dismissed", "healed", "strangers")
    ),
    sa.Column("unknown", Rows(), nullable=False),
)

repairs = sa.Table(
    "repairs",
    metadata,
    row_number(),
    sa.Column("id", sa.String(100), nullable=False, unique=True),
    sa.Column("run_id", sa.String(80), nullable=False),
    sa.Column("number", sa.Integer(), nullable=False),
    sa.Column("about", sa.String(440), nullable=False),
    sa.Column("order_id", sa.String(320), nullable=False),
    sa.Column("order_number", sa.String(255), nullable=False),
    sa.Column("partner", sa.String(41), nullable=False),
    sa.Column("line", sa.String(80), nullable=False),
    sa.Column("system", sa.String(41), nullable=False),
    sa.Column("figure", sa.String(20), nullable=False),
    sa.Column("here", Exact(), nullable=False),
    sa.Column("there", Exact(), nullable=False),
    sa.Column("reported", sa.Boolean(), nullable=False),
    sa.Column("found_at", Moment(), nullable=False, index=True),
    sa.Column("tracking_id", sa.String(32), nullable=False),
    sa.Column("proof", Rows(), nullable=False),
    sa.Column("proposal", sa.Text(), nullable=False),
    sa.Column("deliver", Rows(), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("decided_at", Moment()),
    sa.Column("decided_by", sa.String(60)),
    sa.Column("reason", sa.Text()),
    sa.Column("replay", sa.String(40)),
    sa.Index(None, "run_id", "number"),
)
# Only the newest run with a report has open repairs; and few are dismissed.
OPEN_REPAIR: sa.ColumnElement[bool] = repairs.c.state.in_(
    [sa.literal_column("'proposed'"), sa.literal_column("'applied'")]
)
sa.Index("ix_repairs_open", repairs.c.system, sqlite_where=OPEN_REPAIR, postgresql_where=OPEN_REPAIR)
sa.Index("ix_repairs_open_order", repairs.c.order_id, sqlite_where=OPEN_REPAIR, postgresql_where=OPEN_REPAIR)
DISMISSED: sa.ColumnElement[bool] = repairs.c.state == sa.literal_column("'dismissed'")
sa.Index("ix_repairs_dismissed", repairs.c.about, sqlite_where=DISMISSED, postgresql_where=DISMISSED)
