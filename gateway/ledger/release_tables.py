"""The table of releases: what was called off, shipped and received of an item, added up."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.ledger.column_types import Exact, Moment, Rows
from gateway.ledger.metadata import metadata, row_number

releases = sa.Table(
    "releases",
    metadata,
    row_number(),
    sa.Column("id", sa.String(255), nullable=False, unique=True),
    sa.Column("partner", sa.String(41), nullable=False),
    sa.Column("plant", sa.String(80), nullable=False, server_default=""),
    sa.Column("item", sa.String(80), nullable=False),
    sa.Column("unit", sa.String(60), nullable=False),
    sa.Column("since", sa.Date(), nullable=False),
    sa.Column("updated_at", Moment(), nullable=False),
    sa.Column("number", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("required", Exact(), nullable=False, server_default="0"),
    sa.Column("shipped", Exact(), nullable=False, server_default="0"),
    sa.Column("received", Exact(), nullable=False, server_default="0"),
    sa.Column("last_receipt", sa.String(255)),
    sa.Column("last_received", Exact()),
    sa.Column("last_received_on", sa.Date()),
    sa.Column("wants", Rows(), nullable=False),
)
