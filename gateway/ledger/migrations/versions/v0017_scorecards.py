"""Indexes for the scorecards of suppliers: what one of them sent in a period, and which of its lines were wanted in it."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

LINES = "ix_order_lines_partner_wanted_on"


def upgrade() -> None:
    """Make the indexes."""
    only = sa.text("wanted_on IS NOT NULL")
    op.create_index(LINES, "order_lines", ["partner", "wanted_on"], sqlite_where=only, postgresql_where=only)
    op.create_index(op.f("ix_documents_partner_id"), "documents", ["partner", "id"], unique=False)


def downgrade() -> None:
    """Take them away."""
    op.drop_index(op.f("ix_documents_partner_id"), table_name="documents")
    op.drop_index(LINES, table_name="order_lines")
