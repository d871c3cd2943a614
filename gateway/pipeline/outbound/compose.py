"""Compose: an ERP's message becomes an interchange, checked before it leaves as strictly as what comes in.

What was written is read back with the same profile: a field that does not come back would have been lost silently, so it is
said on the document. Control numbers are taken in the commit that stores the bytes.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from gateway.canonical.message import BY_SET
from gateway.canonical.values import Part
from gateway.errors import TranslationError
from gateway.mapping.loader import Mapping
from gateway.pipeline.outbound import as_csv
from gateway.pipeline.outbound.accept import read_body
from gateway.pipeline.outbound.lost import lost_between
from gateway.pipeline.outbound.numbers import next_numbers
from gateway.pipeline.outbound.transmit import is_fetched, outbound_transmission, sending_of
from gateway.pipeline.oversight.promises import keep_answered
from gateway.pipeline.ports import Configuration, UnitOfWork, World, agreement_for
from gateway.pipeline.records import note_event
from gateway.pipeline.step import Advance, Outcome, Park
from gateway.pipeline.task import Task
from gateway.tracking.document import DOCUMENT_LIFE, Document, DocumentEvent, DocumentState
from gateway.trading.agreement import Agreement
from gateway.trading.directory import Partner
from gateway.x12.model import TransactionSet
from gateway.x12.reader import read
from gateway.x12.standards import set_definition
from gateway.x12.validator import Judgment, validate
from gateway.x12.writer import OutgoingGroup, OutgoingInterchange, OutgoingSet, OutSegment, write


async def run(task: Task, world: World) -> Outcome:
    """Compose one document."""
    if task.carry is not None:
        document, body = task.carry
    else:
        found = await world.ledger.load(Document, task.subject)
        if found is None or found.canonical is None:
            return Advance()
        document = found
        body = read_body(await world.vault.read(found.canonical), BY_SET[found.set_id])
    configuration = world.configuration()
    partner = configuration.directory.partners.get(document.partner)
    agreement = agreement_for(configuration, document)
    if partner is None or agreement is None:
        return Park("no-agreement", f"set {document.set_id} to {document.partner}")
    if agreement.csv is not None:
        return as_csv.compose(document, body, partner, agreement, agreement.csv, world)
    mapping = configuration.mapping(agreement.profile, agreement.version)
    try:
        segments = mapping.from_canonical(body)
        data = write(envelope(configuration, partner, agreement, segments, world.clock(), (1, 1)), agreement.style)
    except TranslationError as error:
        return Park("compose-failed", error.detail)
    judgment, lost = check(data, mapping, agreement, configuration, body)
    document.faults = [fault.as_dict() for fault in judgment.faults]
    if not judgment.accepted:
        faults = document.faults
        shown = "; ".join(f"{fault['where']}: {fault['message']}" for fault in faults if not fault["tolerated"])
        return Park("compose-failed", shown, partial(_keep_faults, document_id=document.id, faults=faults))
    notes = [*document.notes, *(f"the profile does not write {path}" for path in lost)]
    return Advance(
        partial(
            _store_last,
            world=world,
            document=document,
            partner=partner,
            agreement=agreement,
            segments=segments,
            notes=notes,
        )
    )


def envelope(
    configuration: Configuration,
    partner: Partner,
    agreement: Agreement,
    segments: list[OutSegment],
    now: datetime,
    numbers: tuple[int, int],
) -> OutgoingInterchange:
    """Put the body of one set into an interchange; ``numbers`` are ISA13 and GS06."""
    own, theirs = configuration.directory.own_identity, partner.identity
    choice = set_definition(agreement.document, agreement.version)
    assert choice is not None, "an agreement's set is checked when it is loaded"
    made = OutgoingSet(agreement.document, "0001", segments)
    group = OutgoingGroup(
        choice.definition.group_id, own.application, theirs.application, numbers[1], agreement.version, [made]
    )
    return OutgoingInterchange(own.key, theirs.key, agreement.version[:5], numbers[0], agreement.usage, now, [group])


def check(
    data: bytes, mapping: Mapping, agreement: Agreement, configuration: Configuration, body: Part
) -> tuple[Judgment, list[str]]:
    """Judge what was written, and return the canonical fields that reading it does not give back."""
    transaction = next(part for part in read(data) if isinstance(part, TransactionSet))
    judgment = validate(transaction, agreement.tolerate, agreement.characters)
    if agreement.guide is not None:
        judgment = configuration.guide(agreement.guide).apply(judgment, transaction.segments)
    if not judgment.accepted or judgment.tree is None:
        return judgment, []
    again, _notes = mapping.to_canonical(judgment.tree, transaction.marks.component)
    if again == body:
        return judgment, []
    return judgment, lost_between(body, again)


def _keep_faults(uow: UnitOfWork, *, document_id: str, faults: list[dict[str, Any]]) -> list[Task]:
    uow.change(Document, document_id, faults=faults)
    return []


def _store_last(uow: UnitOfWork, *, partner: Partner, **given: Any) -> list[Task]:
    """Leave what takes control numbers for the end of the transaction; its sending is appended to what is returned."""
    following: list[Task] = []
    uow.do_last(partner.id, partial(_store, uow, partner=partner, **given), following)
    return following


def _store(
    uow: UnitOfWork,
    *,
    world: World,
    document: Document,
    partner: Partner,
    agreement: Agreement,
    segments: list[OutSegment],
    notes: list[str],
) -> list[Task]:
    now = world.clock()
    numbers = next_numbers(uow, partner.id, agreement.control_numbers)
    group = numbers.group(uow)
    configuration = world.configuration()
    out = envelope(configuration, partner, agreement, segments, now, (numbers.interchange, group))
    data = write(out, agreement.style)
    transmission = outbound_transmission(
        uow, world, f"{document.id}-x{numbers.interchange}", partner, agreement, data, document.tracking_id
    )
    transmission.name = document.set_id
    transmission.control_number = f"{numbers.interchange:09d}"
    uow.add(transmission)
    uow.change(
        Document,
        document.id,
        state=DOCUMENT_LIFE.after(DocumentState(document.state), DocumentEvent.COMPOSE),
        sender="*".join(out.sender),
        receiver="*".join(out.receiver),
        interchange_number=transmission.control_number,
        group_id=out.groups[0].functional_id,
        group_number=str(group),
        control_number="0001",
        sent_in=transmission.id,
        faults=document.faults,
        notes=notes,
        updated_at=now,
    )
    note_event(
        uow,
        world,
        "document.composed",
        document,
        interchange=transmission.control_number,
        transmission=transmission.id,
        kept={"bytes": transmission.digest},
        configuration=configuration.digest,
    )
    if is_fetched(transmission, partner):
        keep_answered(uow, world, document)
    return sending_of(transmission, data, partner, now)
