"""Takes in receipts of partners, whether they come as the answer of a request or later by a request of their own."""

from __future__ import annotations

import base64
import hashlib

import structlog

from gateway.as2.disposition import Disposition
from gateway.as2.errors import AS2Error
from gateway.as2.mdn import MDN
from gateway.as2.mic import MIC
from gateway.as2.reconciliation import Sent, Verdict, reconcile
from gateway.pipeline.outbound.receipted import Answered, settle_receipt
from gateway.pipeline.ports import Blob, UnitOfWork, World
from gateway.pipeline.records import note_event, open_case
from gateway.tracking.receipt import Receipt, ReceiptEvent
from gateway.tracking.transmission import Transmission, TransmissionState
from gateway.transports.as2.allowance import Allowance
from gateway.transports.as2.arrival import Arrival, refused_id
from gateway.transports.as2.committing import committed
from gateway.transports.as2.front import Reply
from gateway.transports.as2.keeping import settle
from gateway.transports.as2.parties import Parties

log = structlog.get_logger("gateway.as2")

# What each verdict is in the life of a receipt. A MIC that can't be compared is as good as none.
EVENTS: dict[Verdict, ReceiptEvent] = {
    Verdict.DELIVERED: ReceiptEvent.CONFIRM,
    Verdict.DELIVERED_WITH_WARNING: ReceiptEvent.WARN,
    Verdict.ERROR: ReceiptEvent.FAIL,
    Verdict.FAILED: ReceiptEvent.FAIL,
    Verdict.MIC_DIFFERS: ReceiptEvent.DIFFER,
    Verdict.MIC_MISSING: ReceiptEvent.OMIT,
    Verdict.MIC_OTHER_ALGORITHM: ReceiptEvent.OMIT,
    Verdict.UNSIGNED: ReceiptEvent.LEAVE_UNSIGNED,
}


def sent_of(receipt: Receipt) -> Sent:
    """Return what was kept of a message that we sent, as the engine wants it."""
    mics = receipt.evidence.get("mics", {})
    return Sent(
        receipt.message_id,
        tuple(MIC(base64.b64decode(value), name) for name, value in mics.items()),
        bool(receipt.evidence.get("signed_receipt", True)),
    )


def answered(receipt: Receipt, mdn: MDN, blob: Blob) -> Answered | None:
    """Judge a receipt of the partner against what we sent; None when it is about something else."""
    verdict = reconcile(sent_of(receipt), mdn)
    if verdict.verdict is Verdict.NOT_OURS:
        return None
    evidence = {"signer": mdn.signer.certificate.fingerprint} if mdn.signer is not None else {}
    return Answered(EVENTS[verdict.verdict], verdict.text, _short(mdn.disposition), blob, evidence)


def unproved(error: AS2Error, blob: Blob) -> Answered:
    """Return what an answer is worth whose signature does not hold, or that is no receipt: nothing."""
    words = f"The partner's answer proves nothing: {error.detail}"
    return Answered(ReceiptEvent.LEAVE_UNSIGNED, words, "", blob, {"code": error.code})


def _short(disposition: Disposition) -> str:
    return str(disposition).partition("; ")[2]


async def take_receipt(arrival: Arrival, parties: Parties, mdn: MDN, world: World, allowance: Allowance) -> Reply:
    """Take in a receipt that came by a request of its own, in time or late; one for nothing we sent changes nothing.

    Such a one leaves a record, if it is not signed within ``allowance``: anybody can write it.
    """

    def commit(uow: UnitOfWork) -> str | None:
        for receipt in _candidates(uow, parties, mdn.original_message_id):
            found = answered(receipt, mdn, arrival.kept.blob)
            if found is not None:
                settle_receipt(uow, world, receipt.id, found)
                return found.event
        return None

    event = await committed(world, commit)
    if event is None and (mdn.signed or allowance.take(parties.source, arrival.request.size, arrival.now)):
        await committed(world, lambda uow: _orphan(uow, world, arrival, parties, mdn))
    log.info(
        "as2_receipt_received",
        partner=parties.partner.id,
        original_message_id=mdn.original_message_id[:200],
        settled=event or "orphan",
    )
    return (
        Reply(204) if event is not None else Reply.text(200, "This receipt is for nothing that we sent. Look for it.\n")
    )


def _candidates(uow: UnitOfWork, parties: Parties, message_id: str) -> list[Receipt]:
    """Return what we wait for under a Message-ID; some products drop the angle brackets or add them."""
    bare = message_id.strip().strip("<>").strip()
    found: list[Receipt] = []
    for spelling in dict.fromkeys((message_id, f"<{bare}>", bare)):
        found += uow.find_receipts(parties.source, "outbound", spelling)
    return found[::-1]  # The latest first: what was built anew has a Message-ID of its own.


def _orphan(uow: UnitOfWork, world: World, arrival: Arrival, parties: Parties, mdn: MDN) -> None:
    """Keep a receipt for nothing we sent. Its signature was proved, or it is unsigned and says nothing of weight."""
    kept = refused_id(parties.source, mdn.original_message_id, hashlib.sha256(b"receipt").hexdigest())
    about = uow.find(Transmission, kept)
    if about is None:
        settle(uow, arrival.kept.blob)
        about = Transmission(
            id=kept,
            direction="inbound",
            source=parties.source,
            partner=parties.partner.id,
            transport="as2",
            created_at=arrival.now,
            digest=arrival.kept.blob.digest,
            size=arrival.kept.blob.size,
            content_type="message/http",
            state=TransmissionState.REFUSED,
            tracking_id=arrival.tracking_id,
            remote=arrival.request.remote[:100],
            detail=f"a receipt for {mdn.original_message_id[:200]}, which was not sent",
        )
        uow.add(about)
        open_case(uow, world, "receipt-orphan", about, about.detail or "")
    facts = {"original_message_id": mdn.original_message_id, "kept": {"bytes": about.digest}}
    note_event(uow, world, "receipt.orphan", about, **facts)
