"""Writes receipts and hands them out: in the answer, or later by a step of their own to an address that was agreed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from gateway.as2.errors import AS2Error
from gateway.as2.mdn import Answer, ReceiptTerms, write_mdn
from gateway.as2.receipt_request import ReceiptRequest
from gateway.as2.terms import Marks
from gateway.keyring import Keyring
from gateway.pipeline.ports import Blob, UnitOfWork, World
from gateway.pipeline.records import open_case
from gateway.pipeline.task import StepName, Task
from gateway.tracking.receipt import Receipt, ReceiptState
from gateway.tracking.transmission import Transmission
from gateway.transports.as2.arrival import Arrival
from gateway.transports.as2.front import Reply
from gateway.transports.as2.keeping import joined, parted
from gateway.transports.as2.parties import Parties, random, receipt_terms

_OF_CONNECTION = ("content-length", "date", "connection")
_NO_NAME = re.compile(r"[^A-Za-z0-9.-]+")


def new_message_id(new_id: Callable[[], str], name: str) -> str:
    """Return a Message-ID that nobody can guess, with our name behind the ``@``."""
    return f"<{new_id()}.{random(8).hex()}@{_NO_NAME.sub('-', name).strip('-') or 'as2'}>"


@dataclass(frozen=True, slots=True)
class WrittenReceipt:
    """A receipt as it is kept and sent, and the request that it answers."""

    blob: Blob
    request: ReceiptRequest

    @property
    def reply(self) -> Reply:
        """The answer of the request that holds it."""
        assert self.blob.data is not None, "a receipt is small"
        return reply_with(self.blob.data)


def reply_with(kept: bytes) -> Reply:
    """Return the answer that holds a kept receipt."""
    headers, body = parted(kept)
    return Reply(200, [(name, value) for name, value in headers if name.lower() not in _OF_CONNECTION], body)


def write_receipt(
    arrival: Arrival, parties: Parties | None, answer: Answer, world: World, keyring: Keyring
) -> WrittenReceipt | None:
    """Write the receipt that was asked for, or return None when none was.

    Without parties (nobody known) it is unsigned. Raises CertificateMissing or KeyTrouble when we have no key to sign with.
    """
    request = arrival.asked
    if request is None:
        return None
    headers = arrival.request.headers
    if parties is not None:
        digest = answer.mic.algorithm if answer.mic is not None else _digest(request)
        terms = receipt_terms(parties, request, arrival.directory, keyring, arrival.now, digest)
    else:
        terms = ReceiptTerms(sender=headers.get("as2-to")[:128], receiver=headers.get("as2-from")[:128])
    marks = Marks(new_message_id(world.new_id, terms.sender), arrival.now, random)
    written = write_mdn(answer, terms, marks)
    data = joined(written.headers, written.body)
    return WrittenReceipt(Blob(hashlib.sha256(data).hexdigest(), len(data), data), request)


def _digest(request: ReceiptRequest) -> str:
    try:
        return request.choose_mic(("sha256", "sha384", "sha512"), "sha256")[0]
    except AS2Error:
        return "sha256"


def hand_out(
    uow: UnitOfWork,
    world: World,
    receipt: Receipt,
    about: Transmission,
    written: WrittenReceipt | None,
    parties: Parties | None,
) -> list[Task]:
    """Set how a receipt reaches its partner, and return the step that brings it there if it isn't the answer.

    An address that was not agreed is never called; that the partner waits for it in vain is a case.
    """
    if written is None or not written.request.is_asynchronous:
        receipt.state = ReceiptState.GIVEN
        return []
    receipt.reply_to = written.request.url
    if parties is None or not parties.channel.allows_reply_to(written.request.url or ""):
        receipt.state = ReceiptState.UNDELIVERABLE
        if parties is not None:
            words = f"the address is {written.request.url}; once it is added: gateway replay {receipt.id}"
            open_case(uow, world, "receipt-address", about, words)
        return []
    receipt.state = ReceiptState.OWED
    return [Task(StepName.CONFIRM, receipt.id, receipt.tracking_id, receipt.created_at, carry=None)]
