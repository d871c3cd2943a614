"""The part of every vault that lies in the database: small bytes, and what is known of bytes that are not there any more."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.errors import GatewayError, LedgerError, Purged
from gateway.ledger import tables
from gateway.ledger.records import columns_of, from_row
from gateway.ledger.sql_ledger import SqlLedger
from gateway.tracking.retention import Purge


class VaultRows:
    """Reads what a vault has in the database."""

    def __init__(self, database: SqlLedger) -> None:
        self._database = database

    async def read(self, digest: str) -> bytes | None:
        """Return small bytes, or None."""
        query = sa.select(tables.blobs.c.data).where(tables.blobs.c.digest == digest)
        return await self._database.read(lambda connection: connection.execute(query).scalar())

    def missing(self, digest: str, place: str) -> GatewayError:
        """Return the error for bytes that are not at ``place``: Purged, or LedgerError when nobody has purged them. Blocks."""
        query = sa.select(*columns_of(Purge)).where(tables.purges.c.id == digest)
        with self._database.engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            return LedgerError(f"The vault has lost {digest}. Restore {place} from a backup.")
        found = from_row(Purge, row)
        return Purged(
            f"These bytes were purged on {found.purged_at:%Y-%m-%d}, after their time; only the proof of it is left."
            f" Whoever runs the gateway gets it with: gateway evidence export {found.subject} -o proof.zip"
        )
