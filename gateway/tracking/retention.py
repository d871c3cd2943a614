"""What must not be thrown away, and for how long: a hold that a person places, the time of each kind of document, and the trace
that a purge leaves. Pure: what belongs together and what time it is are told from outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway.tracking.document import Document, DocumentState
from gateway.tracking.receipt import Receipt, ReceiptState, kept_of
from gateway.tracking.transmission import Transmission, TransmissionState

# They speak of documents of any kind, so they are kept as long as the longest of those.
_ACKNOWLEDGING = ("997", "999", "TA1", "824")

_D, _T, _R = DocumentState, TransmissionState, ReceiptState
_DOCUMENT_ENDED = frozenset((_D.DELIVERED, _D.SENT, _D.RECONCILED, _D.REJECTED, _D.DUPLICATE, _D.SET_ASIDE))
_TRANSMISSION_ENDED = frozenset((_T.READ, _T.REFUSED, _T.SENT))
_RECEIPT_OPEN = frozenset((_R.WAITING, _R.OWED))


@dataclass(slots=True)
class Hold:
    """A row of the ledger. ``id`` is what is held: a document, a transmission, or an order by its number."""

    id: str
    reason: str
    placed_by: str
    placed_at: datetime
    released_by: str | None = None
    released_at: datetime | None = None
    release_reason: str | None = None


@dataclass(slots=True)
class Purge:
    """A row of the ledger: bytes that were there and are not any more. ``id`` is their SHA-256.

    ``subject`` is the transmission that they belonged to; its event ``purged`` names them, and is what proves it.
    """

    id: str
    subject: str
    reason: str
    purged_by: str
    purged_at: datetime
    size: int


@dataclass(frozen=True, slots=True)
class Retention:
    """How long each kind of document is kept, by its set; the others as long as ``default``."""

    default: timedelta
    kinds: Mapping[str, timedelta] = field(default_factory=dict)

    @property
    def shortest(self) -> timedelta:
        """What is younger than this is never purged."""
        return min(self.default, *self.kinds.values()) if self.kinds else self.default

    @property
    def longest(self) -> timedelta:
        """How long that is kept which may belong to documents of any kind."""
        return max(self.default, *self.kinds.values()) if self.kinds else self.default

    def of(self, set_id: str) -> timedelta:
        """Return how long documents of a set are kept."""
        return self.kinds.get(set_id) or (self.longest if set_id in _ACKNOWLEDGING else self.default)


@dataclass(slots=True)
class Belongings:
    """A transmission with everything that is purged with it, or keeps it from being purged.

    ``documents`` are those that it brought or took; for an acknowledgment of ours those that it answers. ``digests`` are the
    bytes that are its own. ``waits`` says in words what is still to be done about any of it; nothing when all is done.
    """

    transmission: Transmission
    documents: list[Document]
    receipts: list[Receipt]
    digests: frozenset[str]
    waits: str = ""

    @property
    def subjects(self) -> set[str]:
        """Ids of all records; who holds one of them holds the transmission."""
        return {self.transmission.id, *(each.id for each in self.documents), *(each.id for each in self.receipts)}


def digests_of(transmission: Transmission, documents: list[Document], receipts: list[Receipt]) -> set[str]:
    """Return which bytes the records of a transmission name; ``documents`` are those that it brought."""
    found = {transmission.digest}
    for document in documents:
        found |= {digest for digest in (document.canonical, document.delivered) if digest}
    for receipt in receipts:
        found |= set(kept_of(receipt).values())
    return found


def keeps_until(found: Belongings, retention: Retention) -> datetime:
    """Return until when a transmission is kept: the longest of its documents, each from the last that happened to it."""
    about = found.transmission
    last = max((about.created_at, *(each.received_at for each in found.receipts if each.received_at)))
    last = max(last, about.sent_at or last)
    if not found.documents:
        return last + retention.longest
    longest = max(retention.of(each.set_id) for each in found.documents)
    return max(last + longest, *(each.updated_at + retention.of(each.set_id) for each in found.documents))


def why_open(found: Belongings) -> str:
    """Return what is not done yet about a transmission, in words; what is open is never purged, however old."""
    if found.transmission.state not in _TRANSMISSION_ENDED:
        return f"a transmission is {found.transmission.state}"
    open_document = next((each for each in found.documents if each.state not in _DOCUMENT_ENDED), None)
    if open_document is not None:
        return f"a document is {open_document.state}"
    if any(receipt.state in _RECEIPT_OPEN for receipt in found.receipts):
        return "a receipt is owed"
    return found.waits
