"""The first tables."""

import sqlalchemy as sa
from alembic import op

from gateway.ledger.column_types import Moment, Rows

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "blobs",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_blobs")),
    )
    op.create_table(
        "cases",
        sa.Column("seq", SEQ, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("partner", sa.String(length=41), nullable=True),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("owner", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("next_action", sa.Text(), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("tracking_id", sa.String(length=32), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_cases")),
        sa.UniqueConstraint("id", name=op.f("uq_cases_id")),
    )
    op.create_index(op.f("ix_cases_closed_at_seq"), "cases", ["closed_at", "seq"], unique=False)
    op.create_index(op.f("ix_cases_subject"), "cases", ["subject"], unique=False)
    op.create_table(
        "control_numbers",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_control_numbers")),
    )
    op.create_table(
        "documents",
        sa.Column("seq", SEQ, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("transmission_id", sa.String(length=80), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("partner", sa.String(length=41), nullable=False),
        sa.Column("set_id", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("tracking_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("agreement", sa.String(length=80), nullable=False),
        sa.Column("sender", sa.String(length=40), nullable=False),
        sa.Column("receiver", sa.String(length=40), nullable=False),
        sa.Column("interchange_number", sa.String(length=20), nullable=False),
        sa.Column("group_id", sa.String(length=10), nullable=False),
        sa.Column("group_number", sa.String(length=20), nullable=False),
        sa.Column("control_number", sa.String(length=20), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("delimiters", Rows(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("acknowledgment", sa.String(length=24), nullable=False),
        sa.Column("acknowledged_at", Moment(), nullable=True),
        sa.Column("document_number", sa.String(length=255), nullable=True),
        sa.Column("order_number", sa.String(length=255), nullable=True),
        sa.Column("canonical", sa.String(length=64), nullable=True),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("faults", Rows(), nullable=False),
        sa.Column("notes", Rows(), nullable=False),
        sa.Column("answers", sa.String(length=80), nullable=True),
        sa.Column("duplicate_of", sa.String(length=80), nullable=True),
        sa.Column("sent_in", sa.String(length=80), nullable=True),
        sa.Column("erp_reference", sa.String(length=255), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_documents")),
        sa.UniqueConstraint("id", name=op.f("uq_documents_id")),
    )
    op.create_index(
        "ix_documents_document_number",
        "documents",
        ["document_number"],
        unique=False,
        sqlite_where=sa.text("document_number IS NOT NULL"),
        postgresql_where=sa.text("document_number IS NOT NULL"),
    )
    op.create_index(
        "ix_documents_order_number",
        "documents",
        ["order_number"],
        unique=False,
        sqlite_where=sa.text("order_number IS NOT NULL"),
        postgresql_where=sa.text("order_number IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_documents_partner_interchange_number"), "documents", ["partner", "interchange_number"], unique=False
    )
    op.create_index(
        "ix_documents_sent",
        "documents",
        ["partner", "group_number"],
        unique=False,
        sqlite_where=sa.text("direction = 'outbound'"),
        postgresql_where=sa.text("direction = 'outbound'"),
    )
    op.create_index(
        "ix_documents_sent_in",
        "documents",
        ["sent_in"],
        unique=False,
        sqlite_where=sa.text("sent_in IS NOT NULL"),
        postgresql_where=sa.text("sent_in IS NOT NULL"),
    )
    op.create_index(op.f("ix_documents_transmission_id"), "documents", ["transmission_id"], unique=False)
    op.create_index(
        "ix_documents_unusual",
        "documents",
        ["state", "seq"],
        unique=False,
        sqlite_where=sa.text("(state NOT IN ('delivered', 'sent', 'reconciled'))"),
        postgresql_where=sa.text("(state NOT IN ('delivered', 'sent', 'reconciled'))"),
    )
    op.create_table(
        "events",
        sa.Column("seq", SEQ, autoincrement=True, nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("partner", sa.String(length=41), nullable=True),
        sa.Column("tracking_id", sa.String(length=32), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_subject"), "events", ["subject"], unique=False)
    op.create_table(
        "orders",
        sa.Column("seq", SEQ, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=320), nullable=False),
        sa.Column("partner", sa.String(length=41), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("order_number", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_orders")),
        sa.UniqueConstraint("id", name=op.f("uq_orders_id")),
    )
    op.create_index(op.f("ix_orders_order_number"), "orders", ["order_number"], unique=False)
    op.create_table(
        "steps",
        sa.Column("seq", SEQ, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=100), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("tracking_id", sa.String(length=32), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("lane", sa.String(length=400), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_steps")),
        sa.UniqueConstraint("id", name=op.f("uq_steps_id")),
    )
    op.create_index(op.f("ix_steps_due_at"), "steps", ["due_at"], unique=False)
    op.create_index(
        "ix_steps_lane",
        "steps",
        ["lane", "seq"],
        unique=False,
        sqlite_where=sa.text("lane IS NOT NULL"),
        postgresql_where=sa.text("lane IS NOT NULL"),
    )
    op.create_table(
        "transmissions",
        sa.Column("seq", SEQ, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("partner", sa.String(length=41), nullable=True),
        sa.Column("transport", sa.String(length=20), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("tracking_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("remote", sa.String(length=100), nullable=True),
        sa.Column("idempotency_key", sa.String(length=255), nullable=True),
        sa.Column("control_number", sa.String(length=20), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_transmissions")),
        sa.UniqueConstraint("id", name=op.f("uq_transmissions_id")),
    )
    op.create_index(op.f("ix_transmissions_source_digest"), "transmissions", ["source", "digest"], unique=False)
    op.create_index(
        "ix_transmissions_key",
        "transmissions",
        ["source", "idempotency_key"],
        unique=True,
        sqlite_where=sa.text("idempotency_key IS NOT NULL"),
        postgresql_where=sa.text("idempotency_key IS NOT NULL"),
    )
    op.create_index(op.f("ix_transmissions_tracking_id"), "transmissions", ["tracking_id"], unique=False)
    op.create_index(
        "ix_transmissions_waiting",
        "transmissions",
        ["partner"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:
    """Take them away."""
    for table in ("transmissions", "documents", "steps", "cases", "orders", "events", "control_numbers", "blobs"):
        op.drop_table(table)
