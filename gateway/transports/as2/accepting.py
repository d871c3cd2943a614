"""What happens to a message that was opened: one commit with payload, proof and receipt; a copy gets the first receipt."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from gateway.as2.disposition import PROCESSED
from gateway.as2.errors import MessageIDReused
from gateway.as2.mdn import Answer
from gateway.as2.message import Payload, Unpacked
from gateway.keyring import Keyring
from gateway.pipeline.inbound.receive import Submission, store, transmission_of
from gateway.pipeline.ports import Blob, UnitOfWork, World
from gateway.pipeline.records import note_event
from gateway.pipeline.task import Task
from gateway.tracking.receipt import Receipt, ReceiptState, kept_of
from gateway.tracking.transmission import Transmission
from gateway.transports.as2.answering import WrittenReceipt, hand_out, write_receipt
from gateway.transports.as2.arrival import Arrival, accepted_id
from gateway.transports.as2.committing import committed
from gateway.transports.as2.front import Reply
from gateway.transports.as2.keeping import bound_around, chunks_of, keep_all, settle
from gateway.transports.as2.parties import Parties
from gateway.transports.as2.repeating import answer_again

log = structlog.get_logger("gateway.as2")

_SKEW = timedelta(hours=24)  # A message may have waited for a day in the partner's queue.


@dataclass(frozen=True, slots=True)
class _Opened:
    """Everything of a message that is stored."""

    submissions: list[Submission]
    entity: Blob
    signature: Blob | None
    receipt: WrittenReceipt | None


async def accept(arrival: Arrival, parties: Parties, unpacked: Unpacked, world: World, keyring: Keyring) -> Reply:
    """Store a message and answer it.

    Raises MessageIDReused when its Message-ID came before with other bytes, CertificateMissing or KeyTrouble when the receipt
    can't be signed, TooLarge for a payload over the bound.
    """
    answer = Answer(unpacked.message_id, PROCESSED, unpacked.mic)
    opened = _Opened(
        [await _submission(arrival, parties, payload, world) for payload in unpacked.payloads],
        await keep_all(
            chunks_of(unpacked.opening.hashed.data), world.vault, bound_around(world.bounds.transmission_bytes)
        ),
        await _kept_signature(unpacked, world),
        write_receipt(arrival, parties, answer, world, keyring),
    )
    receipt = _receipt(arrival, parties, unpacked, opened)

    def commit(uow: UnitOfWork) -> tuple[Receipt | None, list[Task]]:
        known = uow.find(Receipt, receipt.id)
        if known is not None:
            return known, []
        return None, _store(uow, world, arrival, parties, opened, receipt)

    known, tasks = await committed(world, commit)
    world.wake(tasks)
    if known is not None:
        # Products that encrypt anew for each try send other bytes, but sign the same ones.
        if known.digest != arrival.kept.body_digest and (known.mic, known.mic_algorithm) != (
            receipt.mic,
            receipt.mic_algorithm,
        ):
            raise MessageIDReused
        return await answer_again(known, arrival, parties, world)
    log.info(
        "as2_message_received",
        partner=parties.partner.id,
        message_id=unpacked.message_id,
        layers=[str(layer) for layer in unpacked.layers],
        id=receipt.transmission_id,
    )
    if opened.receipt is None or opened.receipt.request.is_asynchronous:
        return Reply(204) if receipt.state != ReceiptState.UNDELIVERABLE else _not_agreed()
    return opened.receipt.reply


def _not_agreed() -> Reply:
    words = "The message is here. Its receipt can't be sent: the address asked for was not agreed. Ask us to add it.\n"
    return Reply.text(200, words)


async def _submission(arrival: Arrival, parties: Parties, payload: Payload, world: World) -> Submission:
    blob = await keep_all(payload.body.chunks(), world.vault)
    return Submission(
        transport="as2",
        blob=blob,
        tracking_id=arrival.tracking_id,
        partner=parties.partner,
        content_type=_content_type(payload),
        name=payload.filename,
        remote=arrival.request.remote[:100],
    )


def _content_type(payload: Payload) -> str:
    """Return the type as said, but never one that the bytes contradict: peers send X12 as anything."""
    main = payload.content_type.partition(";")[0].strip().lower()[:100]
    begins = payload.body.at(0, 64).lstrip()
    if begins.startswith(b"ISA") or not main:
        return "application/edi-x12"
    return "application/octet-stream" if "json" in main and begins[:1] != b"{" else main


async def _kept_signature(unpacked: Unpacked, world: World) -> Blob | None:
    if unpacked.opening.signature is None:
        return None
    return await keep_all(chunks_of(unpacked.opening.signature), world.vault)


def _of_clock(unpacked: Unpacked, now: datetime) -> list[str]:
    """Say when the partner's clock is wrong: no reason to refuse anything, but a fine one for odd dates elsewhere."""
    signed_at = unpacked.signer.signed_at if unpacked.signer is not None else None
    if signed_at is None or abs(now - signed_at) < _SKEW:
        return []
    return [f"signed at {signed_at:%Y-%m-%d %H:%M:%S} UTC by the partner's clock"]


def _receipt(arrival: Arrival, parties: Parties, unpacked: Unpacked, opened: _Opened) -> Receipt:
    evidence: dict[str, Any] = {
        "request": arrival.kept.blob.digest,
        "entity": opened.entity.digest,
        "layers": [str(layer) for layer in unpacked.layers],
        "remote": arrival.request.remote,
    }
    if opened.signature is not None:
        evidence["signature"] = opened.signature.digest
    if unpacked.signer is not None:
        evidence["signer"] = unpacked.signer.certificate.fingerprint
    warnings = [*unpacked.warnings, *_of_clock(unpacked, arrival.now)]
    if warnings:
        evidence["warnings"] = warnings
    return Receipt(
        id=accepted_id(parties.source, unpacked.message_id),
        direction="inbound",
        source=parties.source,
        partner=parties.partner.id,
        transport="as2",
        message_id=unpacked.message_id,
        digest=arrival.kept.body_digest,
        state=ReceiptState.GIVEN,
        created_at=arrival.now,
        tracking_id=arrival.tracking_id,
        disposition="processed",
        mic=base64.b64encode(unpacked.mic.value).decode(),
        mic_algorithm=unpacked.mic.algorithm,
        receipt=opened.receipt.blob.digest if opened.receipt is not None else None,
        evidence=evidence,
    )


def _store(
    uow: UnitOfWork, world: World, arrival: Arrival, parties: Parties, opened: _Opened, receipt: Receipt
) -> list[Task]:
    settle(uow, arrival.kept.blob, opened.entity, opened.signature)
    settle(uow, opened.receipt.blob if opened.receipt is not None else None)
    tasks: list[Task] = []
    about: Transmission | None = None
    for submission in opened.submissions:
        transmission = transmission_of(submission, world)
        stored, following = store(uow, submission=submission, transmission=transmission, world=world)
        tasks += following
        if about is None:
            about = uow.find(Transmission, stored.id)
            receipt.transmission_id = stored.id
    assert about is not None, "a message has a payload"
    tasks_of_receipt = hand_out(uow, world, receipt, about, opened.receipt, parties)
    uow.add(receipt)
    note_event(
        uow,
        world,
        "receipt.given" if receipt.state == ReceiptState.GIVEN else f"receipt.{receipt.state}",
        about,
        message_id=receipt.message_id,
        mic=receipt.mic,
        mic_algorithm=receipt.mic_algorithm,
        signer=receipt.evidence.get("signer"),
        kept=kept_of(receipt),
    )
    for task in tasks_of_receipt:
        uow.schedule(task)
    return tasks + tasks_of_receipt
