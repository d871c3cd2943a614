"""Transmit: hand the stored bytes to the agreement's transport. What is sent again is the same bytes."""

from __future__ import annotations

import hashlib
from datetime import datetime

from gateway.errors import PartnerRefused, PartnerUnreachable
from gateway.pipeline.oversight.promises import expect, keep_answered
from gateway.pipeline.ports import Blob, Sender, Sending, Sent, UnitOfWork, World, agreement_for
from gateway.pipeline.records import note_event
from gateway.pipeline.step import Advance, Outcome, Park, Retry, Wait
from gateway.pipeline.task import StepName, Task
from gateway.pipeline.thread.sending import note_sent
from gateway.tracking.document import (
    DOCUMENT_LIFE,
    AcknowledgmentState,
    Document,
    DocumentEvent,
    DocumentState,
)
from gateway.tracking.transmission import TRANSMISSION_LIFE, Transmission, TransmissionEvent, TransmissionState
from gateway.trading.agreement import Agreement
from gateway.trading.directory import Partner
from gateway.x12.acknowledgment import ACKNOWLEDGMENTS

ANSWERS = ACKNOWLEDGMENTS | {"TA1"}
CSV_TYPE = "text/csv"
_IN_MEMORY = 1 << 20


def channel_of(partner: Partner, agreement: Agreement | None) -> str:
    """Return the transport for what goes to ``partner``: the agreed one, else one it has, else its outbox."""
    if agreement is not None and agreement.transport is not None:
        return agreement.transport
    channels = partner.text.channels
    if channels.as2 is not None and channels.as2.send.url is not None:
        return "as2"
    if channels.rest is None and channels.folder is not None and channels.folder.outbound is not None:
        return "folder"
    if channels.rest is None and channels.sftp is not None and (channels.sftp.account or channels.sftp.delivers):
        return "sftp"
    return "rest"


def answer_id(received: Transmission, offset: int) -> str:
    """Return the id of our acknowledgment of the interchange that begins at ``offset`` of a transmission.

    It begins with the id of what is acknowledged, so that all answers to a transmission are found by it.
    """
    return f"{received.id}-a{offset}"


def outbound_transmission(
    uow: UnitOfWork,
    world: World,
    transmission_id: str,
    partner: Partner,
    agreement: Agreement | None,
    data: bytes,
    tracking_id: str,
) -> Transmission:
    """Keep ``data`` and make the record of its sending; the caller adds it."""
    digest = uow.keep(data)
    assert digest == hashlib.sha256(data).hexdigest()
    return Transmission(
        id=transmission_id,
        direction="outbound",
        source=f"partner:{partner.id}",
        partner=partner.id,
        transport=channel_of(partner, agreement),
        created_at=world.clock(),
        digest=digest,
        size=len(data),
        content_type="application/edi-x12",
        state=TransmissionState.WAITING,
        tracking_id=tracking_id,
    )


def sending_of(transmission: Transmission, data: bytes, partner: Partner, now: datetime) -> list[Task]:
    """Return the step that sends a transmission; none where it waits for the partner to fetch it."""
    if is_fetched(transmission, partner):
        return []
    return [Task(StepName.TRANSMIT, transmission.id, transmission.tracking_id, now, carry=(transmission, data))]


def is_fetched(transmission: Transmission, partner: Partner) -> bool:
    """Tell whether a transmission waits for the partner to fetch it, so that it is the partner's turn."""
    rest, sftp = partner.text.channels.rest, partner.text.channels.sftp
    if transmission.transport == "rest":
        return rest is None or rest.webhook is None
    return transmission.transport == "sftp" and sftp is not None and not sftp.delivers


