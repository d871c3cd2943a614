"""Indexes that find the lines of an item or a plant that are not over."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NAMES = ("item", "plant")


def upgrade() -> None:
    """Make the indexes."""
    only = sa.text("state NOT IN ('cancelled', 'closed', 'matched', 'rejected')")
    for name in NAMES:
        columns = [name, "wanted_on", "id"]
        op.create_index(f"ix_order_lines_open_{name}", "order_lines", columns, sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    """Take them away."""
    for name in NAMES:
        op.drop_index(f"ix_order_lines_open_{name}", table_name="order_lines")
