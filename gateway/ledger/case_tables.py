"""The tables of cases: what waits for a person, and what people said about it."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.ledger.column_types import Moment
from gateway.ledger.metadata import metadata, row_number

cases = sa.Table(
    "cases",
    metadata,
    row_number(),
    sa.Column("id", sa.String(120), nullable=False, unique=True),
    sa.Column("subject", sa.String(80), nullable=False, index=True),
    sa.Column("partner", sa.String(41)),
    sa.Column("cause", sa.String(40), nullable=False),
    sa.Column("owner", sa.String(20), nullable=False),
    sa.Column("title", sa.String(255), nullable=False),
    sa.Column("detail", sa.Text(), nullable=False),
    sa.Column("next_action", sa.Text(), nullable=False),
    sa.Column("opened_at", Moment(), nullable=False),
    sa.Column("tracking_id", sa.String(32), nullable=False),
    sa.Column("closed_at", Moment()),
    sa.Column("resolution", sa.Text()),
    sa.Column("root", sa.String(200), nullable=False, server_default=""),
    sa.Column("assignee", sa.String(60)),
    sa.Column("rank", sa.SmallInteger()),
    sa.Index(None, "closed_at", "seq"),
)
# Most cases are closed; those of one root are looked for together.
OPEN_CASE: sa.ColumnElement[bool] = cases.c.closed_at.is_(None)
sa.Index("ix_cases_open_root", cases.c.root, cases.c.seq, sqlite_where=OPEN_CASE, postgresql_where=OPEN_CASE)
# SQLite takes the index that the most equal columns fit, PostgreSQL the one that is sorted as is asked: this is both.
_ranked = (cases.c.closed_at, cases.c.rank, cases.c.seq)
sa.Index("ix_cases_open_rank", *_ranked, sqlite_where=OPEN_CASE, postgresql_where=OPEN_CASE)

case_notes = sa.Table(
    "case_notes",
    metadata,
    row_number(),
    sa.Column("id", sa.String(80), nullable=False, unique=True),
    sa.Column("case_id", sa.String(120), nullable=False, index=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("person", sa.String(60), nullable=False),
    sa.Column("at", Moment(), nullable=False),
    sa.Column("text", sa.Text(), nullable=False),
    sa.Column("about", sa.String(64), nullable=False, server_default=""),
)
