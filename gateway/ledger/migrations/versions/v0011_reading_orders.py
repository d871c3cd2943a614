"""What each order still waits for, and indexes for those who read orders.

What the orders of before wait for is filled in as far as their state tells; the next document about one says it exactly.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

AWAITED = {
    "awaits_acknowledgment": ("transmitted", "understood", "revised"),
    "awaits_ship_notice": ("accepted", "changed", "split", "backordered"),
    "awaits_receipt": ("shipped", "in_transit"),
    "awaits_invoice": ("shipped", "in_transit", "partly_received", "received"),
}
SENT = "('accepted', 'backordered', 'changed', 'in_transit', 'partly_received', 'shipped', 'split')"
# Name -> table, columns, condition.
PARTIAL = {
    **{
        f"ix_orders_{name}": ("orders", ["seq", "partner", "plant", "role", name], f"{name} IS true")
        for name in AWAITED
    },
    "ix_orders_unclean": ("orders", ["verdict", "seq"], "verdict != 'clean'"),
    "ix_orders_need_by": ("orders", ["need_by", "seq"], "need_by IS NOT NULL"),
    "ix_orders_plant": ("orders", ["plant", "seq"], "plant IS NOT NULL"),
    "ix_order_lines_promised_on": (
        "order_lines",
        ["promised_on"],
        f"promised_on IS NOT NULL AND state IN {SENT}",
    ),
    "ix_order_lines_wanted_on": ("order_lines", ["wanted_on"], "wanted_on IS NOT NULL"),
    "ix_matches_unclean": ("matches", ["verdict", "seq"], "verdict != 'clean'"),
}
WHOLE = {
    "ix_statements_kind_came_at": ("statements", ["kind", "came_at"]),
    "ix_matches_partner_seq": ("matches", ["partner", "seq"]),
    "ix_matches_kind_seq": ("matches", ["kind", "seq"]),
}
BEFORE = {"ix_orders_unclean": "orders", "ix_matches_open": "matches"}


def upgrade() -> None:
    """Make the columns and the indexes."""
    for name, states in AWAITED.items():
        op.add_column("orders", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
        rows = sa.table("orders", sa.column("state"), sa.column(name, sa.Boolean()))
        op.execute(sa.update(rows).where(rows.c.state.in_(states)).values({name: True}))
    for name, table in BEFORE.items():
        op.drop_index(name, table_name=table)
    for name, (table, columns, only) in PARTIAL.items():
        # SQLite sees that an index serves a query only where both are written alike.
        on_sqlite = sa.text(only.replace("IS true", "IS 1"))
        op.create_index(name, table, columns, sqlite_where=on_sqlite, postgresql_where=sa.text(only))
    for name, (table, columns) in WHOLE.items():
        op.create_index(op.f(name), table, columns, unique=False)


def downgrade() -> None:
    """Take them away."""
    for name, (table, *_rest) in (WHOLE | PARTIAL).items():
        op.drop_index(name, table_name=table)
    only = sa.text("verdict IN ('outside', 'waiting')")
    for name, table in BEFORE.items():
        op.create_index(name, table, ["verdict", "seq"], sqlite_where=only, postgresql_where=only)
    with op.batch_alter_table("orders") as orders:
        for name in AWAITED:
            orders.drop_column(name)
