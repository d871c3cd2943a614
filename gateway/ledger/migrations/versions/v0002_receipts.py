"""Receipts of every transport."""

import sqlalchemy as sa
from alembic import op

from gateway.ledger.column_types import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "receipts",
        sa.Column("seq", SEQ, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("partner", sa.String(length=41), nullable=True),
        sa.Column("transport", sa.String(length=20), nullable=False),
        sa.Column("message_id", sa.String(length=998), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("tracking_id", sa.String(length=32), nullable=False),
        sa.Column("transmission_id", sa.String(length=80), nullable=True),
        sa.Column("disposition", sa.Text(), nullable=True),
        sa.Column("mic", sa.String(length=100), nullable=True),
        sa.Column("mic_algorithm", sa.String(length=20), nullable=True),
        sa.Column("reply_to", sa.Text(), nullable=True),
        sa.Column("receipt", sa.String(length=64), nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("received_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_receipts")),
        sa.UniqueConstraint("id", name=op.f("uq_receipts_id")),
    )
    op.create_index(op.f("ix_receipts_message_id_source"), "receipts", ["message_id", "source"], unique=False)
    op.create_index(
        "ix_receipts_transmission_id",
        "receipts",
        ["transmission_id"],
        unique=False,
        sqlite_where=sa.text("transmission_id IS NOT NULL"),
        postgresql_where=sa.text("transmission_id IS NOT NULL"),
    )
    op.create_index(
        "ix_receipts_due_at",
        "receipts",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'owed')"),
        postgresql_where=sa.text("state IN ('waiting', 'owed')"),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("receipts")
