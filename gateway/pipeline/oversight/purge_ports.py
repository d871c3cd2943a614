"""What purging asks of the ledger and of the vault. Whoever stands outside fulfils it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.pipeline.ports import UnitOfWork, Vault
from gateway.tracking.retention import Belongings, Purge


@dataclass(frozen=True, slots=True)
class KeptBytes:
    """Bytes that are there: when somebody last had them kept, and how many they are."""

    kept_at: datetime | None
    size: int


class RetentionLedger(Protocol):
    """The part of the ledger that knows what is old, and what belongs together."""

    async def older(self, before: datetime, after: int, limit: int) -> list[tuple[int, str]]:
        """Return number and id of transmissions from before a time that were not purged, behind a number, oldest first."""

    async def owners(self, digests: Collection[str]) -> dict[str, set[str]]:
        """Return which transmissions, of those that were not purged, have records that need some bytes."""

    async def standing(self) -> frozenset[str]:
        """Return the digests of every configuration that was in force: documents are proved by them."""

    async def recent(self, since: datetime) -> list[Purge]:
        """Return what was purged since a time."""

    def look(self, uow: UnitOfWork, transmission_id: str) -> Belongings | None:
        """Return a transmission with all that belongs to it, which nobody changes before the commit."""

    def take(self, uow: UnitOfWork, digests: Sequence[str]) -> dict[str, KeptBytes]:
        """Return those bytes that lie in the ledger itself; nobody has them kept before the commit."""

    def drop(self, uow: UnitOfWork, digests: Sequence[str]) -> None:
        """Delete bytes that lie in the ledger itself."""


class ErasingVault(Protocol):
    """The part of the vault that holds what is large."""

    async def find_large(self, digest: str) -> KeptBytes | None:
        """Return when large bytes were stored last, and their size; None when they are not there."""

    async def erase(self, digest: str, before: datetime) -> bool:
        """Delete large bytes unless they were stored again at ``before`` or later; tell whether they are gone."""


class KeepingVault(Vault, ErasingVault, Protocol):
    """A whole vault."""
