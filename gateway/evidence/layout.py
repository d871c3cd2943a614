"""How a bundle is laid out, once for those who write and those who verify it.

README.txt  verify.sh  SHA256SUMS
events.jsonl                     the events of the case, one a line, as they were hashed
sealed.txt                       which event speaks of which file: SHA-256, number of the event, path
purged.txt                       what was deleted: SHA-256, number of the event that speaks of it, and of the one of its purge
signatures.txt                   what was signed, its signature, whose certificate
chain/NUMBER.header .leaves      blocks of the log
checkpoints/NUMBER.txt .tsr      what the chain was at a time
transmissions/ documents/ configuration/ certificates/
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

SUMS, EVENTS, SEALED, SIGNATURES = "SHA256SUMS", "events.jsonl", "sealed.txt", "signatures.txt"
PURGED = "purged.txt"  # Only where something was.
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)


@dataclass(slots=True)
class Bundle:
    """The files of a case by path."""

    files: dict[str, bytes] = field(default_factory=dict)

    def put(self, folder: str, name: str, data: bytes) -> str:
        """Add a file and return its path; another one of that name gets a number."""
        stem, dot, ending = name.rpartition(".")
        path, number = f"{folder}/{name}", 2
        while self.files.get(path, data) != data:
            path, number = f"{folder}/{stem}-{number}{dot}{ending}", number + 1
        self.files[path] = data
        return path


def safe_name(text: str) -> str:
    """Return a text as the name of a folder."""
    return _NOT_IN_NAMES.sub("_", text).strip("._")[:100] or "_"


def sums_of(files: Mapping[str, bytes]) -> bytes:
    """Return the SHA256SUMS of files."""
    return "".join(
        f"{hashlib.sha256(data).hexdigest()}  {path}\n" for path, data in sorted(files.items()) if path != SUMS
    ).encode()


def write_zip(files: Mapping[str, bytes], to: Path) -> None:
    """Write files as an archive; the same files make the same bytes."""
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in sorted(files.items()):
            about = zipfile.ZipInfo(path, _FIRST_DAY)
            about.external_attr = (0o755 if path.endswith(".sh") else 0o644) << 16
            about.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(about, data)
