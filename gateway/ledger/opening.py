"""Opens the ledger that an address names."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.ledger.database import Database
from gateway.ledger.sql_ledger import SqlLedger


def open_ledger(engine: sa.Engine) -> SqlLedger:
    """Return the ledger on an engine."""
    if engine.dialect.name == "postgresql":
        from gateway.ledger.postgres.database import PostgresDatabase  # Its driver is an extra.

        return PostgresDatabase(engine)
    return Database(engine)
