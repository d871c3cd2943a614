"""Runs of reconciliation with their reports, and what each found with the repair that is proposed."""

import sqlalchemy as sa
from alembic import op

from gateway.ledger.column_types import Exact, Moment, Rows

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "reconciliations",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("trigger", sa.String(20), nullable=False),
        sa.Column("asked_by", sa.String(60), nullable=False),
        sa.Column("began_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=False),
        sa.Column("tracking_id", sa.String(32), nullable=False),
        sa.Column("partner", sa.String(41)),
        sa.Column("reports", Rows(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("differ", sa.Integer(), nullable=False),
        sa.Column("stored", sa.Integer(), nullable=False),
        sa.Column("dismissed", sa.Integer(), nullable=False),
        sa.Column("healed", sa.Integer(), nullable=False),
        sa.Column("strangers", sa.Integer(), nullable=False),
        sa.Column("unknown", Rows(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_reconciliations"),
        sa.UniqueConstraint("id", name="uq_reconciliations_id"),
    )
    op.create_table(
        "repairs",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(100), nullable=False),
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
        sa.Column("found_at", Moment(), nullable=False),
        sa.Column("tracking_id", sa.String(32), nullable=False),
        sa.Column("proof", Rows(), nullable=False),
        sa.Column("proposal", sa.Text(), nullable=False),
        sa.Column("deliver", Rows(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("decided_at", Moment()),
        sa.Column("decided_by", sa.String(60)),
        sa.Column("reason", sa.Text()),
        sa.Column("replay", sa.String(40)),
        sa.PrimaryKeyConstraint("seq", name="pk_repairs"),
        sa.UniqueConstraint("id", name="uq_repairs_id"),
    )
    op.create_index("ix_repairs_run_id_number", "repairs", ["run_id", "number"])
    op.create_index("ix_repairs_found_at", "repairs", ["found_at"])
    for name, column, words in (
        ("open", "system", "state IN ('proposed', 'applied')"),
        ("dismissed", "about", "state = 'dismissed'"),
    ):
        only = sa.text(words)
        op.create_index(f"ix_repairs_{name}", "repairs", [column], sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    """Take them away."""
    op.drop_table("repairs")
    op.drop_table("reconciliations")
