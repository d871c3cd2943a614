"""What was called off, shipped and received of an item, added up."""

import sqlalchemy as sa
from alembic import op

from gateway.ledger.column_types import Exact, Moment, Rows

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "releases",
        sa.Column("seq", SEQ, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("partner", sa.String(length=41), nullable=False),
        sa.Column("plant", sa.String(length=80), nullable=False, server_default=""),
        sa.Column("item", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.String(length=60), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, server_default="0"),
        *(sa.Column(name, Exact(), nullable=False, server_default="0") for name in ("required", "shipped", "received")),
        sa.Column("last_receipt", sa.String(length=255), nullable=True),
        sa.Column("last_received", Exact(), nullable=True),
        sa.Column("last_received_on", sa.Date(), nullable=True),
        sa.Column("wants", Rows(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_releases")),
        sa.UniqueConstraint("id", name=op.f("uq_releases_id")),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("releases")
