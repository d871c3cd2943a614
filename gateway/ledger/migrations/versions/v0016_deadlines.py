"""When a warning is due before a promise is, and an index for the scorecards of suppliers."""

import sqlalchemy as sa
from alembic import op

from gateway.ledger.column_types import Moment

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column and the index."""
    op.add_column("promises", sa.Column("warns_at", Moment()))
    op.create_index(op.f("ix_promises_partner_due_at"), "promises", ["partner", "due_at"], unique=False)


def downgrade() -> None:
    """Take them away."""
    op.drop_index(op.f("ix_promises_partner_due_at"), table_name="promises")
    op.drop_column("promises", "warns_at")
