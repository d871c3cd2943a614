"""Where the exact bytes are kept, and what deletes them after their time. Part of the composition root."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from gateway.evidence.collecting import everything_about, records_about
from gateway.ledger.evidence import SqlArchive
from gateway.ledger.retention import SqlRetention
from gateway.ledger.sql_ledger import SqlLedger
from gateway.ledger.vaults import open_vault
from gateway.pipeline.oversight.purge import Purger
from gateway.pipeline.oversight.purge_ports import ErasingVault, KeepingVault
from gateway.pipeline.ports import Clock
from gateway.settings import Settings
from gateway.tracking.document import Document
from gateway.tracking.transmission import Transmission


def make_vault(settings: Settings, database: SqlLedger, *, shared: bool = False) -> KeepingVault:
    """Return where the exact bytes are kept; ``shared``: other processes work on it, too."""
    environment, limit = settings.environment, settings.gateway.limits.transmission_mb << 20
    place, staging = environment.vault_place, environment.data_dir / "staging"
    return open_vault(place, staging, database, limit=limit, shared=shared or environment.shared)


def make_purger(settings: Settings, database: SqlLedger, vault: ErasingVault, clock: Clock) -> Purger:
    """Return what deletes bytes after their time."""
    held = partial(everything_about, SqlArchive(database))
    return Purger(database, vault, SqlRetention(database), settings.gateway.retention.rules, clock, held)


def make_known(database: SqlLedger) -> Callable[[str], Awaitable[list[Document | Transmission]]]:
    """Return what finds the records that belong to an id or an order number."""
    return partial(records_about, SqlArchive(database))
