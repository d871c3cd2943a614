"""Sends over AS2: built once, stored, sent. What is sent again is the same bytes under the same Message-ID.

A message is built anew only when the partner said that it could not process the first one: then keys or terms were corrected.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from gateway.as2.content import Sink
from gateway.as2.errors import AS2Error
from gateway.as2.headers import Headers, parse_head
from gateway.as2.mdn_reading import read_mdn
from gateway.as2.message import Packed, Payload
from gateway.as2.slices import Slice
from gateway.as2.terms import Keys
from gateway.errors import ConfigurationError, PartnerRefused, PartnerUnreachable
from gateway.pipeline.outbound.receipted import Answered, settle_receipt
from gateway.pipeline.outbound.transmit import CSV_TYPE
from gateway.pipeline.oversight.chase_receipt import expect_receipt
from gateway.pipeline.ports import Blob, Sending, Sent, UnitOfWork, World
from gateway.pipeline.records import note_event
from gateway.pipeline.task import Task
from gateway.tracking.receipt import CONFIRMED, RECEIPT_LIFE, Receipt, ReceiptEvent, ReceiptState, kept_of
from gateway.trading.as2 import AS2Channel
from gateway.trading.certificates import CertificateMissing, Place, believed
from gateway.trading.directory import Partner
from gateway.transports.as2.building import Builder, evidence_of
from gateway.transports.as2.calling import Answer, Caller, shown
from gateway.transports.as2.keeping import bound_around, joined, keep_request, parted, settle
from gateway.transports.as2.parties import random
from gateway.transports.as2.receipts import answered, unproved
from gateway.transports.as2.spooling import Spools

log = structlog.get_logger("gateway.as2")

_INLINE = 256 << 10
_CHUNK = 1 << 18


class AS2Sender:
    """Fulfils `gateway.pipeline.ports.Sender` and `ReceiptSender`. What is large is read from the vault by chunks."""

    takes_blobs = True

    def __init__(self, world: World, builder: Builder, caller: Caller) -> None:
        self._world = world
        self._builder = builder
        self._caller = caller

    async def send(self, sending: Sending) -> Sent:
        """Send one transmission, the first time or again."""
        channel = sending.partner.text.channels.as2
        if channel is None or channel.send.url is None:
            raise PartnerRefused(
                f"{sending.partner.id} has no AS2 address any more. Add channels.as2.send.url, then replay."
            )
        receipt = await self._receipt(sending, channel)
        if receipt.state in CONFIRMED:
            return Sent(detail="the partner's receipt was here already")
        directory = self._world.configuration().directory
        began_at = self._world.clock()
        head, body = await self._request(receipt)
        answer = await self._caller.post(channel.send.url, head, body, sending.partner, directory, self._world.clock())
        log.info(
            "as2_message_sent",
            partner=sending.partner.id,
            message_id=receipt.message_id,
            status=answer.status,
            attempt=sending.attempt,
            id=sending.transmission.id,
        )
        return self._sent(receipt, channel, sending.partner, answer, began_at)

    async def send_receipt(self, receipt: Receipt, data: bytes, partner: Partner) -> str:
        """Post a receipt that its partner waits for; only to an address that is still agreed."""
        channel, url = partner.text.channels.as2, receipt.reply_to or ""
        if channel is None or not channel.allows_reply_to(url):
            raise PartnerRefused(f"{shown(url)} is no agreed address for receipts of {partner.id}.")
        headers, body = parted(data)
        directory = self._world.configuration().directory
        answer = await self._caller.post(url, headers, body, partner, directory, self._world.clock())
        log.info("as2_receipt_sent", partner=partner.id, message_id=receipt.message_id, status=answer.status)
        return f"{shown(url)} answered {answer.status}"

    # What is sent

    async def _receipt(self, sending: Sending, channel: AS2Channel) -> Receipt:
        """Return the record of the message that is sent: the one that there is, or that of a message built now."""
        about = sending.transmission
        known = await self._world.ledger.tx(lambda uow: uow.receipts_of(about.id))
        ours = [each for each in known if each.direction == "outbound"]
        confirmed = next((each for each in ours if each.state in CONFIRMED), None)
        if confirmed is not None:
            return confirmed
        anew = channel.has_quirk("new-message-id-on-resend") and channel.receipt.ask != "none"
        if ours and ours[-1].state != ReceiptState.FAILED and not anew:
            return ours[-1]
        return await self._build(sending, channel, len(ours))

    async def _build(self, sending: Sending, channel: AS2Channel, before: int) -> Receipt:
        world, about = self._world, sending.transmission
        now = world.clock()
        limit = 2 * bound_around(world.bounds.transmission_bytes)
        with Spools(self._builder.new_spool) as spools:
            packed = await self._packed(sending, now, spools)
            kept = await keep_request(joined(packed.headers, b""), packed.body.chunks(), world.vault, limit)
        asked = channel.receipt.ask != "none"
        receipt = Receipt(
            id=f"{about.id}-o{before}",
            direction="outbound",
            source=about.source,
            partner=sending.partner.id,
            transport="as2",
            message_id=packed.message_id,
            digest=kept.body_digest,
            state=ReceiptState.WAITING if asked else ReceiptState.NOT_ASKED,
            created_at=now,
            tracking_id=about.tracking_id,
            transmission_id=about.id,
            mic=evidence_of(packed, channel, "")["mics"][packed.mic.algorithm],
            mic_algorithm=packed.mic.algorithm,
            evidence=evidence_of(packed, channel, kept.blob.digest) | {"size": kept.blob.size},
        )

        def commit(uow: UnitOfWork) -> Receipt:
            known = uow.find(Receipt, receipt.id)
            if known is not None:
                return known  # A worker that was taken over has built it: its bytes are the ones.
            settle(uow, kept.blob)
            uow.add(receipt)
            facts = {"message_id": receipt.message_id, "mic": receipt.mic, "mic_algorithm": receipt.mic_algorithm}
            note_event(uow, world, "message.built", about, **facts, kept=kept_of(receipt))
            return receipt

        return await world.ledger.tx(commit)

    async def _packed(self, sending: Sending, now: datetime, spools: Spools) -> Packed:
        about = sending.transmission
        facts = {
            "set": about.name or "x12",
            "control_number": about.control_number or about.id,
            "id": about.id,
            "timestamp": f"{about.created_at:%Y%m%dT%H%M%S}",
            "partner": sending.partner.id,
        }
        directory = self._world.configuration().directory

        def build() -> Packed:
            kind = CSV_TYPE if about.content_type == CSV_TYPE else ""  # X12 goes as the partner's file says.
            payload = Payload(self._payload(sending, spools), None, kind)
            return replace(self._builder, new_spool=spools).build(sending.partner, directory, payload, facts, now)

        large = sending.blob is not None or len(sending.body) > _INLINE
        try:
            return await asyncio.to_thread(build) if large else build()
        except (AS2Error, CertificateMissing, ConfigurationError) as error:
            raise PartnerRefused(f"The message can't be made: {error.detail}") from None

    def _payload(self, sending: Sending, spools: Spools) -> Slice:
        """Return the payload: in memory, or from the vault in a file of its own, because it is read more than once."""
        if sending.blob is None:
            return Slice(sending.body)
        return Sink(spools, sending.blob.size).take(self._world.vault.chunks(sending.blob))

    async def _request(self, receipt: Receipt) -> tuple[Headers, bytes | AsyncIterator[bytes]]:
        """Return head and body of a stored message; a large body in chunks."""
        digest, size = str(receipt.evidence["request"]), int(receipt.evidence["size"])
        if size <= _INLINE:
            return parted(await self._world.vault.read(digest))
        begin = await self._world.vault.read_range(digest, 0, 1 << 16)
        head, gap, _ = begin.partition(b"\r\n\r\n")
        return parse_head(head), self._chunks(Blob(digest, size), len(head) + len(gap))

    async def _chunks(self, blob: Blob, offset: int) -> AsyncIterator[bytes]:
        while offset < blob.size:
            chunk = await self._world.vault.read_range(blob.digest, offset, _CHUNK)
            offset += len(chunk)
            yield chunk

    # What was answered

    def _sent(
        self, receipt: Receipt, channel: AS2Channel, partner: Partner, answer: Answer, began_at: datetime
    ) -> Sent:
        words = f"answered {answer.status}"
        if receipt.state == ReceiptState.NOT_ASKED:
            return Sent(detail=words)
        judged = self._judge(receipt, partner, answer)
        if judged is not None:
            return Sent(
                detail=f"{words}, {judged.text}"[:500],
                also=lambda uow: settle_receipt(uow, self._world, receipt.id, judged),
            )
        if channel.receipt.ask == "sync":
            # It may well have the message; only the same message once more tells, because it gets its first receipt.
            raise PartnerUnreachable(
                f"{shown(channel.send.url or '')} answered {answer.status} without a receipt. The same message is sent again."
            )
        due = channel.receipt.within
        return Sent(
            detail=f"{words}, its receipt comes later", also=lambda uow: self._wait(uow, receipt.id, due, began_at)
        )

    def _judge(self, receipt: Receipt, partner: Partner, answer: Answer) -> Answered | None:
        """Return what the answer says as a receipt; None when there is none in it."""
        if not answer.body.strip() and "disposition" not in answer.headers:
            return None
        data = joined(answer.headers, answer.body)
        blob = Blob(hashlib.sha256(data).hexdigest(), len(data), data)
        now = self._world.clock()
        directory = self._world.configuration().directory
        keys = Keys(
            own=self._builder.keyring.all(Place.DECRYPT_IN, directory.own_certificates, now),
            trusted=[each.certificate for each in believed(Place.VERIFY_MDN, partner.certificates, now)],
        )
        try:
            with Spools(self._builder.new_spool) as spools:
                mdn = read_mdn(answer.headers, Slice(answer.body), keys, random=random, new_spool=spools)
        except AS2Error as error:
            return None if error.code == "as2-not-a-receipt" else unproved(error, blob)
        return answered(receipt, mdn, blob)

    def _wait(self, uow: UnitOfWork, receipt_id: str, within: timedelta, began_at: datetime) -> list[Task]:
        """Expect the receipt in time, unless it was faster than the answer.

        What was sent anew by a person after its time, or after an answer that proved nothing, is waited for anew.
        """
        current = uow.find(Receipt, receipt_id)
        if current is None or (current.received_at is not None and current.received_at >= began_at):
            return []
        state = ReceiptState(current.state)
        if state != ReceiptState.WAITING and not RECEIPT_LIFE.allows(state, ReceiptEvent.RESEND):
            return []
        current.due_at = self._world.clock() + within
        uow.change(Receipt, receipt_id, state=ReceiptState.WAITING, due_at=current.due_at)
        return expect_receipt(uow, current, self._world.clock())
