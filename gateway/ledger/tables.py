"""The tables. A change here needs a migration beside it (a test compares both)."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.ledger.alert_tables import alerts as alerts
from gateway.ledger.case_tables import case_notes as case_notes
from gateway.ledger.case_tables import cases as cases
from gateway.ledger.column_types import Moment, Rows
from gateway.ledger.evidence_tables import checkpoints as checkpoints
from gateway.ledger.evidence_tables import holds as holds
from gateway.ledger.evidence_tables import purges as purges
from gateway.ledger.evidence_tables import seals as seals
from gateway.ledger.master_tables import conversions as conversions
from gateway.ledger.master_tables import cross_references as cross_references
from gateway.ledger.master_tables import items as items
from gateway.ledger.master_tables import locations as locations
from gateway.ledger.master_tables import master_changes as master_changes
from gateway.ledger.master_tables import unknowns as unknowns
from gateway.ledger.metadata import metadata as metadata
from gateway.ledger.metadata import row_number
from gateway.ledger.order_tables import matches as matches
from gateway.ledger.order_tables import order_lines as order_lines
from gateway.ledger.order_tables import orders as orders
from gateway.ledger.order_tables import statements as statements
from gateway.ledger.promise_tables import number_series as number_series
from gateway.ledger.promise_tables import promises as promises
from gateway.ledger.reconciliation_tables import reconciliations as reconciliations
from gateway.ledger.reconciliation_tables import repairs as repairs
from gateway.ledger.release_tables import releases as releases
from gateway.ledger.sink_tables import sinks as sinks
from gateway.ledger.sink_tables import undelivered as undelivered
from gateway.ledger.total_tables import order_totals as order_totals

transmissions = sa.Table(
    "transmissions",
    metadata,
    row_number(),
    sa.Column("id", sa.String(80), nullable=False, unique=True),
    sa.Column("direction", sa.String(8), nullable=False),
    sa.Column("source", sa.String(60), nullable=False),
    sa.Column("partner", sa.String(41)),
    sa.Column("transport", sa.String(20), nullable=False),
    sa.Column("created_at", Moment(), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("size", sa.BigInteger(), nullable=False),
    sa.Column("content_type", sa.String(100), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("tracking_id", sa.String(32), nullable=False),
    sa.Column("name", sa.String(255)),
    sa.Column("remote", sa.String(100)),
    sa.Column("idempotency_key", sa.String(255)),
    sa.Column("control_number", sa.String(20)),
    sa.Column("detail", sa.Text()),
    sa.Column("sent_at", Moment()),
    sa.Column("faults", Rows(), nullable=False, server_default="[]"),
    sa.Column("purged_at", Moment()),
    sa.Index(None, "source", "digest"),
    sa.Index(None, "tracking_id"),
)
# Few have a key.
_keyed = transmissions.c.idempotency_key.is_not(None)
sa.Index(
    "ix_transmissions_key",
    transmissions.c.source,
    transmissions.c.idempotency_key,
    unique=True,
    sqlite_where=_keyed,
    postgresql_where=_keyed,
)
# Few transmissions wait at a time.
_waits = transmissions.c.state == "waiting"
sa.Index("ix_transmissions_waiting", transmissions.c.partner, sqlite_where=_waits, postgresql_where=_waits)
# Mailboxes are looked into again and again; they show what is young.
_sftp = transmissions.c.transport == sa.literal_column("'sftp'")
_shelf = (transmissions.c.partner, transmissions.c.direction, transmissions.c.created_at)
sa.Index("ix_transmissions_sftp", *_shelf, sqlite_where=_sftp, postgresql_where=_sftp)

documents = sa.Table(
    "documents",
    metadata,
    row_number(),
    sa.Column("id", sa.String(80), nullable=False, unique=True),
    sa.Column("transmission_id", sa.String(80), nullable=False),
    sa.Column("direction", sa.String(8), nullable=False),
    sa.Column("partner", sa.String(41), nullable=False),
    sa.Column("set_id", sa.String(10), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("created_at", Moment(), nullable=False),
    sa.Column("updated_at", Moment(), nullable=False),
    sa.Column("tracking_id", sa.String(32), nullable=False),
    sa.Column("version", sa.String(20), nullable=False),
    sa.Column("agreement", sa.String(80), nullable=False),
    sa.Column("sender", sa.String(40), nullable=False),
    sa.Column("receiver", sa.String(40), nullable=False),
    sa.Column("interchange_number", sa.String(20), nullable=False),
    sa.Column("group_id", sa.String(10), nullable=False),
    sa.Column("group_number", sa.String(20), nullable=False),
    sa.Column("control_number", sa.String(20), nullable=False),
    sa.Column("test", sa.Boolean(), nullable=False),
    sa.Column("offset", sa.BigInteger(), nullable=False),
    sa.Column("length", sa.BigInteger(), nullable=False),
    sa.Column("delimiters", Rows(), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("acknowledgment", sa.String(24), nullable=False),
    sa.Column("acknowledged_at", Moment()),
    sa.Column("document_number", sa.String(255)),
    sa.Column("order_number", sa.String(255)),
    sa.Column("canonical", sa.String(64)),
    sa.Column("role", sa.String(8), nullable=False),
    sa.Column("faults", Rows(), nullable=False),
    sa.Column("notes", Rows(), nullable=False),
    sa.Column("answers", sa.String(80)),
    sa.Column("duplicate_of", sa.String(80)),
    sa.Column("sent_in", sa.String(80)),
    sa.Column("erp_reference", sa.String(255)),
    sa.Column("detail", sa.Text()),
    sa.Column("delivery_key", sa.String(100)),
    sa.Column("delivered", sa.String(64)),
    sa.Column("replay", sa.String(40)),
    sa.Column("erp", sa.String(41)),
    sa.Index(None, "transmission_id"),
    sa.Index(None, "partner", "interchange_number"),
    sa.Index(None, "partner", "id"),  # Ids begin with their time: what one partner sent in a period.
)
# An acknowledgment looks for what was sent by its group. The literal lets the database see that the index serves the query.
OUTBOUND: sa.ColumnElement[str] = sa.literal_column("'outbound'")
_sent = documents.c.direction == OUTBOUND
sa.Index("ix_documents_sent", documents.c.partner, documents.c.group_number, sqlite_where=_sent, postgresql_where=_sent)
# Most documents end well; only the others are looked for by their state.
_WELL: list[sa.ColumnElement[str]] = [sa.literal_column(f"'{state}'") for state in ("delivered", "sent", "reconciled")]
UNUSUAL: sa.ColumnElement[bool] = documents.c.state.not_in(_WELL)
sa.Index("ix_documents_unusual", documents.c.state, documents.c.seq, sqlite_where=UNUSUAL, postgresql_where=UNUSUAL)
for _name in ("sent_in", "document_number", "order_number"):
    _given = documents.c[_name].is_not(None)
    sa.Index(f"ix_documents_{_name}", documents.c[_name], sqlite_where=_given, postgresql_where=_given)

# Only what a guide wants to be unique beyond one document is kept here.
business_numbers = sa.Table(
    "business_numbers",
    metadata,
    row_number(),
    sa.Column("id", sa.String(100), nullable=False, unique=True),
    sa.Column("document_id", sa.String(80), nullable=False),
    sa.Column("partner", sa.String(41), nullable=False),
    sa.Column("place", sa.String(255), nullable=False),
    sa.Column("test", sa.Boolean(), nullable=False),
    sa.Column("value", sa.String(200), nullable=False),
    sa.Column("created_at", Moment(), nullable=False),
    sa.Index(None, "value", "partner", "place"),
)

steps = sa.Table(
    "steps",
    metadata,
    row_number(),
    sa.Column("id", sa.String(100), nullable=False, unique=True),
    sa.Column("step", sa.String(20), nullable=False),
    sa.Column("subject", sa.String(80), nullable=False),
    sa.Column("tracking_id", sa.String(32), nullable=False),
    sa.Column("due_at", Moment(), nullable=False, index=True),
    sa.Column("lane", sa.String(400)),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("held", sa.Boolean(), nullable=False),
    sa.Column("claimed_by", sa.String(40)),
)
_claimed = steps.c.claimed_by.is_not(None)
sa.Index("ix_steps_claimed_by", steps.c.claimed_by, sqlite_where=_claimed, postgresql_where=_claimed)
_in_lane = steps.c.lane.is_not(None)
sa.Index("ix_steps_lane", steps.c.lane, steps.c.seq, sqlite_where=_in_lane, postgresql_where=_in_lane)

events = sa.Table(
    "events",
    metadata,
    row_number(),
    sa.Column("type", sa.String(40), nullable=False),
    sa.Column("at", Moment(), nullable=False),
    sa.Column("subject", sa.String(80), nullable=False, index=True),
    sa.Column("partner", sa.String(41)),
    sa.Column("tracking_id", sa.String(32), nullable=False),
    sa.Column("data", sa.JSON(), nullable=False),
)

receipts = sa.Table(
    "receipts",
    metadata,
    row_number(),
    sa.Column("id", sa.String(80), nullable=False, unique=True),
    sa.Column("direction", sa.String(8), nullable=False),
    sa.Column("source", sa.String(60), nullable=False),
    sa.Column("partner", sa.String(41)),
    sa.Column("transport", sa.String(20), nullable=False),
    sa.Column("message_id", sa.String(998), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("created_at", Moment(), nullable=False),
    sa.Column("tracking_id", sa.String(32), nullable=False),
    sa.Column("transmission_id", sa.String(80)),
    sa.Column("disposition", sa.Text()),
    sa.Column("mic", sa.String(100)),
    sa.Column("mic_algorithm", sa.String(20)),
    sa.Column("reply_to", sa.Text()),
    sa.Column("receipt", sa.String(64)),
    sa.Column("evidence", sa.JSON(), nullable=False),
    sa.Column("due_at", Moment()),
    sa.Column("received_at", Moment()),
    sa.Index(None, "message_id", "source"),
)
_transmitted = receipts.c.transmission_id.is_not(None)
sa.Index(
    "ix_receipts_transmission_id",
    receipts.c.transmission_id,
    sqlite_where=_transmitted,
    postgresql_where=_transmitted,
)
_by_sftp = receipts.c.transport == sa.literal_column("'sftp'")
_handed = (receipts.c.partner, receipts.c.direction, receipts.c.created_at)
sa.Index("ix_receipts_sftp", *_handed, sqlite_where=_by_sftp, postgresql_where=_by_sftp)
# Few are owed at a time.
OWED: sa.ColumnElement[bool] = receipts.c.state.in_([sa.literal_column("'waiting'"), sa.literal_column("'owed'")])
sa.Index("ix_receipts_due_at", receipts.c.due_at, sqlite_where=OWED, postgresql_where=OWED)

# Who works on a ledger of several machines, and when it was last heard of.
workers = sa.Table(
    "workers",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("host", sa.String(255), nullable=False),
    sa.Column("process", sa.Integer(), nullable=False),
    sa.Column("started_at", Moment(), nullable=False),
    sa.Column("seen_at", Moment(), nullable=False),
)

control_numbers = sa.Table(
    "control_numbers",
    metadata,
    sa.Column("name", sa.String(100), primary_key=True),
    sa.Column("value", sa.BigInteger(), nullable=False),
)

blobs = sa.Table(
    "blobs",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("data", sa.LargeBinary(), nullable=False),
    # When somebody last had these bytes kept: whoever purges them asks whether that was lately.
    sa.Column("kept_at", Moment()),
)
