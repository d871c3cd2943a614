"""Several workers: who works on a step, who is there, and on PostgreSQL the alarms that procrastinate keeps."""

import sqlalchemy as sa
from alembic import op

from gateway.ledger.column_types import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the column."""
    op.create_table(
        "workers",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("process", sa.Integer(), nullable=False),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workers")),
    )
    op.add_column("steps", sa.Column("claimed_by", sa.String(length=40), nullable=True))
    op.create_index(
        "ix_steps_claimed_by",
        "steps",
        ["claimed_by"],
        unique=False,
        sqlite_where=sa.text("claimed_by IS NOT NULL"),
        postgresql_where=sa.text("claimed_by IS NOT NULL"),
    )
    if op.get_bind().dialect.name == "postgresql":
        _alarms()


def _alarms() -> None:
    """Make the tables of procrastinate, unless somebody else on this database has made them."""
    from procrastinate.schema import SchemaManager

    connection = op.get_bind()
    if not sa.inspect(connection).has_table("procrastinate_jobs"):
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute(
            SchemaManager.get_schema()
        )  # The driver takes many statements at once only when it is given no values.
    op.execute(
        "CREATE INDEX IF NOT EXISTS ix_procrastinate_jobs_gateway_step ON procrastinate_jobs ((args->>'step'))"
        " WHERE status IN ('todo', 'doing')"
    )


def downgrade() -> None:
    """Take them away; the tables of procrastinate stay, because others may use them."""
    op.drop_index("ix_steps_claimed_by", "steps")
    with op.batch_alter_table("steps") as steps:
        steps.drop_column("claimed_by")
    op.drop_table("workers")
