"""Master data: items, cross-references, conversions of units, locations, their versions, and what orders wait for."""

import sqlalchemy as sa
from alembic import op

from gateway.ledger.column_types import Exact, Moment, Rows

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STANDING = (("state", sa.String(10)), ("version", sa.Integer()))
NEEDED = {
    "items": (("id", sa.String(80)), *STANDING),
    "cross_references": (
        ("id", sa.String(200)),
        ("item", sa.String(80)),
        ("partner", sa.String(41)),
        ("kind", sa.String(60)),
        ("value", sa.String(80)),
        *STANDING,
    ),
    "conversions": (
        ("id", sa.String(210)),
        ("item", sa.String(80)),
        ("unit", sa.String(60)),
        ("into", sa.String(60)),
        ("quantity", Exact()),
        *STANDING,
    ),
    "locations": (("id", sa.String(80)), *STANDING),
    "master_changes": (
        ("id", sa.String(60)),
        ("change_set", sa.String(40)),
        ("kind", sa.String(20)),
        ("entry", sa.String(210)),
        ("version", sa.Integer()),
        ("changed_at", Moment()),
        ("changed_by", sa.String(60)),
        ("tracking_id", sa.String(32)),
        ("before", sa.JSON()),
        ("after", sa.JSON()),
        ("names", Rows()),
    ),
    "unknowns": (
        ("id", sa.String(480)),
        ("order_id", sa.String(320)),
        ("name", sa.String(100)),
        ("is_open", sa.Boolean()),
        ("tried", sa.String(40)),
    ),
}
OPTIONAL = {
    "items": (("base_unit", sa.String(60)), ("item_class", sa.String(80)), ("words", sa.String(500))),
    "locations": (("name", sa.String(200)), ("zone", sa.String(60)), ("calendar", sa.String(60))),
}
INDEXES = (
    ("cross_references", ("item",)),
    ("cross_references", ("value", "partner")),
    ("conversions", ("item",)),
    ("master_changes", ("change_set",)),
    ("master_changes", ("entry", "kind")),
    ("unknowns", ("order_id",)),
)


def upgrade() -> None:
    """Make the tables and their indexes."""
    for table, columns in NEEDED.items():
        op.create_table(
            table,
            sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
            *(sa.Column(name, kind, nullable=False) for name, kind in columns),
            *(sa.Column(name, kind) for name, kind in OPTIONAL.get(table, ())),
            sa.PrimaryKeyConstraint("seq", name=op.f(f"pk_{table}")),
            sa.UniqueConstraint("id", name=op.f(f"uq_{table}_id")),
        )
    for table, names in INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(names)}"), table, list(names), unique=False)
    op.create_index(
        "ix_unknowns_name",
        "unknowns",
        ["name", "tried"],
        sqlite_where=sa.text("is_open IS 1"),
        postgresql_where=sa.text("is_open IS true"),
    )


def downgrade() -> None:
    """Take them away."""
    for table in NEEDED:
        op.drop_table(table)
