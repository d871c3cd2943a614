"""Those to whom events are passed on: how far each has come, and what it did not take."""

import sqlalchemy as sa
from alembic import op

from gateway.ledger.column_types import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "sinks",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sinks")),
    )
    op.create_table(
        "undelivered",
        sa.Column("seq", SEQ, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("sink", sa.String(length=60), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(length=60), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_tried_at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("died_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_undelivered")),
        sa.UniqueConstraint("id", name=op.f("uq_undelivered_id")),
    )
    op.create_index(op.f("ix_undelivered_sink_key_position"), "undelivered", ["sink", "key", "position"], unique=False)


def downgrade() -> None:
    """Take them away."""
    op.drop_table("undelivered")
    op.drop_table("sinks")
