"""Evidence: blocks and checkpoints over the log, which from here on nobody can change; holds, and what was purged."""

import sqlalchemy as sa
from alembic import op

from gateway.ledger.column_types import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPEND_ONLY = ("events", "seals", "checkpoints", "purges")
WORDS = "the log is append-only: nothing in it is changed or deleted"


def upgrade() -> None:
    """Make the tables, and the triggers that keep the log as it is."""
    op.create_table(
        "seals",
        sa.Column("seq", SEQ, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=10), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("sealed_at", Moment(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_seals")),
        sa.UniqueConstraint("id", name=op.f("uq_seals_id")),
    )
    op.create_index(op.f("ix_seals_last"), "seals", ["last"], unique=False)
    op.create_table(
        "checkpoints",
        sa.Column("seq", SEQ, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=10), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("block", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("authority", sa.Text(), nullable=True),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_checkpoints")),
        sa.UniqueConstraint("id", name=op.f("uq_checkpoints_id")),
    )
    op.create_table(
        "holds",
        sa.Column("seq", SEQ, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=320), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.String(length=100), nullable=False),
        sa.Column("placed_at", Moment(), nullable=False),
        sa.Column("released_by", sa.String(length=100), nullable=True),
        sa.Column("released_at", Moment(), nullable=True),
        sa.Column("release_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_holds")),
        sa.UniqueConstraint("id", name=op.f("uq_holds_id")),
    )
    op.create_table(
        "purges",
        sa.Column("seq", SEQ, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("purged_by", sa.String(length=100), nullable=False),
        sa.Column("purged_at", Moment(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_purges")),
        sa.UniqueConstraint("id", name=op.f("uq_purges_id")),
    )
    _protect(op.get_bind().dialect.name)


def _protect(dialect: str) -> None:
    if dialect == "postgresql":
        op.execute(
            "CREATE FUNCTION gateway_append_only() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{WORDS}'; END $$"
        )
    for table in APPEND_ONLY:
        if dialect == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION gateway_append_only()"
            )
            continue
        for what in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
            )


def downgrade() -> None:
    """Take them away; the triggers of the tables that stay, too."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION gateway_append_only() CASCADE")
    else:
        for what in ("update", "delete"):
            op.execute(f"DROP TRIGGER events_no_{what}")
    for table in ("purges", "holds", "checkpoints", "seals"):
        op.drop_table(table)
