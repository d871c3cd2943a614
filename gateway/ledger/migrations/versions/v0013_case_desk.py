"""Who works on a case, its root cause, and what people said about it."""

import sqlalchemy as sa
from alembic import op

from gateway.ledger.column_types import Moment

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns and a table. The cases of before are of one root with those of their cause and partner."""
    op.add_column("cases", sa.Column("root", sa.String(200), nullable=False, server_default=""))
    op.add_column("cases", sa.Column("assignee", sa.String(60)))
    op.execute("UPDATE cases SET root = cause || CASE WHEN partner IS NULL THEN '' ELSE ':' || partner END")
    only = sa.text("closed_at IS NULL")
    op.create_index("ix_cases_open_root", "cases", ["root", "seq"], sqlite_where=only, postgresql_where=only)
    op.create_table(
        "case_notes",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("case_id", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("person", sa.String(60), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("about", sa.String(64), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("seq", name="pk_case_notes"),
        sa.UniqueConstraint("id", name="uq_case_notes_id"),
    )
    op.create_index("ix_case_notes_case_id", "case_notes", ["case_id"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("case_notes")
    op.drop_index("ix_cases_open_root", table_name="cases")
    with op.batch_alter_table("cases") as batch:
        batch.drop_column("assignee")
        batch.drop_column("root")
