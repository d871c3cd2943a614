"""Mails about cases: who is to be told of which one, and what became of it."""

import sqlalchemy as sa
from alembic import op

from gateway.ledger.column_types import Moment

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "alerts",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(170), nullable=False),
        sa.Column("case_id", sa.String(120), nullable=False),
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
        sa.PrimaryKeyConstraint("seq", name="pk_alerts"),
        sa.UniqueConstraint("id", name="uq_alerts_id"),
    )
    op.create_index("ix_alerts_case_id", "alerts", ["case_id"])
    only = sa.text("state = 'waiting'")
    op.create_index("ix_alerts_due_at", "alerts", ["due_at"], sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    """Take it away."""
    op.drop_table("alerts")
