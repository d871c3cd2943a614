"""What happens to a message that is refused: it is kept within bounds, answered with its disposition, and a person is told."""

from __future__ import annotations

import structlog

from gateway.as2.disposition import disposition_of
from gateway.as2.errors import AS2Error
from gateway.as2.mdn import Answer
from gateway.keyring import Keyring
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import note_event, open_case
from gateway.pipeline.task import Task
from gateway.tracking.receipt import Receipt, ReceiptState, kept_of
from gateway.tracking.transmission import Transmission, TransmissionState
from gateway.transports.as2.answering import WrittenReceipt, hand_out, write_receipt
from gateway.transports.as2.arrival import Arrival, accepted_id, refused_id, source_of
from gateway.transports.as2.committing import committed
from gateway.transports.as2.front import Reply
from gateway.transports.as2.keeping import settle
from gateway.transports.as2.parties import Parties
from gateway.transports.as2.repeating import answer_again

log = structlog.get_logger("gateway.as2")

_STATUS = {"as2-unknown-trading-relationship": 403}


async def refuse(
    arrival: Arrival,
    parties: Parties | None,
    error: AS2Error,
    world: World,
    keyring: Keyring,
    *,
    stored: bool,
) -> Reply:
    """Answer a message that can't be accepted; one that was accepted before gets its first receipt instead.

    It leaves a record only when it is ``stored``. Raises CertificateMissing or KeyTrouble when the receipt can't be signed.
    """
    message_id = arrival.message_id
    if parties is not None:
        first = await world.ledger.load(Receipt, accepted_id(parties.source, message_id))
        if first is not None and first.digest == arrival.kept.body_digest:
            return await answer_again(first, arrival, parties, world)
    answer = Answer(message_id, disposition_of(error.disposition), None, f"{error.public}\n")
    written = write_receipt(arrival, parties, answer, world, keyring)
    receipt = _receipt(arrival, parties, error, written)
    log.warning(
        "as2_message_refused",
        partner=receipt.partner,
        message_id=message_id[:200],
        code=error.code,
        reason=error.detail,
        remote=arrival.request.remote,
        stored=stored,
    )
    if stored:

        def commit(uow: UnitOfWork) -> list[Task]:
            return _store(uow, world, arrival, parties, error, receipt, written)

        world.wake(await committed(world, commit))
    if receipt.state == ReceiptState.OWED:
        return Reply(204)  # The receipt that comes later says what is wrong; a bad status would have it sent again.
    if written is None or written.request.is_asynchronous:
        return Reply.text(_STATUS.get(error.code, 400), f"{error.public}\n")
    return written.reply


def _receipt(arrival: Arrival, parties: Parties | None, error: AS2Error, written: WrittenReceipt | None) -> Receipt:
    source = source_of(parties)
    kept = refused_id(source, arrival.message_id, arrival.kept.body_digest)
    return Receipt(
        id=f"{kept}-r",
        direction="inbound",
        source=source,
        partner=parties.partner.id if parties is not None else None,
        transport="as2",
        message_id=arrival.message_id,
        digest=arrival.kept.body_digest,
        state=ReceiptState.GIVEN,
        created_at=arrival.now,
        tracking_id=arrival.tracking_id,
        transmission_id=kept,
        disposition=error.disposition,
        receipt=written.blob.digest if written is not None else None,
        evidence={"request": arrival.kept.blob.digest, "code": error.code, "remote": arrival.request.remote},
    )


def _store(
    uow: UnitOfWork,
    world: World,
    arrival: Arrival,
    parties: Parties | None,
    error: AS2Error,
    receipt: Receipt,
    written: WrittenReceipt | None,
) -> list[Task]:
    settle(uow, arrival.kept.blob, written.blob if written is not None else None)
    assert receipt.transmission_id is not None
    about = uow.find(Transmission, receipt.transmission_id)
    if about is None:
        about = _transmission(arrival, receipt, error)
        uow.add(about)
    kept = kept_of(receipt)
    note_event(uow, world, "message.refused", about, transport="as2", code=error.code, reason=error.detail, kept=kept)
    known = uow.find(Receipt, receipt.id)
    tasks = hand_out(uow, world, receipt, about, written, parties)
    if known is None:
        uow.add(receipt)
    else:
        uow.change(Receipt, receipt.id, state=receipt.state, receipt=receipt.receipt, reply_to=receipt.reply_to)
    cause = "unknown-names" if parties is None else "message-refused"
    open_case(uow, world, cause, about, error.detail)
    for task in tasks:
        uow.schedule(task)
    return tasks


def _transmission(arrival: Arrival, receipt: Receipt, error: AS2Error) -> Transmission:
    """Make the record of the whole request: what is in it nobody could, or may, read."""
    blob = arrival.kept.blob
    assert receipt.transmission_id is not None
    return Transmission(
        id=receipt.transmission_id,
        direction="inbound",
        source=receipt.source,
        partner=receipt.partner,
        transport="as2",
        created_at=arrival.now,
        digest=blob.digest,
        size=blob.size,
        content_type="message/http",
        state=TransmissionState.REFUSED,
        tracking_id=arrival.tracking_id,
        remote=arrival.request.remote[:100],
        detail=error.detail,
    )
