"""What all tables share: how their keys and indexes are called, and the number that each row gets."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def row_number() -> sa.Column[int]:
    """Return the first column of a table: the order of arrival, which is what cursors follow."""
    # SQLite numbers rows by itself only for INTEGER.
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("seq", kind, primary_key=True, autoincrement=True)
