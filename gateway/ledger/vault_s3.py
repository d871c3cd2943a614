"""The vault as a bucket: large bytes are objects under their SHA-256, which several machines share. Needs the extra [s3].

A body is staged in a file of this machine while it comes, then goes up in parts; it is there as a whole or not at all. Address,
region and keys are those of every program that speaks S3: AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, and so on.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import obstore
import sqlalchemy as sa
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from gateway.errors import LedgerAway, VaultAway
from gateway.ledger.sql_ledger import SqlLedger
from gateway.ledger.vault_base import NotThere, StagedVault, alone_in
from gateway.pipeline.oversight.purge_ports import KeptBytes

_PART = 8 << 20  # A body goes up in parts of this size, two at a time: so much is in memory.
_READ = 1 << 20
_PATIENCE = timedelta(seconds=20)


class S3Vault(StagedVault):
    """A bucket, and a folder for what is on its way in."""

    def __init__(self, address: str, staging: Path, database: SqlLedger, *, limit: int, shared: bool) -> None:
        super().__init__(staging, database, limit=limit, shared=shared)
        self._address = address.rstrip("/")
        self._database = database
        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
        self._store = S3Store.from_url(
            self._address,
            client_options={
                "allow_http": endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=5),
                "timeout": timedelta(seconds=60),
            },
            retry_config={"max_retries": 3, "retry_timeout": _PATIENCE},
        )

    def settle(self, path: Path, digest: str) -> None:
        """Put a file into the bucket, and delete it here. Blocks; raises VaultAway."""
        try:
            self._put(path, digest)
        finally:
            path.unlink(missing_ok=True)  # Who is told that it failed sends it again.

    def _put(self, path: Path, digest: str) -> None:
        with self._asking():
            while True:
                obstore.put(self._store, self._key(digest), path, chunk_size=_PART, max_concurrency=2)
                # A purge may have looked at the copy before this one; then it has deleted what it did not see.
                with self._alone(digest):
                    if self._find(digest) is not None:
                        return

    def _adopt(self, path: Path, digest: str) -> None:
        self._put(path, digest)
        path.unlink(missing_ok=True)

    def _all(self, digest: str) -> bytes:
        with self._asking(digest):
            return bytes(obstore.get(self._store, self._key(digest)).bytes())

    def _some(self, digest: str, offset: int, length: int) -> bytes:
        with self._asking(digest):
            size = obstore.head(self._store, self._key(digest))["size"]
            end = min(offset + length, size)
            return (
                bytes(obstore.get_range(self._store, self._key(digest), start=offset, end=end)) if end > offset else b""
            )

    def _each(self, digest: str) -> Iterator[bytes]:
        with self._asking(digest):
            for chunk in obstore.get(self._store, self._key(digest)).stream(min_chunk_size=_READ):
                yield bytes(chunk)

    def _find(self, digest: str) -> KeptBytes | None:
        try:
            with self._asking(digest):
                found = obstore.head(self._store, self._key(digest))
        except NotThere:
            return None
        return KeptBytes(found["last_modified"], found["size"])

    def _erase(self, digest: str, before: datetime) -> bool:
        with self._alone(digest):
            found = self._find(digest)
            if found is None:
                return True
            if found.kept_at is not None and found.kept_at >= before:
                return False
            with self._asking():
                obstore.delete(self._store, self._key(digest))
        return True

    def _key(self, digest: str) -> str:
        return f"{digest[:2]}/{digest}"

    @contextmanager
    def _asking(self, digest: str | None = None) -> Iterator[None]:
        """Tell what the bucket does not do in our own words; ``digest`` is what is looked for."""
        try:
            yield
        except (FileNotFoundError, NotFoundError) as error:
            if digest is not None and "NoSuchBucket" not in str(error):
                raise NotThere(f"{self._address}/{self._key(digest)}") from None
            raise VaultAway(f"There is no bucket {self._address}. Make it, or correct GATEWAY_VAULT.") from error
        except (BaseError, OSError) as error:
            raise VaultAway(
                f"The vault {self._address} does not answer as it should ({type(error).__name__}). Check the bucket, and"
                " AWS_ENDPOINT_URL, AWS_REGION and the keys in the environment; it is tried again, and nothing is lost."
            ) from error

    @contextmanager
    def _alone(self, digest: str) -> Iterator[None]:
        """Let no other process look at, and delete, the same bytes meanwhile. Blocks."""
        if self._database.engine.dialect.name == "sqlite":  # All of them are on this machine.
            with alone_in(self.staging):
                yield
            return
        try:
            connection = self._database.engine.connect()
        except sa.exc.OperationalError as error:
            raise LedgerAway from error
        with connection:
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 2))"), {"name": digest})
            yield
