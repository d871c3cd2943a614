"""The vault as a folder: large bytes are files under their SHA-256."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from gateway.ledger.sql_ledger import SqlLedger
from gateway.ledger.vault_base import SMALL as SMALL
from gateway.ledger.vault_base import NotThere, StagedVault, alone_in
from gateway.pipeline.oversight.purge_ports import KeptBytes

CHUNK = 1 << 16


class FileVault(StagedVault):
    """A folder, which several machines may share; bytes are staged in it."""

    def __init__(self, folder: Path, database: SqlLedger, *, limit: int, shared: bool = False) -> None:
        super().__init__(folder / "staging", database, limit=limit, shared=shared)
        self._folder = folder

    def path(self, digest: str) -> Path:
        """Return where a large blob lies."""
        return self._folder / digest[:2] / digest

    def settle(self, path: Path, digest: str) -> None:
        """Move a flushed file to where its bytes belong, and flush the folders. Blocks."""
        target = self.path(digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        with alone_in(target.parent) as shelf:
            path.replace(target)
            os.fsync(shelf)
        handle = os.open(target.parent.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def _adopt(self, path: Path, digest: str) -> None:
        source = path  # It is copied only where the vault is on another disk.
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

    def _all(self, digest: str) -> bytes:
        try:
            return self.path(digest).read_bytes()
        except FileNotFoundError:
            raise NotThere(self.path(digest)) from None

    def _some(self, digest: str, offset: int, length: int) -> bytes:
        try:
            with self.path(digest).open("rb") as file:
                file.seek(offset)
                return file.read(length)
        except FileNotFoundError:
            raise NotThere(self.path(digest)) from None

    def _each(self, digest: str) -> Iterator[bytes]:
        try:
            with self.path(digest).open("rb") as file:
                while chunk := file.read(CHUNK):
                    yield chunk
        except FileNotFoundError:
            raise NotThere(self.path(digest)) from None

    def _find(self, digest: str) -> KeptBytes | None:
        try:
            found = self.path(digest).stat()
        except FileNotFoundError:
            return None
        return KeptBytes(_stored_at(found), found.st_size)

    def _erase(self, digest: str, before: datetime) -> bool:
        path = self.path(digest)
        if not path.exists():
            return True
        with alone_in(path.parent) as shelf:
            try:
                if _stored_at(path.stat()) >= before:
                    return False
                path.unlink()
            except FileNotFoundError:
                return True
            os.fsync(shelf)
        return True


def _stored_at(found: os.stat_result) -> datetime:
    # A client may set the time at which a file was written; when it got here only the disk says.
    return datetime.fromtimestamp(found.st_ctime, UTC)
