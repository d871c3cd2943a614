"""The tables of orders: what was said about each, and what it came to."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.ledger.column_types import Exact, Moment, Rows
from gateway.ledger.metadata import metadata, row_number
from gateway.tracking.thread.awaiting import ANSWERED, ON_ITS_WAY, Awaited

orders = sa.Table(
    "orders",
    metadata,
    row_number(),
    sa.Column("id", sa.String(320), nullable=False, unique=True),
    sa.Column("partner", sa.String(41), nullable=False),
    sa.Column("role", sa.String(8), nullable=False),
    sa.Column("order_number", sa.String(255), nullable=False, index=True),
    sa.Column("release", sa.String(255), nullable=False, server_default=""),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("created_at", Moment(), nullable=False),
    sa.Column("updated_at", Moment(), nullable=False),
    sa.Column("tracking_id", sa.String(32), nullable=False, server_default=""),
    sa.Column("verdict", sa.String(10), nullable=False, server_default="clean"),
    sa.Column("plant", sa.String(80)),
    sa.Column("currency", sa.String(10)),
    sa.Column("value", Exact(), nullable=False, server_default="0"),
    sa.Column("need_by", sa.Date()),
    *(sa.Column(each.column, sa.Boolean(), nullable=False, server_default=sa.false()) for each in Awaited),
    sa.Column("erp", sa.String(41)),
    sa.Index(None, "state", "seq"),
    sa.Index(None, "partner", "seq"),
)
# Few orders need somebody. Queries repeat these conditions word for word, so that the database sees that the indexes serve them.
UNCLEAN: sa.ColumnElement[bool] = orders.c.verdict != sa.literal_column("'clean'")
sa.Index("ix_orders_unclean", orders.c.verdict, orders.c.seq, sqlite_where=UNCLEAN, postgresql_where=UNCLEAN)
# Most orders wait for nothing any more, and nothing of them is wanted any more.
AWAITS: dict[Awaited, sa.ColumnElement[bool]] = {each: orders.c[each.column].is_(sa.true()) for each in Awaited}
for _each, _awaits in AWAITS.items():
    _told = [orders.c[name] for name in ("seq", "partner", "plant", "role", _each.column)]
    sa.Index(f"ix_orders_{_each.column}", *_told, sqlite_where=_awaits, postgresql_where=_awaits)
WANTED: sa.ColumnElement[bool] = orders.c.need_by.is_not(None)
sa.Index("ix_orders_need_by", orders.c.need_by, orders.c.seq, sqlite_where=WANTED, postgresql_where=WANTED)
PLACED: sa.ColumnElement[bool] = orders.c.plant.is_not(None)
sa.Index("ix_orders_plant", orders.c.plant, orders.c.seq, sqlite_where=PLACED, postgresql_where=PLACED)

order_lines = sa.Table(
    "order_lines",
    metadata,
    row_number(),
    sa.Column("id", sa.String(400), nullable=False, unique=True),
    sa.Column("order_id", sa.String(320), nullable=False, index=True),
    sa.Column("partner", sa.String(41), nullable=False),
    sa.Column("role", sa.String(8), nullable=False),
    sa.Column("number", sa.String(80), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("updated_at", Moment(), nullable=False),
    sa.Column("item", sa.String(255), nullable=False, index=True),
    sa.Column("items", Rows(), nullable=False),
    sa.Column("unit", sa.String(60)),
    sa.Column("plant", sa.String(80)),
    *(sa.Column(name, Exact(), nullable=False, server_default="0") for name in ("ordered", "promised")),
    sa.Column("price", Exact()),
    *(sa.Column(f"{name}_on", sa.Date()) for name in ("wanted", "promised", "expected", "shipped", "received")),
    *(
        sa.Column(name, Exact(), nullable=False, server_default="0")
        for name in ("backordered", "rejected", "shipped", "received", "refused", "held", "invoiced", "credited")
    ),
)

# What was promised and is not all here yet; and what was wanted on a day, whatever became of it.
PROMISED: sa.ColumnElement[bool] = sa.and_(
    order_lines.c.promised_on.is_not(None),
    order_lines.c.state.in_([sa.literal_column(f"'{state}'") for state in sorted(ANSWERED | ON_ITS_WAY)]),
)
sa.Index("ix_order_lines_promised_on", order_lines.c.promised_on, sqlite_where=PROMISED, postgresql_where=PROMISED)
DATED: sa.ColumnElement[bool] = order_lines.c.wanted_on.is_not(None)
sa.Index("ix_order_lines_wanted_on", order_lines.c.wanted_on, sqlite_where=DATED, postgresql_where=DATED)
_theirs = (order_lines.c.partner, order_lines.c.wanted_on)
sa.Index("ix_order_lines_partner_wanted_on", *_theirs, sqlite_where=DATED, postgresql_where=DATED)

# Most lines are over; what a machine or a plant puts at risk are those that are not.
OPEN_LINE = order_lines.c.state.not_in(
    [sa.literal_column(f"'{state}'") for state in ("cancelled", "closed", "matched", "rejected")]
)
for _name in ("item", "plant"):
    _where = (order_lines.c[_name], order_lines.c.wanted_on, order_lines.c.id)
    sa.Index(f"ix_order_lines_open_{_name}", *_where, sqlite_where=OPEN_LINE, postgresql_where=OPEN_LINE)

statements = sa.Table(
    "statements",
    metadata,
    row_number(),
    sa.Column("id", sa.String(400), nullable=False, unique=True),
    sa.Column("order_id", sa.String(320), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("number", sa.String(255), nullable=False),
    sa.Column("purpose", sa.String(20), nullable=False),
    sa.Column("said_at", Moment(), nullable=False),
    sa.Column("came_at", Moment(), nullable=False),
    sa.Column("source", sa.String(60), nullable=False),
    sa.Column("subject", sa.String(80), nullable=False, index=True),
    sa.Column("tracking_id", sa.String(32), nullable=False),
    sa.Column("head", sa.JSON(), nullable=False),
    sa.Column("lines", Rows(), nullable=False),
    sa.Index(None, "order_id", "kind", "came_at"),
    sa.Index(None, "number", "kind"),
    sa.Index(None, "kind", "came_at"),
)

matches = sa.Table(
    "matches",
    metadata,
    row_number(),
    sa.Column("id", sa.String(400), nullable=False, unique=True),
    sa.Column("order_id", sa.String(320), nullable=False, index=True),
    sa.Column("partner", sa.String(41), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("number", sa.String(255), nullable=False),
    sa.Column("subject", sa.String(80), nullable=False, index=True),
    sa.Column("verdict", sa.String(10), nullable=False),
    sa.Column("came_at", Moment(), nullable=False),
    sa.Column("judged_at", Moment(), nullable=False),
    sa.Column("findings", Rows(), nullable=False),
    sa.Index(None, "partner", "seq"),
    sa.Index(None, "kind", "seq"),
)
DIFFERS: sa.ColumnElement[bool] = matches.c.verdict != sa.literal_column("'clean'")
sa.Index("ix_matches_unclean", matches.c.verdict, matches.c.seq, sqlite_where=DIFFERS, postgresql_where=DIFFERS)
