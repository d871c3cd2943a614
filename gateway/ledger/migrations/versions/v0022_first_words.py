"""An index that tells when something of a kind was first said about an order, without reading what was said."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it, in place of the one of orders alone, which it serves for as well."""
    op.create_index(op.f("ix_statements_order_id_kind_came_at"), "statements", ["order_id", "kind", "came_at"])
    op.drop_index(op.f("ix_statements_order_id"), table_name="statements")


def downgrade() -> None:
    """Take it away."""
    op.create_index(op.f("ix_statements_order_id"), "statements", ["order_id"])
    op.drop_index(op.f("ix_statements_order_id_kind_came_at"), table_name="statements")
