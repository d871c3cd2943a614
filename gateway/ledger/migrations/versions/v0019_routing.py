"""Which of several ERPs an order is with, and which one gets a document."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what is there already goes on as its agreement says."""
    for table in ("documents", "orders"):
        op.add_column(table, sa.Column("erp", sa.String(length=41), nullable=True))


def downgrade() -> None:
    """Take them away."""
    for table in ("documents", "orders"):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("erp")
