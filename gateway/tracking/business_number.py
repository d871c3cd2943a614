"""A number of the business, such as that of an invoice, and the document that came first with it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

_LONGEST = 200  # What is longer is kept by its hash: an element may have megabytes.


@dataclass(slots=True)
class BusinessNumber:
    """A row of the ledger. ``place`` says where it stood: direction, set and path, such as ``inbound 810 BIG02``.

    Test documents have numbers of their own. Whether a document still holds its number follows from its state.
    """

    id: str
    document_id: str
    partner: str
    place: str
    test: bool
    value: str
    created_at: datetime


def number_key(value: str) -> str:
    """Return ``value`` as it is kept and looked for."""
    return value if len(value) <= _LONGEST else f"sha256:{hashlib.sha256(value.encode()).hexdigest()}"


def number_id(document_id: str, place: str, value: str) -> str:
    """Return the id of a number of a document: the same each time that the document is read."""
    return f"{document_id}:{hashlib.sha256(f'{place} {value}'.encode()).hexdigest()[:16]}"
