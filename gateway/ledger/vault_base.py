"""What every vault is: small bytes lie in the database, in the commit that tells of them; large ones are staged in a folder
of this machine, then complete and durable in their own place before anybody tells of them.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import math
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO

from gateway.errors import LedgerError, TooLarge
from gateway.ledger.sql_ledger import SqlLedger
from gateway.ledger.vault_rows import VaultRows
from gateway.pipeline.oversight.purge_ports import KeptBytes
from gateway.pipeline.ports import Blob

SMALL = 64 << 10
_ABANDONED_SECONDS = 86400.0


class NotThere(Exception):
    """Large bytes are not in their place; the argument says where that is."""


class StagedVault(ABC):
    """Fulfils `gateway.pipeline.ports.Vault`; where large bytes lie, and how they get there, differs."""

    def __init__(self, staging: Path, database: SqlLedger, *, limit: int, shared: bool) -> None:
        self.staging = staging
        self._rows = VaultRows(database)
        self._limit = limit
        staging.mkdir(parents=True, exist_ok=True)
        # Where others work on the same folder, what is young may be on its way in.
        before = time.time() - _ABANDONED_SECONDS if shared else math.inf
        for left_over in staging.iterdir():
            with suppress(FileNotFoundError):
                if left_over.stat().st_mtime < before:
                    left_over.unlink()  # Never told of: whoever sent it got no answer.

    # Large bytes, in whatever place. These block.

    @abstractmethod
    def settle(self, path: Path, digest: str) -> None:
        """Move a flushed file to where its bytes belong; they are durable there afterwards."""

    @abstractmethod
    def _all(self, digest: str) -> bytes:
        """Return all bytes; raise NotThere."""

    @abstractmethod
    def _some(self, digest: str, offset: int, length: int) -> bytes:
        """Return some bytes; raise NotThere."""

    @abstractmethod
    def _each(self, digest: str) -> Iterator[bytes]:
        """Yield the bytes in chunks; raise NotThere."""

    @abstractmethod
    def _adopt(self, path: Path, digest: str) -> None:
        """Take over a complete file."""

    @abstractmethod
    def _find(self, digest: str) -> KeptBytes | None:
        """Return when large bytes were stored last, and their size; None when they are not there."""

    @abstractmethod
    def _erase(self, digest: str, before: datetime) -> bool:
        """Delete large bytes unless they were stored again at ``before`` or later; tell whether they are gone."""

    # Taking in

    def stage(self, limit: int | None = None) -> FileStage:
        """Begin to take bytes in: at most ``limit``, or as many as a transmission may have."""
        return FileStage(self, self._limit if limit is None else limit)

    async def adopt(self, path: str, digest: str, size: int) -> Blob:
        """Take over a complete file of ours, whose SHA-256 is known; it is gone from ``path`` afterwards."""
        await asyncio.to_thread(self._adopt, Path(path), digest)
        return Blob(digest, size)

    # Giving out

    async def read(self, digest: str) -> bytes:
        """Return all bytes of a blob; raise Purged, or LedgerError when they are gone or were changed."""
        data = await self._rows.read(digest)
        if data is None:
            data = await asyncio.to_thread(self._told, digest, partial(self._all, digest))
        if hashlib.sha256(data).hexdigest() != digest:
            raise _changed(digest)
        return data

    async def read_range(self, digest: str, offset: int, length: int) -> bytes:
        """Return some bytes of a blob; whether they are the right ones only the whole can say."""
        data = await self._rows.read(digest)
        if data is not None:
            return data[offset : offset + length]
        return await asyncio.to_thread(self._told, digest, partial(self._some, digest, offset, length))

    def _told(self, digest: str, look: Callable[[], bytes]) -> bytes:
        try:
            return look()
        except NotThere as place:
            raise self._rows.missing(digest, str(place)) from None

    def chunks(self, blob: Blob) -> Iterator[bytes]:
        """Yield the bytes of a blob in chunks; raise LedgerError at the end of bytes that were changed."""
        if blob.data is not None:
            yield blob.data
            return
        digest = hashlib.sha256()
        try:
            for chunk in self._each(blob.digest):
                digest.update(chunk)
                yield chunk
        except NotThere as place:
            raise self._rows.missing(blob.digest, str(place)) from None
        if digest.hexdigest() != blob.digest:
            raise _changed(blob.digest)

    # Purging

    async def find_large(self, digest: str) -> KeptBytes | None:
        """Return when a large blob was stored last, and its size; None when it is not there."""
        return await asyncio.to_thread(self._find, digest)

    async def erase(self, digest: str, before: datetime) -> bool:
        """Delete a large blob unless it was stored again at ``before`` or later; tell whether it is gone."""
        return await asyncio.to_thread(self._erase, digest, before)


def _changed(digest: str) -> LedgerError:
    return LedgerError(f"The bytes kept as {digest} were changed. Restore them from a backup.")


@contextmanager
def alone_in(folder: Path) -> Iterator[int]:
    """Give a handle of a folder in which no other process of ours stores or deletes meanwhile. Blocks."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)  # With it the lock goes.


class FileStage:
    """Bytes on their way in: in memory while small, in a file once large."""

    def __init__(self, vault: StagedVault, limit: int) -> None:
        self._vault = vault
        self._limit = limit
        self._hash = hashlib.sha256()
        self._size = 0
        self._parts: list[bytes] = []
        self._file: IO[bytes] | None = None
        self._path = Path()

    async def write(self, chunk: bytes) -> None:
        """Add a chunk; raise TooLarge beyond the bound."""
        self._size += len(chunk)
        if self._size > self._limit:
            await self.abandon()
            raise TooLarge(
                f"This is larger than the bound of {self._limit} bytes. Split it into several interchanges, or ask for more."
            )
        self._hash.update(chunk)
        if self._file is None:
            self._parts.append(chunk)
        with self._writing():
            if self._file is not None and len(chunk) < SMALL:
                self._file.write(chunk)
            elif self._file is not None:
                await asyncio.to_thread(self._file.write, chunk)
            elif self._size > SMALL:
                self._path = self._vault.staging / os.urandom(12).hex()
                self._file = self._path.open("xb")
                self._parts, waiting = [], self._parts
                for part in waiting:
                    self._file.write(part)

    async def finish(self) -> Blob:
        """Make the bytes durable and say what they are."""
        digest = self._hash.hexdigest()
        if self._file is None:
            return Blob(digest, self._size, b"".join(self._parts))
        with self._writing():
            await asyncio.to_thread(self._settle, self._file, digest)
        return Blob(digest, self._size)

    def _settle(self, file: IO[bytes], digest: str) -> None:
        file.flush()
        os.fsync(file.fileno())
        file.close()
        self._vault.settle(self._path, digest)

    async def abandon(self) -> None:
        """Forget the bytes."""
        self._forget()

    def _forget(self) -> None:
        self._parts = []
        file, self._file = self._file, None
        if file is not None:
            with suppress(OSError):
                file.close()  # What it still holds can't be written, and need not be.
            self._path.unlink(missing_ok=True)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Tell whoever sends that the disk is to blame, and leave nothing half written behind."""
        try:
            yield
        except OSError as error:
            self._forget()
            raise LedgerError(
                f"The vault can't be written ({error.strerror}). Make room below {self._vault.staging.parent}, and see that"
                " the gateway may write there."
            ) from error
