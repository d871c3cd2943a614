"""What is owed for documents, how far senders have counted, and how a document was sent on its way again."""

import sqlalchemy as sa
from alembic import op

from gateway.ledger.column_types import Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = "state IN ('waiting', 'broken')"
INDEXES = {
    "ix_promises_order": (["order_number", "partner", "what"], f"{OPEN} AND order_number IS NOT NULL"),
    "ix_promises_answer": (["answer"], f"{OPEN} AND answer IS NOT NULL"),
    "ix_promises_open": (["owed_by", "seq"], OPEN),
}
AGAIN = {"delivery_key": 100, "delivered": 64, "replay": 40}


def upgrade() -> None:
    """Make the tables and the columns."""
    op.create_table(
        "promises",
        sa.Column("seq", SEQ, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("partner", sa.String(length=41), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("owed_by", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("tracking_id", sa.String(length=32), nullable=False),
        sa.Column("order_number", sa.String(length=255), nullable=True),
        sa.Column("answer", sa.String(length=80), nullable=True),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.Column("resends_left", sa.Integer(), nullable=False),
        sa.Column("escalates_at", Moment(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_promises")),
        sa.UniqueConstraint("id", name=op.f("uq_promises_id")),
    )
    op.create_index(op.f("ix_promises_subject"), "promises", ["subject"], unique=False)
    for name, (columns, where) in INDEXES.items():
        only = sa.text(where)
        op.create_index(name, "promises", columns, unique=False, sqlite_where=only, postgresql_where=only)
    op.create_table(
        "number_series",
        sa.Column("seq", SEQ, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=160), nullable=False),
        sa.Column("partner", sa.String(length=41), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("seen_in", sa.String(length=80), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_number_series")),
        sa.UniqueConstraint("id", name=op.f("uq_number_series_id")),
    )
    for name, length in AGAIN.items():
        op.add_column("documents", sa.Column(name, sa.String(length=length), nullable=True))
    _carry_over()


def _carry_over() -> None:
    """Make promises of what is owed already: acknowledgments that are waited for, by the steps that look after them."""
    bind = op.get_bind()
    documents = sa.table(
        "documents", *(sa.column(name) for name in ("id", "partner", "acknowledgment", "tracking_id", "updated_at"))
    )
    promises = sa.table("promises", *(sa.column(name) for name in PROMISED))
    steps = sa.table("steps", *(sa.column(name) for name in ("subject", "step", "due_at")))
    waiting = (
        sa.select(
            documents.c.id.concat(":acknowledgment"),
            documents.c.id,
            documents.c.partner,
            sa.literal_column("'acknowledgment'"),
            sa.literal_column("'partner'"),
            sa.literal_column("'waiting'"),
            documents.c.updated_at,
            steps.c.due_at,
            documents.c.tracking_id,
            sa.literal_column("0"),
        )
        .join_from(steps, documents, steps.c.subject == documents.c.id)
        .where(steps.c.step == "chase", documents.c.acknowledgment == "waiting")
    )
    bind.execute(sa.insert(promises).from_select(PROMISED, waiting))


PROMISED = [
    "id",
    "subject",
    "partner",
    "what",
    "owed_by",
    "state",
    "made_at",
    "due_at",
    "tracking_id",
    "resends_left",
]


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("documents") as documents:
        for name in AGAIN:
            documents.drop_column(name)
    op.drop_table("number_series")
    op.drop_table("promises")
