"""The exact bytes, by their SHA-256. Small ones lie in the database itself, in the commit that tells of them; large ones
are files that are complete and flushed before anybody tells of them.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from gateway.errors import LedgerError, TooLarge
from gateway.ledger import tables
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.ports import Blob

SMALL = 64 << 10
CHUNK = 1 << 16
_ABANDONED_SECONDS = 86400.0


class FileVault:
    """Fulfils `gateway.pipeline.ports.Vault`: a folder for what is large, the database for what is small."""

    def __init__(self, folder: Path, database: SqlLedger, *, limit: int, shared: bool = False) -> None:
        self._folder = folder
        self._database = database
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
        path.replace(target)
        for folder in (target.parent, target.parent.parent):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    async def read(self, digest: str) -> bytes:
        """Return all bytes of a blob; raise LedgerError when they are gone or were changed."""
        data = await self._from_database(digest)
        if data is None:
            path = self.path(digest)
            try:
                data = await asyncio.to_thread(path.read_bytes)
            except FileNotFoundError:
                raise LedgerError(f"The vault has lost {digest}. Restore {path} from a backup.") from None
        if hashlib.sha256(data).hexdigest() != digest:
            raise LedgerError(f"The bytes kept as {digest} were changed. Restore them from a backup.")
        return data

    async def read_range(self, digest: str, offset: int, length: int) -> bytes:
        """Return some bytes of a blob."""
        data = await self._from_database(digest)
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
            raise LedgerError(f"The vault has lost {digest}. Restore {path} from a backup.") from None

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
            raise LedgerError(f"The vault has lost {blob.digest}. Restore {path} from a backup.") from None

    def path(self, digest: str) -> Path:
        """Return where a large blob lies."""
        return self._folder / digest[:2] / digest

    @property
    def staging(self) -> Path:
        """Return where bytes wait until they are complete."""
        return self._folder / "staging"

    async def _from_database(self, digest: str) -> bytes | None:
        query = sa.select(tables.blobs.c.data).where(tables.blobs.c.digest == digest)
        return await self._database.read(lambda connection: connection.execute(query).scalar())


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
            if self._size > SMALL:
                self._path = self._vault.staging / os.urandom(12).hex()
                self._file = self._path.open("xb")
                self._parts, waiting = [], self._parts
                for part in waiting:
                    self._file.write(part)
        elif len(chunk) < SMALL:
            self._file.write(chunk)
        else:
            await asyncio.to_thread(self._file.write, chunk)

    async def finish(self) -> Blob:
        """Make the bytes durable and say what they are."""
        digest = self._hash.hexdigest()
        if self._file is None:
            return Blob(digest, self._size, b"".join(self._parts))
        await asyncio.to_thread(self._settle, digest)
        return Blob(digest, self._size)

    def _settle(self, digest: str) -> None:
        assert self._file is not None
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._vault.settle(self._path, digest)

    async def abandon(self) -> None:
        """Forget the bytes."""
        self._parts = []
        if self._file is not None:
            self._file.close()
            self._path.unlink(missing_ok=True)
            self._file = None
