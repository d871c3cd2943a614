"""Business numbers that must be unique, and the faults of envelopes."""

import sqlalchemy as sa
from alembic import op

from gateway.ledger.column_types import Moment, Rows

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table and the column."""
    op.create_table(
        "business_numbers",
        sa.Column("seq", SEQ, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=100), nullable=False),
        sa.Column("document_id", sa.String(length=80), nullable=False),
        sa.Column("partner", sa.String(length=41), nullable=False),
        sa.Column("place", sa.String(length=255), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_business_numbers")),
        sa.UniqueConstraint("id", name=op.f("uq_business_numbers_id")),
    )
    op.create_index(
        op.f("ix_business_numbers_value_partner_place"),
        "business_numbers",
        ["value", "partner", "place"],
        unique=False,
    )
    op.add_column("transmissions", sa.Column("faults", Rows(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("transmissions", "faults")
    op.drop_table("business_numbers")
