"""A request that is being handled: what it is, when it came, and what was configured at that moment."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from gateway.as2.errors import AS2Error
from gateway.as2.mdn_reading import looks_like_receipt
from gateway.as2.receipt_request import ReceiptRequest, read_receipt_request
from gateway.as2.slices import Slice
from gateway.trading.directory import Directory
from gateway.transports.as2.front import Request
from gateway.transports.as2.keeping import Kept
from gateway.transports.as2.parties import Parties


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request with what was kept of it."""

    request: Request
    kept: Kept
    directory: Directory
    now: datetime
    tracking_id: str

    @property
    def message_id(self) -> str:
        """The Message-ID exactly as received, also where it is none that can be used."""
        return self.request.headers.get("message-id").strip(" \t")[:998]

    @property
    def asked(self) -> ReceiptRequest | None:
        """The receipt asked for; of one that can't be given as asked, an unsigned one. Never one for a receipt."""
        if looks_like_receipt(self.request.headers, Slice(self.request.body, 0, self.request.size)):
            return None
        try:
            return read_receipt_request(self.request.headers)
        except AS2Error:
            return ReceiptRequest(self.request.headers.get("disposition-notification-to"))


def source_of(parties: Parties | None) -> str:
    """Return who brought a message, as the ledger calls it."""
    return parties.source if parties is not None else "unknown"


def accepted_id(source: str, message_id: str) -> str:
    """Return the id of the receipt for a message that was accepted: one for a Message-ID, however many come at a time."""
    return "r" + hashlib.sha256(f"{source}\0{message_id}".encode()).hexdigest()


def refused_id(source: str, message_id: str, body_digest: str) -> str:
    """Return the id under which a refused message is kept: the same one for each try of it."""
    return "x" + hashlib.sha256(f"{source}\0{message_id}\0{body_digest}".encode()).hexdigest()[:40]
