"""Finds what is open about an order among repairs."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    only = sa.text("state IN ('proposed', 'applied')")
    op.create_index("ix_repairs_open_order", "repairs", ["order_id"], sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    """Take it away."""
    op.drop_index("ix_repairs_open_order", "repairs")
