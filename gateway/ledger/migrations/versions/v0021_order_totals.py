"""What orders add up to, for figures that need not read them all; filled from the orders that are there."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from gateway.ledger.column_types import Exact
from gateway.tracking.order import Order, OrderLine
from gateway.tracking.order_totals import MEASURES, OrderTotal, combine, totals_of

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

PORTION, SUBJECTS = 2000, 400
COUNTS = tuple(name for name in MEASURES if name != "missing_value")
FLAGS = ("stands", "open", "measured", "folded")
ORDERS = sa.table(
    "orders",
    sa.column("seq", sa.BigInteger()),
    *(sa.column(name, sa.String()) for name in ("id", "partner", "role", "verdict", "plant", "currency")),
    sa.column("need_by", sa.Date()),
    sa.column("awaits_acknowledgment", sa.Boolean()),
)
LINES = sa.table(
    "order_lines",
    *(sa.column(name, sa.String()) for name in ("order_id", "state", "plant")),
    *(sa.column(f"{name}_on", sa.Date()) for name in ("wanted", "promised", "shipped", "received")),
    *(sa.column(name, Exact()) for name in ("ordered", "promised", "price", "rejected", "shipped", "received")),
)


def columns() -> list[sa.Column[Any]]:
    """Return the columns beside the number of the row."""
    return [
        *(sa.Column(name, sa.String(size), nullable=False) for name, size in (("role", 8), ("partner", 41))),
        *(sa.Column(name, sa.String(size), nullable=False) for name, size in (("plant", 80), ("currency", 10))),
        sa.Column("day", sa.Date()),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in COUNTS),
        sa.Column("missing_value", Exact(), nullable=False),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in FLAGS),
    ]


def upgrade() -> None:
    """Make the table, and add up what is there."""
    op.create_table(
        "order_totals",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        *columns(),
        sa.PrimaryKeyConstraint("seq", name="pk_order_totals"),
    )
    for name, on in (("stands", ["partner"]), ("open", ["day", "partner"]), ("measured", ["day", "partner"])):
        index(f"ix_order_totals_{name}", on, name, value=True)
    index("ix_order_totals_fresh", ["seq"], "folded", value=False)
    op.create_index("ix_order_totals_partner_day", "order_totals", ["partner", "day"])
    totals: list[OrderTotal] = []
    for portion in standing(op.get_bind()):
        totals = combine([*totals, *portion])
    names = [each.name for each in columns()]
    rows = [{name: getattr(total, name) for name in names} | {"folded": True} for total in totals]
    if rows:
        op.bulk_insert(sa.table("order_totals", *columns()), rows)


def index(name: str, on: list[str], column: str, *, value: bool) -> None:
    """Make an index of some rows. SQLite sees that it serves a query only where both are written alike."""
    on_sqlite = sa.text(f"{column} IS {int(value)}")
    only = sa.text(f"{column} IS {str(value).lower()}")
    op.create_index(name, "order_totals", on, sqlite_where=on_sqlite, postgresql_where=only)


def standing(connection: sa.Connection) -> Iterator[list[OrderTotal]]:
    """Yield what the orders of a portion add, portion by portion."""
    after = 0
    while rows := connection.execute(
        sa.select(ORDERS).where(ORDERS.c.seq > after).order_by(ORDERS.c.seq).limit(PORTION)
    ).all():
        after = rows[-1].seq
        lines: dict[str, list[Any]] = {row.id: [] for row in rows}
        names = list(lines)
        for start in range(0, len(names), SUBJECTS):
            wanted = sa.select(LINES).where(LINES.c.order_id.in_(names[start : start + SUBJECTS]))
            for row in connection.execute(wanted):
                lines[row.order_id].append(row)
        yield combine(total for row in rows for total in added(row, lines[row.id]))


def added(order: Any, lines: list[Any]) -> list[OrderTotal]:
    """Return what one order adds; its row has what is asked for of an order."""
    kept: Order = order
    of: list[OrderLine] = lines
    return totals_of(kept, of)


def downgrade() -> None:
    """Take it away."""
    op.drop_table("order_totals")