async def run(task: Task, world: World) -> Outcome:
    """Send one transmission."""
    carried = task.carry
    transmission = carried[0] if carried is not None else await world.ledger.load(Transmission, task.subject)
    if transmission is None:
        return Advance()
    partner = world.configuration().directory.partners.get(transmission.partner or "")
    sender = world.senders.get(transmission.transport)
    if partner is None or sender is None:
        missing = f"partner {transmission.partner}" if partner is None else f"transport {transmission.transport}"
        return Park("delivery-exhausted", f"{missing} is not configured any more")
    place = f"{transmission.transport}:{partner.id}"
    wait = world.circuits.wait_until(place, transmission.id, world.clock())
    if wait is not None:
        return Wait(wait)
    data = carried[1] if carried is not None else await _bytes_of(transmission, sender, world)
    blob = Blob(transmission.digest, transmission.size) if data is None else None
    name = file_name(partner, transmission)
    try:
        sent = await sender.send(Sending(transmission, partner, data or b"", name, task.attempts + 1, blob))
    except PartnerUnreachable as error:
        again = world.circuits.failed(place, transmission.id, world.clock())
        return Retry(error.detail) if again is None else Wait(again)
    except PartnerRefused as error:
        world.circuits.succeeded(place)
        return Park("delivery-exhausted", error.detail)
    world.circuits.succeeded(place)
    if sent.waiting:
        return Advance()
    return Advance(lambda uow: record_sent(uow, world, transmission, sent) + (sent.also(uow) if sent.also else []))


async def _bytes_of(transmission: Transmission, sender: Sender, world: World) -> bytes | None:
    """Return the bytes of a transmission; None where they are large and the sender reads them from the vault by itself."""
    if transmission.size > _IN_MEMORY and getattr(sender, "takes_blobs", False):
        return None
    return await world.vault.read(transmission.digest)


def file_name(partner: Partner, transmission: Transmission) -> str:
    """Return the name under which a partner gets these bytes; only letters, digits, ``-``, ``_`` and ``.`` are in it."""
    folder, sftp = partner.text.channels.folder, partner.text.channels.sftp
    template = folder.name if folder is not None else "{set}_{control_number}.edi"
    if transmission.transport == "sftp" and sftp is not None:
        template = sftp.template
    facts = {
        "set": transmission.name or "x12",
        "control_number": transmission.control_number or transmission.id,
        "id": transmission.id,
        "timestamp": f"{transmission.created_at:%Y%m%dT%H%M%S}",
        "partner": partner.id,
    }
    made = ending(template, transmission.content_type)
    for key, value in facts.items():
        made = made.replace("{" + key + "}", value)
    return "".join(mark if mark.isalnum() or mark in "-_." else "_" for mark in made).lstrip(".") or transmission.id


def ending(template: str, content_type: str) -> str:
    """Return a template of names with the end that fits the bytes: CSV is known by it."""
    return template.removesuffix(".edi").removesuffix(".csv") + ".csv" if content_type == CSV_TYPE else template


def record_sent(uow: UnitOfWork, world: World, transmission: Transmission, sent: Sent) -> list[Task]:
    """Write down that the partner has the bytes; what it owes for them becomes a promise."""
    now = world.clock()
    state = TRANSMISSION_LIFE.after(TransmissionState(transmission.state), TransmissionEvent.SENT)
    uow.change(Transmission, transmission.id, state=state, sent_at=now, detail=sent.detail or None)
    if transmission.name in ANSWERS:
        note_event(
            uow, world, "acknowledgment.sent", transmission, transport=transmission.transport, detail=sent.detail
        )
        keep_answered(uow, world, transmission)
        return []
    tasks = []
    for document in uow.sent_in(transmission.id):
        if DOCUMENT_LIFE.allows(DocumentState(document.state), DocumentEvent.SEND):
            state_now = DOCUMENT_LIFE.after(DocumentState(document.state), DocumentEvent.SEND)
            uow.change(Document, document.id, state=state_now, updated_at=now)
        note_event(uow, world, "document.sent", document, transport=transmission.transport, detail=sent.detail)
        keep_answered(uow, world, document)
        tasks += note_sent(uow, world, document)
        tasks += _expect(uow, world, document, now)
    return tasks


def _expect(uow: UnitOfWork, world: World, document: Document, sent_at: datetime) -> list[Task]:
    """Expect the partner's acknowledgment, and what it promised, within what was agreed."""
    agreement = agreement_for(world.configuration(), document)
    expected = agreement is not None and agreement.acknowledgment.expected
    if expected and document.acknowledgment in (AcknowledgmentState.NONE, AcknowledgmentState.OVERDUE):
        uow.change(Document, document.id, acknowledgment=AcknowledgmentState.WAITING)
    return expect(uow, document, agreement, sent_at)
