"""Translate: an accepted set becomes a canonical message, and its purchase order moves on.

The message is stored before anybody gets it. Its id and times come from the transmission, so that translating again after a
crash gives the same bytes under the same key. Documents of a small interchange are translated while it is read, in the same
commit; the step here is for those of large ones, and the way back after a profile was corrected.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from gateway.canonical.message import Header, MessageType, Source
from gateway.canonical.values import Part
from gateway.errors import TranslationError
from gateway.pipeline.inbound.advise import advise
from gateway.pipeline.inbound.correlate import correlate
from gateway.pipeline.inbound.judge import judge_set
from gateway.pipeline.inbound.lane import delivery_lane
from gateway.pipeline.inbound.routing import route
from gateway.pipeline.inbound.stored import stored_set
from gateway.pipeline.oversight.promises import expect, keep_for_orders
from gateway.pipeline.ports import Configuration, UnitOfWork, World, agreement_for
from gateway.pipeline.records import note_event
from gateway.pipeline.step import Advance, Outcome, Park
from gateway.pipeline.task import StepName, Task
from gateway.pipeline.thread.consequences import HELD
from gateway.tracking.document import DOCUMENT_LIFE, Document, DocumentEvent, DocumentState
from gateway.trading.agreement import Agreement
from gateway.x12.model import TransactionSet
from gateway.x12.validator import Judgment


@dataclass(frozen=True, slots=True)
class Translation:
    """A canonical message, as a model and as the bytes that are stored and delivered."""

    message_type: MessageType
    body: Part
    data: bytes
    notes: list[str]


async def run(task: Task, world: World) -> Outcome:
    """Translate one stored document."""
    document = await world.ledger.load(Document, task.subject)
    if document is None:
        return Advance()
    configuration = world.configuration()
    agreement = agreement_for(configuration, document)
    if agreement is None:
        return Park("no-agreement", f"set {document.set_id} from {document.partner}")
    transaction = await stored_set(document, world)
    judgment = judge_set(transaction, agreement, configuration)
    translation = translation_of(document, transaction, judgment, agreement, configuration)
    if isinstance(translation, Park):
        told = partial(_advise, world=world, document=document, agreement=agreement, park=translation)
        return Park(translation.cause, translation.detail, told)

    def commit(uow: UnitOfWork) -> list[Task]:
        tasks = apply_translation(uow, world, document, agreement, translation)
        uow.change(
            Document,
            document.id,
            state=document.state,
            canonical=document.canonical,
            document_number=document.document_number,
            order_number=document.order_number,
            notes=document.notes,
            detail=document.detail,
            erp=document.erp,
            updated_at=world.clock(),
        )
        kept = {"canonical": document.canonical}
        number = document.document_number
        note_event(
            uow, world, "document.translated", document, number=number, kept=kept, configuration=configuration.digest
        )
        return tasks

    return Advance(commit)


def _advise(uow: UnitOfWork, *, world: World, document: Document, agreement: Agreement, park: Park) -> list[Task]:
    return advise(uow, world, document, agreement, park.cause, park.detail)


def translation_of(
    document: Document,
    transaction: TransactionSet,
    judgment: Judgment,
    agreement: Agreement,
    configuration: Configuration,
) -> Translation | Park:
    """Translate a judged set, or say why a person must look at it."""
    if judgment.tree is None:
        return Park("translation-failed", f"set {document.set_id} is not defined, so it has no places to read from")
    mapping = configuration.mapping(agreement.profile, document.version)
    try:
        body, notes = mapping.to_canonical(judgment.tree, transaction.marks.component)
    except TranslationError as error:
        return Park("translation-failed", error.detail)
    row = mapping.message_type
    if notes and agreement.totals == "refuse":
        # Whoever asks the partner about it, a person or an 824, names it by its number.
        orders = row.order_numbers(body)
        document.document_number, document.order_number = row.document_number(body), orders[0] if orders else None
        return Park("totals-differ", "; ".join(notes))
    return Translation(row, body, message_bytes(_header(document, row), body), notes)


def message_bytes(header: Header, body: Part) -> bytes:
    """Return a message as JSON."""
    head = header.model_dump_json(exclude_unset=True, exclude_none=True)
    return f'{{"header":{head},"body":{body.model_dump_json(exclude_unset=True, exclude_none=True)}}}'.encode()


def _header(document: Document, message_type: MessageType) -> Header:
    return Header(
        message_id=document.id,
        type=message_type.name,
        schema_version="1.0",
        direction="inbound",
        partner=document.partner,
        correlation_id=document.tracking_id,
        created_at=document.created_at,
        test=document.test,
        source=Source(
            standard="X12",
            set=document.set_id,
            version=document.version or None,
            sender=document.sender or None,
            receiver=document.receiver or None,
            interchange=document.interchange_number or None,
            group=document.group_number or None,
            control_number=document.control_number or None,
        ),
    )


def apply_translation(
    uow: UnitOfWork, world: World, document: Document, agreement: Agreement, translation: Translation
) -> list[Task]:
    """Keep the message, move its order on, and set the fields of ``document``, which the caller stores.

    Returns the delivery that follows, if any.
    """
    row, body = translation.message_type, translation.body
    orders = row.order_numbers(body)
    document.document_number = row.document_number(body)
    document.order_number = orders[0] if orders else None
    correlated = correlate(uow, world, document, row, body)
    routed = route(uow, world, document, agreement, body, [*correlated.orders.values()])
    document.notes = translation.notes + correlated.notes + routed
    document.canonical = uow.keep(translation.data)
    document.state = DOCUMENT_LIFE.after(DocumentState(document.state), DocumentEvent.TRANSLATE)
    document.detail = None
    keep_for_orders(uow, world, document, orders)
    if document.test and not agreement.test_to_erp:
        document.state = DOCUMENT_LIFE.after(DocumentState.TRANSLATED, DocumentEvent.SET_ASIDE)
        document.detail = "a test document; the agreement keeps it from the ERP (test_to_erp)"
        return correlated.tasks
    if correlated.copy:
        document.state = DOCUMENT_LIFE.after(DocumentState.TRANSLATED, DocumentEvent.SET_ASIDE)
        document.detail = "the same paper came before under other control numbers, and the ERP gets it once"
        return correlated.tasks
    if correlated.held:
        document.detail = HELD
        return [*correlated.tasks, *expect(uow, document, agreement, document.created_at)]
    lane = delivery_lane(agreement, document)
    carry = (document, translation.data)
    deliver = Task(StepName.DELIVER, document.id, document.tracking_id, world.clock(), lane, carry=carry)
    return [deliver, *correlated.tasks, *expect(uow, document, agreement, document.created_at)]
