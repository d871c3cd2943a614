"""What the finders of a transaction look for, as SQL conditions. Each is made and compiled once (`statements`)."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.ledger import evidence_tables, promise_tables, tables
from gateway.tracking.document import DocumentState

# Words are written into the SQL as they are: SQLite plans a statement anew at each call when a bound value decides whether
# one of our partial indexes may serve it.
WHICH: sa.BindParameter[str] = sa.bindparam("which")

NUMBERS = (
    "partner",
    "interchange_number",
    "group_number",
    "control_number",
    "sender",
    "receiver",
    "set_id",
)

ENVELOPE = ("partner", "interchange_number", "sender", "receiver", "transmission_id")


def by_key() -> sa.ColumnElement[bool]:
    """Transmissions of a source under an idempotency key."""
    table = tables.transmissions
    return sa.and_(table.c.source == sa.bindparam("source"), table.c.idempotency_key == sa.bindparam("key"))


def ids_between() -> sa.ColumnElement[bool]:
    """Transmissions whose ids lie between two texts."""
    table = tables.transmissions
    return sa.and_(table.c.id >= sa.bindparam("begin"), table.c.id < sa.bindparam("end"))


def by_digest() -> sa.ColumnElement[bool]:
    """Transmissions of a source with the same bytes since a time."""
    table = tables.transmissions
    same = (table.c.source == sa.bindparam("source"), table.c.digest == sa.bindparam("digest"))
    return sa.and_(*same, table.c.created_at > sa.bindparam("since"))


def first() -> sa.ColumnElement[bool]:
    """Other inbound documents under the same numbers since a time; a rejected one may be corrected under its own."""
    table = tables.documents
    return sa.and_(
        *(table.c[name] == sa.bindparam(name) for name in NUMBERS),
        table.c.created_at > sa.bindparam("since"),
        table.c.id != WHICH,
        table.c.direction == sa.literal_column("'inbound'"),
        table.c.state != sa.literal_column(f"'{DocumentState.DUPLICATE}'"),
        table.c.state != sa.literal_column(f"'{DocumentState.REJECTED}'"),
    )


def used() -> sa.ColumnElement[bool]:
    """Documents that other transmissions brought in interchanges under the same number since a time."""
    table = tables.documents
    return sa.and_(
        *(table.c[name] == sa.bindparam(name) for name in ENVELOPE if name != "transmission_id"),
        table.c.transmission_id != sa.bindparam("transmission_id"),
        table.c.created_at > sa.bindparam("since"),
        table.c.direction == sa.literal_column("'inbound'"),
    )


def numbered() -> sa.ColumnElement[bool]:
    """Other documents that came with a business number since a time and were neither copies nor rejected."""
    table, numbers = tables.documents, tables.business_numbers
    same = (numbers.c[name] == sa.bindparam(name) for name in ("value", "partner", "place", "test"))
    holders = sa.select(numbers.c.document_id).where(*same, numbers.c.created_at > sa.bindparam("since"))
    return sa.and_(
        table.c.id.in_(holders),
        table.c.id != WHICH,
        table.c.state != sa.literal_column(f"'{DocumentState.DUPLICATE}'"),
        table.c.state != sa.literal_column(f"'{DocumentState.REJECTED}'"),
    )


def named() -> sa.ColumnElement[bool]:
    """Documents sent to a partner under a document number."""
    return sa.and_(_sent(), tables.documents.c.document_number == sa.bindparam("number"))


def for_order() -> sa.ColumnElement[bool]:
    """Documents of a set for a purchase order with a partner, in one direction."""
    table = tables.documents
    same = (table.c[name] == sa.bindparam(name) for name in ("partner", "order_number", "set_id"))
    return sa.and_(*same, table.c.direction == sa.bindparam("way"))


def _sent() -> sa.ColumnElement[bool]:
    table = tables.documents
    return sa.and_(table.c.partner == sa.bindparam("partner"), table.c.direction == tables.OUTBOUND)


def sent_group() -> sa.ColumnElement[bool]:
    """Documents sent to a partner under a group's number."""
    table = tables.documents
    return sa.and_(_sent(), table.c.group_number == sa.bindparam("number"), table.c.group_id == sa.bindparam("group"))


def sent_interchange() -> sa.ColumnElement[bool]:
    """Documents sent to a partner under an interchange's number."""
    return sa.and_(_sent(), tables.documents.c.interchange_number == sa.bindparam("number"))


def by_message() -> sa.ColumnElement[bool]:
    """Receipts for what a source sent or got under a Message-ID."""
    table = tables.receipts
    same = (table.c.message_id == sa.bindparam("message"), table.c.source == sa.bindparam("source"))
    return sa.and_(*same, table.c.direction == sa.bindparam("way"))


def promised_for() -> sa.ColumnElement[bool]:
    """Promises about a purchase order with a partner that are still owed."""
    table = promise_tables.promises
    same = (table.c[name] == sa.bindparam(name) for name in ("order_number", "partner"))
    return sa.and_(promise_tables.OPEN, table.c.order_number.is_not(None), table.c.what == sa.bindparam("owed"), *same)


def answered_by() -> sa.ColumnElement[bool]:
    """Promises that are still owed and that a document or transmission will keep."""
    answer = promise_tables.promises.c.answer
    return sa.and_(promise_tables.OPEN, answer.is_not(None), answer == WHICH)


def open_cases_of() -> sa.ColumnElement[bool]:
    """Cases of a subject that nobody has decided."""
    table = tables.cases
    return sa.and_(table.c.subject == WHICH, table.c.closed_at.is_(None))


def owed() -> sa.ColumnElement[bool]:
    """Receipts that somebody owes and that are due by a time."""
    return sa.and_(tables.OWED, tables.receipts.c.due_at <= sa.bindparam("until"))


def held() -> sa.ColumnElement[bool]:
    """Holds that nobody has released."""
    return sa.and_(evidence_tables.HELD, tables.holds.c.id > sa.literal_column("''"))
