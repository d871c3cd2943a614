"""Indexes for mailboxes, which are looked into again and again."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_SFTP = sa.text("transport = 'sftp'")


def upgrade() -> None:
    """Make the indexes."""
    for table in ("transmissions", "receipts"):
        columns = ["partner", "direction", "created_at"]
        op.create_index(f"ix_{table}_sftp", table, columns, unique=False, sqlite_where=_SFTP, postgresql_where=_SFTP)


def downgrade() -> None:
    """Take them away."""
    for table in ("transmissions", "receipts"):
        op.drop_index(f"ix_{table}_sftp", table_name=table)
