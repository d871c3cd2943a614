"""Our host keys: made on this machine at the first start, kept in the data folder, readable for us alone.

Of each kind the oldest one serves. Newer ones are announced to clients that ask for news (OpenSSH does), so that they know them
before the oldest one is retired: that is how a host key is changed without anybody being shut out.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from gateway.errors import Conflict, LedgerError, NotFound

KINDS = {"ed25519": "ssh-ed25519", "ecdsa": "ecdsa-sha2-nistp256", "rsa": "ssh-rsa"}
_NAME = re.compile(r"(ed25519|ecdsa|rsa)-(\d{1,4})")


@dataclass(frozen=True, slots=True)
class HostKey:
    """One of our host keys; ``serves`` tells whether clients are shown it, or only told of it."""

    name: str
    key: asyncssh.SSHKey
    serves: bool

    @property
    def fingerprint(self) -> str:
        """``SHA256:`` and 43 characters."""
        return self.key.get_fingerprint()

    @property
    def line(self) -> str:
        """The public key in one line."""
        return self.key.export_public_key().decode().strip()


class HostKeys:
    """The folder of our host keys."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def ensure(self) -> list[HostKey]:
        """Return all keys; make one of each kind when there is none at all."""
        if not self._names():
            for kind in KINDS:
                self.make(kind)
        return self.all()

    def all(self) -> list[HostKey]:
        """Return all keys, of each kind the one that serves first; raise LedgerError for one that can't be read."""
        found: list[HostKey] = []
        kinds: set[str] = set()
        for kind, number in self._names():
            name = f"{kind}-{number}"
            path = self._folder / name
            try:
                key = asyncssh.read_private_key(path)
            except (OSError, asyncssh.KeyImportError) as error:
                raise LedgerError(f"The host key {path} can't be read ({error}). Restore it, or retire it.") from None
            found.append(HostKey(name, key, kind not in kinds))
            kinds.add(kind)
        return found

    def make(self, kind: str) -> HostKey:
        """Make a key of a kind: ed25519, ecdsa or rsa."""
        number = 1 + max((n for other, n in self._names(retired=True) if other == kind), default=0)
        key = generate_key(kind, f"partner-gateway {kind}-{number}")
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_secret(self._folder / f"{kind}-{number}", key.export_private_key())
        return next(each for each in self.all() if each.name == f"{kind}-{number}")

    def retire(self, name: str) -> Path:
        """Take a key out of service and keep it aside; raise NotFound, or Conflict for the last one."""
        names = [f"{kind}-{number}" for kind, number in self._names()]
        if name not in names:
            raise NotFound(f"There is no host key {name}. There are: {', '.join(names) or 'none'}.")
        if len(names) == 1:
            raise Conflict(f"{name} is the last host key. Make another one first: gateway sftp hostkey new")
        aside = self._folder / "retired"
        aside.mkdir(exist_ok=True, mode=0o700)
        return (self._folder / name).rename(aside / name)

    @property
    def state(self) -> int:
        """A number that changes when a key is added or retired."""
        return self._folder.stat().st_mtime_ns

    def _names(self, *, retired: bool = False) -> list[tuple[str, int]]:
        folders = [self._folder, self._folder / "retired"] if retired else [self._folder]
        names = [path.name for folder in folders if folder.is_dir() for path in folder.iterdir() if path.is_file()]
        found = [(match[1], int(match[2])) for name in names if (match := _NAME.fullmatch(name))]
        return sorted(found, key=lambda each: (list(KINDS).index(each[0]), each[1]))


def generate_key(kind: str, comment: str) -> asyncssh.SSHKey:
    """Generate a key pair of a kind: ed25519, ecdsa or rsa."""
    if kind == "rsa":
        return asyncssh.generate_private_key(KINDS[kind], comment, key_size=3072)
    return asyncssh.generate_private_key(KINDS[kind], comment)


def write_secret(path: Path, data: bytes) -> None:
    """Write a private key: whole or not at all, and from its first byte on readable for us alone; never over another one."""
    temporary = path.parent / f".{path.name}.part"
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)
    finally:
        temporary.unlink()
