"""Deliver: hand the stored message to the ERP under a key that never changes, so that trying again posts nothing twice."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from gateway.canonical.message import BY_SET
from gateway.errors import ErpRejected, ErpRests, ErpUnavailable
from gateway.pipeline.inbound.advise import advise
from gateway.pipeline.inbound.routing import erp_of
from gateway.pipeline.oversight.promises import keep_named
from gateway.pipeline.ports import Delivered, Delivery, UnitOfWork, World, agreement_for
from gateway.pipeline.records import note_event
from gateway.pipeline.step import Advance, Outcome, Park, Retry, Wait
from gateway.pipeline.task import Task
from gateway.tracking.document import DOCUMENT_LIFE, Document, DocumentEvent, DocumentState
from gateway.tracking.promise import CONFIRMATION
from gateway.trading.agreement import Agreement


async def run(task: Task, world: World) -> Outcome:
    """Deliver one document."""
    if task.carry is not None:
        document, data = task.carry
    else:
        found = await world.ledger.load(Document, task.subject)
        if found is None or found.canonical is None:
            return Advance()
        document, data = found, await world.vault.read(found.canonical)
    agreement = agreement_for(world.configuration(), document)
    if agreement is None:
        return Park("no-agreement", f"set {document.set_id} from {document.partner}")
    erp = erp_of(document, agreement)
    connector = world.erps.get(erp)
    if connector is None:
        return Park("erp-rejected", f"there is no ERP {erp!r} in gateway.yaml; add it under erps")
    place = f"erp:{erp}"
    wait = world.circuits.wait_until(place, document.id, world.clock())
    if wait is not None:
        return Wait(wait)
    delivery = Delivery(
        key=document.delivery_key or document.id,
        body=data,
        message_type=BY_SET[document.set_id].name,
        partner=document.partner,
        document_number=document.document_number or "",
        tracking_id=document.tracking_id,
        attempt=task.attempts + 1,
    )
    try:
        done = await connector.deliver(delivery)
    except ErpRests as error:
        return Wait(world.clock() + timedelta(seconds=error.seconds))  # It was not asked, so this is no try.
    except ErpUnavailable as error:
        again = world.circuits.failed(place, document.id, world.clock())
        return Retry(error.detail) if again is None else Wait(again)
    except ErpRejected as error:
        world.circuits.succeeded(place)
        detail = error.detail
        told = partial(_advise, world=world, document=document, agreement=agreement, detail=detail)
        return Park("erp-rejected", detail, told)

    world.circuits.succeeded(place)
    return Advance(lambda uow: _delivered(uow, world, document, agreement, done))


def _delivered(uow: UnitOfWork, world: World, document: Document, agreement: Agreement, done: Delivered) -> list[Task]:
    """Write down that the ERP has the document, and which content of it."""
    state = DOCUMENT_LIFE.after(DocumentState(document.state), DocumentEvent.DELIVER)
    uow.change(
        Document,
        document.id,
        state=state,
        erp_reference=done.reference,
        delivered=document.canonical,
        updated_at=world.clock(),
    )
    if CONFIRMATION in agreement.promises:
        keep_named(uow, world, document.id, CONFIRMATION, document.id)
    kept = {"canonical": document.canonical}
    erp = erp_of(document, agreement)
    note_event(uow, world, "document.delivered", document, erp=erp, reference=done.reference, kept=kept)
    return []


def _advise(uow: UnitOfWork, *, world: World, document: Document, agreement: Agreement, detail: str) -> list[Task]:
    """Tell the partner why, where that is agreed."""
    return advise(uow, world, document, agreement, "erp-rejected", detail)
