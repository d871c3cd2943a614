"""The table of what orders add up to: differences as they come, and the one row of each key to which they are added later."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.ledger.column_types import Exact
from gateway.ledger.metadata import metadata, row_number

_COUNTS = ("awaiting", "outside", "late", "missing")
_MORE = ("unannounced", "unannounced_orders", "wanted", "received_in_time", "filled", "fill", "promised")


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


order_totals = sa.Table(
    "order_totals",
    metadata,
    row_number(),
    sa.Column("role", sa.String(8), nullable=False),
    sa.Column("partner", sa.String(41), nullable=False),
    sa.Column("plant", sa.String(80), nullable=False),
    sa.Column("currency", sa.String(10), nullable=False),
    sa.Column("day", sa.Date()),
    *map(_count, _COUNTS),
    sa.Column("missing_value", Exact(), nullable=False),
    *map(_count, (*_MORE, "shipped_in_time")),
    *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("stands", "open", "measured", "folded")),
)
# Queries repeat these conditions word for word, so that the database sees that the indexes serve them.
STANDS: sa.ColumnElement[bool] = order_totals.c.stands.is_(sa.true())
OPEN: sa.ColumnElement[bool] = order_totals.c.open.is_(sa.true())
MEASURED: sa.ColumnElement[bool] = order_totals.c.measured.is_(sa.true())
FRESH: sa.ColumnElement[bool] = order_totals.c.folded.is_(sa.false())
_at = (order_totals.c.day, order_totals.c.partner)
sa.Index("ix_order_totals_stands", order_totals.c.partner, sqlite_where=STANDS, postgresql_where=STANDS)
sa.Index("ix_order_totals_open", *_at, sqlite_where=OPEN, postgresql_where=OPEN)
sa.Index("ix_order_totals_measured", *_at, sqlite_where=MEASURED, postgresql_where=MEASURED)
sa.Index("ix_order_totals_fresh", order_totals.c.seq, sqlite_where=FRESH, postgresql_where=FRESH)
sa.Index("ix_order_totals_partner_day", order_totals.c.partner, order_totals.c.day)
