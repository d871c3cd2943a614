"""What people said and decided about a case: rows that are only added, each with who and when."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

PERSON_LENGTH, TEXT_LENGTH = 60, 1000


class NoteKind(StrEnum):
    """What a note is."""

    ASSIGNED = "assigned"  # ``text`` is to whom, nothing where it was taken from somebody.
    COMMENT = "comment"
    PROPOSED = "proposed"  # Somebody wants to take what differs as it is; others must approve.
    APPROVED = "approved"
    ACCEPTED = "accepted"  # It was taken as it is.


@dataclass(slots=True)
class CaseNote:
    """One note. ``about`` is the digest of what was decided on: an approval counts for what its person has seen."""

    id: str
    case_id: str
    kind: str
    person: str
    at: datetime
    text: str
    about: str = ""


def digest_of(differences: Iterable[list[Any]]) -> str:
    """Return the SHA-256 that names what differs: whoever approved this has not approved anything else."""
    shown = sorted(json.dumps(each, sort_keys=True, default=str) for each in differences)
    return hashlib.sha256("\n".join(shown).encode()).hexdigest()
