"""One embedded gateway a data folder: a second one is told so instead of working beside the first."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from gateway.errors import LedgerError


class FolderLock:
    """Holds ``gateway.lock`` in a folder until released or until the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "gateway.lock"
        self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(self._handle, 20, 0).decode(errors="replace").strip()
            os.close(self._handle)
            raise LedgerError(
                f"Another gateway (process {holder or 'unknown'}) works on {folder}. Stop it first, or use another"
                " folder: GATEWAY_DATA_DIR."
            ) from None
        os.truncate(self._handle, 0)
        os.pwrite(self._handle, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let go."""
        fcntl.flock(self._handle, fcntl.LOCK_UN)
        os.close(self._handle)
