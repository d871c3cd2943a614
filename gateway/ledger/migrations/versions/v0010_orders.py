"""What is said about orders, line by line, and what it comes to.

Orders of before keep their row, in the words of the new life; their lines come with the next document or with ``gateway order
rebuild``.
"""

import sqlalchemy as sa
from alembic import op

from gateway.ledger.column_types import Exact, Moment, Rows

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = {"open": "unknown", "ordered": "transmitted", "acknowledged": "accepted", "declined": "rejected"}
FIGURES = ("backordered", "rejected", "shipped", "received", "refused", "held", "invoiced", "credited")
DAYS = ("wanted", "promised", "expected", "shipped", "received")


def upgrade() -> None:
    """Make the tables and the columns."""
    _change_orders()
    _make_lines()
    _make_statements()
    _make_matches()


def _change_orders() -> None:
    for column in (
        sa.Column("release", sa.String(length=255), nullable=False, server_default=""),
        sa.Column("tracking_id", sa.String(length=32), nullable=False, server_default=""),
        sa.Column("verdict", sa.String(length=10), nullable=False, server_default="clean"),
        sa.Column("plant", sa.String(length=80), nullable=True),
        sa.Column("currency", sa.String(length=10), nullable=True),
        sa.Column("value", Exact(), nullable=False, server_default="0"),
        sa.Column("need_by", sa.Date(), nullable=True),
    ):
        op.add_column("orders", column)
    with op.batch_alter_table("orders") as orders:
        orders.drop_column("note")
    rows = sa.table("orders", sa.column("state"))
    for before, after in STATES.items():
        op.execute(sa.update(rows).where(rows.c.state == before).values(state=after))
    op.create_index(op.f("ix_orders_state_seq"), "orders", ["state", "seq"], unique=False)
    op.create_index(op.f("ix_orders_partner_seq"), "orders", ["partner", "seq"], unique=False)
    only = sa.text("verdict IN ('outside', 'waiting')")
    op.create_index("ix_orders_unclean", "orders", ["verdict", "seq"], sqlite_where=only, postgresql_where=only)


def _make_lines() -> None:
    op.create_table(
        "order_lines",
        sa.Column("seq", SEQ, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=400), nullable=False),
        sa.Column("order_id", sa.String(length=320), nullable=False),
        sa.Column("partner", sa.String(length=41), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("item", sa.String(length=255), nullable=False),
        sa.Column("items", Rows(), nullable=False),
        sa.Column("unit", sa.String(length=60), nullable=True),
        sa.Column("plant", sa.String(length=80), nullable=True),
        *(sa.Column(name, Exact(), nullable=False, server_default="0") for name in ("ordered", "promised")),
        sa.Column("price", Exact(), nullable=True),
        *(sa.Column(f"{name}_on", sa.Date(), nullable=True) for name in DAYS),
        *(sa.Column(name, Exact(), nullable=False, server_default="0") for name in FIGURES),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_order_lines")),
        sa.UniqueConstraint("id", name=op.f("uq_order_lines_id")),
    )
    op.create_index(op.f("ix_order_lines_order_id"), "order_lines", ["order_id"], unique=False)
    op.create_index(op.f("ix_order_lines_item"), "order_lines", ["item"], unique=False)


def _make_statements() -> None:
    op.create_table(
        "statements",
        sa.Column("seq", SEQ, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=400), nullable=False),
        sa.Column("order_id", sa.String(length=320), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=255), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("said_at", Moment(), nullable=False),
        sa.Column("came_at", Moment(), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("tracking_id", sa.String(length=32), nullable=False),
        sa.Column("head", sa.JSON(), nullable=False),
        sa.Column("lines", Rows(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_statements")),
        sa.UniqueConstraint("id", name=op.f("uq_statements_id")),
    )
    op.create_index(op.f("ix_statements_order_id"), "statements", ["order_id"], unique=False)
    op.create_index(op.f("ix_statements_subject"), "statements", ["subject"], unique=False)
    op.create_index(op.f("ix_statements_number_kind"), "statements", ["number", "kind"], unique=False)


def _make_matches() -> None:
    op.create_table(
        "matches",
        sa.Column("seq", SEQ, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=400), nullable=False),
        sa.Column("order_id", sa.String(length=320), nullable=False),
        sa.Column("partner", sa.String(length=41), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("came_at", Moment(), nullable=False),
        sa.Column("judged_at", Moment(), nullable=False),
        sa.Column("findings", Rows(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_matches")),
        sa.UniqueConstraint("id", name=op.f("uq_matches_id")),
    )
    op.create_index(op.f("ix_matches_order_id"), "matches", ["order_id"], unique=False)
    op.create_index(op.f("ix_matches_subject"), "matches", ["subject"], unique=False)
    only = sa.text("verdict IN ('outside', 'waiting')")
    op.create_index("ix_matches_open", "matches", ["verdict", "seq"], sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    """Take them away."""
    for table in ("matches", "statements", "order_lines"):
        op.drop_table(table)
    for name in ("ix_orders_unclean", "ix_orders_partner_seq", "ix_orders_state_seq"):
        op.drop_index(name, table_name="orders")
    with op.batch_alter_table("orders") as orders:
        for column in ("release", "tracking_id", "verdict", "plant", "currency", "value", "need_by"):
            orders.drop_column(column)
        orders.add_column(sa.Column("note", sa.Text(), nullable=True))
