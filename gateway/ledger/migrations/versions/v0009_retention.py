"""Retention: when the bytes of a transmission were purged, when bytes were last kept, and what is held."""

import sqlalchemy as sa
from alembic import op

from gateway.ledger.column_types import Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, and the index over what is held."""
    op.add_column("transmissions", sa.Column("purged_at", Moment(), nullable=True))
    op.add_column("blobs", sa.Column("kept_at", Moment(), nullable=True))
    held = sa.text("released_at IS NULL")
    op.create_index("ix_holds_held", "holds", ["id"], unique=False, sqlite_where=held, postgresql_where=held)


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_holds_held", table_name="holds")
    for table, column in (("blobs", "kept_at"), ("transmissions", "purged_at")):
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)
