"""Opens the vault that an address names."""

from __future__ import annotations

from pathlib import Path

from gateway.errors import ConfigurationError, Problem
from gateway.ledger.sql_ledger import SqlLedger
from gateway.ledger.vault import FileVault
from gateway.pipeline.oversight.purge_ports import KeepingVault

BUCKET = "s3://"


def open_vault(place: str, staging: Path, database: SqlLedger, *, limit: int, shared: bool) -> KeepingVault:
    """Return the vault at ``place``: a folder, or s3://BUCKET/PREFIX, for which bytes are staged in ``staging`` first.

    ``shared``: others work on it, or on that folder, at the same time. Raises ConfigurationError without the extra [s3].
    """
    if not place.startswith(BUCKET):
        return FileVault(Path(place), database, limit=limit, shared=shared)
    try:
        from gateway.ledger.vault_s3 import S3Vault
    except ModuleNotFoundError as error:
        reason = f"a vault in a bucket needs {error.name}, which is not installed"
        advice = "install it with: pip install 'partner-gateway[s3]'"
        raise ConfigurationError([Problem("environment", 1, "GATEWAY_VAULT", reason, advice)]) from None
    return S3Vault(place, staging, database, limit=limit, shared=shared)
