"""How far each open case was from the worst when its risk was last looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column and the index; ranks are given while the gateway runs."""
    op.add_column("cases", sa.Column("rank", sa.SmallInteger()))
    only = sa.text("closed_at IS NULL")
    columns = ["closed_at", "rank", "seq"]
    op.create_index("ix_cases_open_rank", "cases", columns, sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_cases_open_rank", table_name="cases")
    with op.batch_alter_table("cases") as cases:
        cases.drop_column("rank")
