"""What was in force: every file of the configuration by its SHA-256, every certificate by its fingerprint. Opens no file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Believed:
    """A certificate that the files name: whose (``own``, or a partner), in which file, for what, in which state."""

    owner: str
    file: str
    fingerprint: str
    use: tuple[str, ...]
    state: str


@dataclass(frozen=True)
class Inventory:
    """One state of the configuration. ``files`` holds the bytes of each file by its path; no secret stands in any of them."""

    program: str
    files: Mapping[str, bytes]
    certificates: Sequence[Believed] = ()

    @cached_property
    def text(self) -> bytes:
        """The list of it, as JSON: program, certificates, and the SHA-256 of each file by its path."""
        listed = {
            "program": self.program,
            "certificates": [
                {
                    "owner": each.owner,
                    "file": each.file,
                    "fingerprint": each.fingerprint,
                    "use": sorted(each.use),
                    "state": each.state,
                }
                for each in self.certificates
            ],
            "files": {path: hashlib.sha256(self.files[path]).hexdigest() for path in sorted(self.files)},
        }
        return (json.dumps(listed, indent=1, ensure_ascii=False) + "\n").encode()

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the list: one name for all of it."""
        return hashlib.sha256(self.text).hexdigest()
