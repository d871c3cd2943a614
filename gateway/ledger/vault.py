"""The exact bytes, by their SHA-256. Small ones lie in the database itself, in the commit that tells of them; large ones
are files that are complete and flushed before anybody tells of them.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import math
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from gateway.errors import LedgerError, TooLarge
from gateway.ledger.sql_ledger import SqlLedger
from gateway.ledger.vault_rows import VaultRows
from gateway.pipeline.oversight.purge_ports import KeptBytes
from gateway.pipeline.ports import Blob

SMALL = 64 << 10
CHUNK = 1 << 16
_ABANDONED_SECONDS = 86400.0


class FileVault:
    """Fulfils `gateway.pipeline.ports.Vault` and `gateway.pipeline.oversight.purge_ports.ErasingVault`: a folder for what is
    large, the database for what is small.
    """

    def __init__(self, folder: Path, database: SqlLedger, *, limit: int, shared: bool = False) -> None:
        self._folder = folder
        self._rows = VaultRows(database)
        self._limit = limit
        (folder / "staging").mkdir(parents=True, exist_ok=True)
        # Where others work on the same folder, what is young may be on its way in.
        before = time.time() - _ABANDONED_SECONDS if shared else math.inf
        for left_over in (folder / "staging").iterdir():
            with suppress(FileNotFoundError):
                if left_over.stat().st_mtime < before:
                    left_over.unlink()  # Never told of: whoever sent it got no answer.

    def stage(self, limit: int | None = None) -> FileStage:
        """Begin to take bytes in: at most ``limit``, or as many as a transmission may have."""
        return FileStage(self, self._limit if limit is None else limit)

    async def adopt(self, path: str, digest: str, size: int) -> Blob:
        """Take over a complete file of ours, whose SHA-256 is known; it is copied only where the vault is on another disk."""
        await asyncio.to_thread(self._adopt, Path(path), digest)
        return Blob(digest, size)

    def _adopt(self, path: Path, digest: str) -> None:
        source = path
        if path.stat().st_dev != self.staging.stat().st_dev:
            source = self.staging / os.urandom(12).hex()
            shutil.copyfile(path, source)
        handle = os.open(source, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        self.settle(source, digest)
        path.unlink(missing_ok=True)

    def settle(self, path: Path, digest: str) -> None:
        """Move a flushed file to where its bytes belong, and flush the folders. Blocks."""
        target = self.path(digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        with _alone_in(target.parent) as shelf:
            path.replace(target)
            os.fsync(shelf)
        handle = os.open(target.parent.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    async def find_large(self, digest: str) -> KeptBytes | None:
        """Return when a large blob was stored last, and its size; None when it is not there."""
        try:
            found = await asyncio.to_thread(self.path(digest).stat)
        except FileNotFoundError:
            return None
        return KeptBytes(_stored_at(found), found.st_size)

    async def erase(self, digest: str, before: datetime) -> bool:
        """Delete a large blob unless it was stored again at ``before`` or later; tell whether it is gone."""
        return await asyncio.to_thread(self._erase, self.path(digest), before)

    def _erase(self, path: Path, before: datetime) -> bool:
        if not path.exists():
            return True
        with _alone_in(path.parent) as shelf:
            try:
                if _stored_at(path.stat()) >= before:
                    return False
                path.unlink()
            except FileNotFoundError:
                return True
            os.fsync(shelf)
        return True

    async def read(self, digest: str) -> bytes:
        """Return all bytes of a blob; raise Purged, or LedgerError when they are gone or were changed."""
        data = await self._rows.read(digest)
        if data is None:
            path = self.path(digest)
            try:
                data = await asyncio.to_thread(path.read_bytes)
            except FileNotFoundError:
                raise await asyncio.to_thread(self._rows.missing, digest, str(path)) from None
        if hashlib.sha256(data).hexdigest() != digest:
            raise LedgerError(f"The bytes kept as {digest} were changed. Restore them from a backup.")
        return data

    async def read_range(self, digest: str, offset: int, length: int) -> bytes:
        """Return some bytes of a blob."""
        data = await self._rows.read(digest)
        if data is not None:
            return data[offset : offset + length]
        return await asyncio.to_thread(self._range, digest, offset, length)

    def _range(self, digest: str, offset: int, length: int) -> bytes:
        path = self.path(digest)
        try:
            with path.open("rb") as file:
                file.seek(offset)
                return file.read(length)
        except FileNotFoundError:
            raise self._rows.missing(digest, str(path)) from None

    def chunks(self, blob: Blob) -> Iterator[bytes]:
        """Yield the bytes of a blob in chunks."""
        if blob.data is not None:
            yield blob.data
            return
        path = self.path(blob.digest)
        try:
            with path.open("rb") as file:
                while chunk := file.read(CHUNK):
                    yield chunk
        except FileNotFoundError:
            raise self._rows.missing(blob.digest, str(path)) from None

    def path(self, digest: str) -> Path:
        """Return where a large blob lies."""
        return self._folder / digest[:2] / digest

    @property
    def staging(self) -> Path:
        """Return where bytes wait until they are complete."""
        return self._folder / "staging"


def _stored_at(found: os.stat_result) -> datetime:
    # A client may set the time at which a file was written; when it got here only the disk says.
    return datetime.fromtimestamp(found.st_ctime, UTC)


@contextmanager
def _alone_in(folder: Path) -> Iterator[int]:
    """Give a handle of a folder in which no other process of ours stores or deletes meanwhile. Blocks."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)  # With it the lock goes.


class FileStage:
    """Bytes on their way in: in memory while small, in a file once large."""

    def __init__(self, vault: FileVault, limit: int) -> None:
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
