"""Compose, for partners who get CSV instead of X12: one file a document, under the columns that were agreed.

There is no envelope, so there are no control numbers and nobody acknowledges it; that it arrived says the transport.
"""

from __future__ import annotations

from functools import partial

from gateway.canonical.message import BY_SET
from gateway.canonical.values import Part
from gateway.pipeline.outbound.lost import lost_between
from gateway.pipeline.outbound.transmit import CSV_TYPE, is_fetched, outbound_transmission, sending_of
from gateway.pipeline.oversight.promises import keep_answered
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.records import note_event
from gateway.pipeline.step import Advance, Outcome, Park
from gateway.pipeline.task import Task
from gateway.tracking.document import DOCUMENT_LIFE, Document, DocumentEvent, DocumentState
from gateway.trading.agreement import Agreement
from gateway.trading.csv_document import document_of
from gateway.trading.csv_layout import CsvLayout
from gateway.trading.csv_writing import CsvUnwritable, csv_of
from gateway.trading.directory import Partner


def compose(
    document: Document, body: Part, partner: Partner, agreement: Agreement, layout: CsvLayout, world: World
) -> Outcome:
    """Write one document; park it where the agreed columns would say something else than it does."""
    try:
        data, lost = written(body, layout, document.set_id)
    except CsvUnwritable as error:
        return Park("compose-failed", f"CSV of {document.set_id}: {error}")
    notes = [*document.notes, *(f"no column holds {path}" for path in lost)]
    return Advance(
        partial(_store, world=world, document=document, partner=partner, agreement=agreement, data=data, notes=notes)
    )


def written(body: Part, layout: CsvLayout, set_id: str) -> tuple[bytes, list[str]]:
    """Return the file, and the fields that reading it does not give back; raise CsvUnwritable."""
    data = csv_of(body, layout)
    again = document_of(data, layout, BY_SET[set_id])
    if isinstance(again, Part):
        return data, lost_between(body, again)
    return data, []  # What only people read need not be a whole document.


def _store(
    uow: UnitOfWork,
    *,
    world: World,
    document: Document,
    partner: Partner,
    agreement: Agreement,
    data: bytes,
    notes: list[str],
) -> list[Task]:
    now = world.clock()
    transmission = outbound_transmission(
        uow, world, f"{document.id}-c{world.new_id()}", partner, agreement, data, document.tracking_id
    )
    transmission.name, transmission.content_type = document.set_id, CSV_TYPE
    uow.add(transmission)
    uow.change(
        Document,
        document.id,
        state=DOCUMENT_LIFE.after(DocumentState(document.state), DocumentEvent.COMPOSE),
        sent_in=transmission.id,
        notes=notes,
        updated_at=now,
    )
    kept = {"bytes": transmission.digest}
    digest = world.configuration().digest
    note_event(uow, world, "document.composed", document, transmission=transmission.id, kept=kept, configuration=digest)
    if is_fetched(transmission, partner):
        keep_answered(uow, world, document)
    return sending_of(transmission, data, partner, now)
