"""Opens the vault that an address names."""

from __future__ import annotations

from pathlib import Path

from gateway.ledger.sql_ledger import SqlLedger
from gateway.ledger.vault import FileVault
from gateway.pipeline.oversight.purge_ports import KeepingVault


def open_vault(place: str | Path, database: SqlLedger, *, limit: int, shared: bool) -> KeepingVault:
    """Return the vault at ``place``, a folder; ``shared``: others work on it at the same time."""
    return FileVault(Path(place), database, limit=limit, shared=shared)
